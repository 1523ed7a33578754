// What a record system holds after it asked for everything, and what must stand nowhere in it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { questions } from './questions.mjs';
import { ask } from './raw.mjs';

const SECTIONS = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'profiles', 'fsh', 'plan-section.fsh');

/** Every answer to every question about a person, status line, headers and body, by what was asked. */
export async function answers(fhir, bearer, person) {
  const found = new Map();
  for (const { what, url, options } of questions(fhir, person)) {
    const answer = await ask(url, { ...options, token: bearer });
    const pairs = answer.pairs.filter((pair) => !/^date:/i.test(pair));
    found.set(`${what} ${url}`, { status: answer.status, text: [...pairs, '', answer.text].join('\n') });
  }
  return found;
}

/** Asserts that no answer holds any of these words, as they are or as JSON and HTML write them. */
export function assertNowhere(found, words) {
  for (const [what, { text }] of found) {
    for (const word of words) {
      for (const spelled of spellings(word)) assert.ok(!text.includes(spelled), `${what}: hidden words`);
    }
  }
}

function spellings(word) {
  const json = JSON.stringify(word).slice(1, -1);
  const html = word.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const base64 = Buffer.from(word).toString('base64');
  return new Set([word, json, html, JSON.stringify(html).slice(1, -1), base64, encodeURIComponent(word)]);
}

/** Codes and titles of all sections but these, as they would stand in JSON or in a narrative. */
export function otherSections(shown) {
  const lines = readFileSync(SECTIONS, 'utf8').matchAll(/^\* #(\S+) "(.*)"$/gm);
  return [...lines].filter(([, code]) => !shown.includes(code)).flatMap(([, code, title]) => [`"${code}"`, `>${title}<`, `"${title}"`]);
}
