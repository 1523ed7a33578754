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

/**
 * What one synthetic person's plans say: `shown` in the items that `isOpen(item, plan)` names, `hidden` in the other
 * items, `head` in titles, people and all else around the items. What shown items say too is neither hidden nor head.
 */
export function fixtureWords(person, isOpen) {
  const plans = readdirSync(join(FIXTURES, 'persons', person))
    .filter((name) => name.endsWith('.plan.json'))
    .map((name) => json(join('persons', person, name)));
  const open = plans.flatMap((plan) => plan.items.filter((item) => isOpen(item, plan)));
  const closed = plans.flatMap((plan) => plan.items.filter((item) => !isOpen(item, plan)));
  const mentioned = (party) => open.some((item) => strings(item).includes(party.id));
  const names = plans.flatMap((plan) => plan.parties.filter(mentioned).map((party) => party.name));
  const own = json(join('persons', person, 'person.json')).name;
  const said = [...open.flatMap(prose), ...names, own].join('\n');
  const unsaid = (words) => [...new Set(words)].filter((word) => !said.includes(word));
  const head = plans.flatMap((plan) => [plan.title, plan.if_not_followed, plan.parties, plan.formalities ?? []].flatMap(prose));
  return {
    shown: open.map((item) => item.words?.text).filter(Boolean),
    hidden: unsaid(closed.flatMap(prose)),
    head: unsaid(head),
    count: open.length,
  };
}

/** What is said, not coded: more than one word. */
function prose(value) {
  return strings(value).filter((word) => word.trim().includes(' '));
}
