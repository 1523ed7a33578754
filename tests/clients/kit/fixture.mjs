// Files of fixtures/, and the strings of a resource that must come back as they went in.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'fixtures');
// What a server may rightly replace: its ids, its own stamps, references to what it named itself, its narrative.
const THEIRS = new Set(['id', 'meta', 'reference', 'fullUrl', 'div', 'resourceType', 'lastUpdated', 'versionId']);

export function bytes(path) {
  return readFileSync(join(FIXTURES, path));
}

export function json(path) {
  return JSON.parse(bytes(path));
}

/** Every string that a person or an app wrote into a resource, in document order. */
export function strings(value, key = '') {
  if (THEIRS.has(key)) return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((one) => strings(one));
  if (value && typeof value === 'object') return Object.entries(value).flatMap(([name, one]) => strings(one, name));
  return [];
}

/** What of `sent` is not found in `kept`, each occurrence counted. */
export function lost(sent, kept) {
  const left = new Map();
  for (const word of kept) left.set(word, (left.get(word) ?? 0) + 1);
  return sent.filter((word) => {
    const count = left.get(word) ?? 0;
    left.set(word, count - 1);
    return count <= 0;
  });
}

/** The words of one synthetic person's plan, parted into those of one section and those of all others. */
export function fixtureWords(person, kind, section) {
  const plans = readdirSync(join(FIXTURES, 'persons', person), { recursive: true })
    .filter((name) => name.endsWith('.json'))
    .map((name) => json(join('persons', person, name)));
  const items = plans.flatMap((plan) => itemsOf(plan, kind));
  const text = (item) => item.words?.text;
  const shown = items.filter((item) => item.section === section).map(text);
  const hidden = items.filter((item) => item.section !== section).map(text);
  const whole = (word) => typeof word === 'string' && word.length > 12;
  return { shown: shown.filter(whole), hidden: hidden.filter((word) => whole(word) && !shown.includes(word)) };
}

function itemsOf(plan, kind) {
  if (Array.isArray(plan)) return plan.flatMap((one) => itemsOf(one, kind));
  if (!plan || typeof plan !== 'object') return [];
  if (Array.isArray(plan.items) && (plan.kind === undefined || plan.kind === kind)) return plan.items;
  return Object.values(plan).flatMap((one) => itemsOf(one, kind));
}
