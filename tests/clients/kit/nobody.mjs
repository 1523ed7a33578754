// A person who does not exist, asked for exactly as a real one is: same lengths, same alphabets, other values.
import { randomBytes, randomUUID } from 'node:crypto';

const DIGIT = '0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';

export function nobody(like) {
  return {
    id: randomUUID(),
    name: 'Nobody',
    identifier: { system: like.identifier.system, value: scramble(like.identifier.value) },
    shares_with: [],
    plans: like.plans.map((plan) => ({ id: randomUUID(), kind: plan.kind })),
  };
}

// An invented number of the same shape; the original comes back once in so many times that we look.
function scramble(value) {
  let other = value;
  while (other === value) {
    const noise = randomBytes(value.length);
    other = [...value].map((letter, i) => swap(letter, noise[i])).join('');
  }
  return other;
}

function swap(letter, noise) {
  if (/\d/.test(letter)) return DIGIT[noise % 10];
  if (/[a-z]/.test(letter)) return LOWER[noise % 26];
  if (/[A-Z]/.test(letter)) return LOWER[noise % 26].toUpperCase();
  return letter;
}
