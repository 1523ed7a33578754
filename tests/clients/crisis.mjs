// A crisis service in the night: one call, one document that can be read aloud.
import assert from 'node:assert/strict';
import { after, before, describe as suite, test } from 'node:test';
import { fhir, signIn as token } from './kit/backend.mjs';
import { plan } from './kit/describe.mjs';
import { fixtureWords } from './kit/fixture.mjs';
import { nobody } from './kit/nobody.mjs';
import { currentPlanParameters, token as byIdentifier } from './kit/questions.mjs';
import { ask, assertSameBytes } from './kit/raw.mjs';
import { openServer } from './kit/server.mjs';

// What Ama opened to crisis services (fixtures/persons/ama/sharing.json): these sections, and her directive but for what
// she marked as close.
const SECTIONS = [
  'access-needs',
  'crisis-signs',
  'helps',
  'harms',
  'approach-me',
  'ask-for-help',
  'services',
  'treatment',
  'body-health',
  'force',
  'place',
];
const open = (item, { kind }) => (kind === 'advance-directive' ? item.share !== 'close' : SECTIONS.includes(item.section));

suite('a crisis service', () => {
  let server, demo, client, ama, bearer, kit;

  before(async () => {
    server = await openServer();
    demo = server.describe;
    client = demo.client('crisis-service');
    ama = demo.person('Ama');
    bearer = (await token(demo, client)).access_token;
    kit = fhir(demo, bearer);
  });

  after(() => server?.stop());

  test('fetches the current advance directive in one call', async () => {
    const bundle = await fetchPlan('advance-directive');
    assertReadableDocument(bundle);
    const directive = bundle.entry.map(({ resource }) => resource).find((one) => one.resourceType === 'CarePlan');
    assert.equal(directive.id, plan(ama, 'advance-directive').id);
    assert.equal(directive.status, 'active');
    assertSays(bundle, fixtureWords('ama', (item, of) => of.kind === 'advance-directive' && open(item, of)).shown);
    assertHides(bundle, fixtureWords('ama', open).hidden);
  });

  test('fetches the crisis extract when it names no kind', async () => {
    const bundle = await fetchPlan(undefined);
    assertReadableDocument(bundle);
    const { shown, hidden } = fixtureWords('ama', open);
    assertSays(bundle, shown);
    assertHides(bundle, hidden);
  });

  test('gets the same document by GET as by POST', async () => {
    for (const kind of ['advance-directive', undefined]) {
      const query = new URLSearchParams({ identifier: byIdentifier(ama.identifier), ...(kind && { kind }) });
      const got = await ask(`${demo.fhir}/Patient/$current-plan?${query}`, { token: bearer });
      const posted = await post(ama, kind, bearer);
      assert.equal(got.status, 200, got.text);
      assertSameBytes(got, posted, ['-', '-'], kind ?? 'extract');
    }
  });

  test('opens nothing for another purpose', async () => {
    const absent = nobody(ama);
    for (const purpose of ['TREAT', 'COC', 'PATRQT']) {
      const real = await post(ama, undefined, bearer, purpose);
      const none = await post(absent, undefined, bearer, purpose);
      assert.equal(real.status, 404, purpose);
      assertSameBytes(real, none, [ama.identifier.value, absent.identifier.value], purpose);
    }
    assert.equal((await post(ama, undefined, bearer, 'ETREAT')).status, 200);
  });

  test('hears one and the same refusal for a person who does not exist and for one who allowed nothing', async () => {
    const closed = [];
    for (const person of demo.persons) {
      const answer = await post(person, 'advance-directive', bearer);
      if (answer.status !== 200) closed.push([person, answer]);
    }
    assert.ok(closed.length > 0, 'somebody allows crisis services nothing');
    for (const [person, answer] of closed) {
      const absent = nobody(person);
      const other = await post(absent, 'advance-directive', bearer);
      assertSameBytes(answer, other, [person.identifier.value, absent.identifier.value], person.name);
    }
  });

  test('opens nothing to a hospital that asks for treatment with what was allowed for an emergency', async () => {
    const hospital = demo.organization('Riverside');
    const ehr = await token(demo, demo.client('ehr', hospital));
    const absent = nobody(ama);
    for (const purpose of [undefined, 'ETREAT']) {
      const real = await post(ama, 'advance-directive', ehr.access_token, purpose);
      const none = await post(absent, 'advance-directive', ehr.access_token, purpose);
      assert.equal(real.status, 404);
      assertSameBytes(real, none, [ama.identifier.value, absent.identifier.value], 'the hospital');
    }
  });

  function fetchPlan(kind) {
    const input = currentPlanParameters(ama, kind);
    return kit.operation({ name: '$current-plan', resourceType: 'Patient', method: 'POST', input });
  }

  function post(person, kind, bearerToken, purpose) {
    const headers = { 'content-type': 'application/fhir+json' };
    const parameters = currentPlanParameters(person, kind);
    if (purpose) parameters.parameter.push({ name: 'purpose', valueCode: purpose });
    const body = JSON.stringify(parameters);
    return ask(`${demo.fhir}/Patient/$current-plan`, { method: 'POST', token: bearerToken, headers, body });
  }
});

function assertReadableDocument(bundle) {
  assert.equal(bundle.resourceType, 'Bundle');
  assert.equal(bundle.type, 'document');
  assert.ok(bundle.identifier?.value, 'a document has an identifier');
  assert.ok(bundle.timestamp, 'a document has a time');
  const [composition] = bundle.entry.map((entry) => entry.resource);
  assert.equal(composition.resourceType, 'Composition');
  const narrative = [composition, ...sections(composition)].map((one) => one.text?.div ?? '').join(' ');
  assert.ok(narrative.replace(/<[^>]*>/g, ' ').split(/\s+/).filter(Boolean).length > 15, 'the narrative can be read aloud');
  assertClosed(bundle);
}

/** All these words stand in what is read aloud. */
function assertSays(bundle, words) {
  const [{ resource }] = bundle.entry;
  const read = flat([resource, ...sections(resource)].map((one) => (one.text?.div ?? '').replace(/<[^>]*>/g, ' ')).join(' '));
  assert.ok(words.length > 3);
  for (const word of words) assert.ok(read.includes(flat(escaped(word))), `read aloud: ${word}`);
}

/** None of these words stands anywhere. */
function assertHides(bundle, words) {
  const text = JSON.stringify(bundle);
  assert.ok(words.length > 3);
  for (const word of words) assert.ok(!text.includes(JSON.stringify(word).slice(1, -1)), 'only what she opened');
}

function flat(text) {
  return text.replace(/\s+/g, ' ');
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function sections(composition) {
  return (composition.section ?? []).flatMap((section) => [section, ...sections(section)]);
}

// FHIR R4 documents: what the Composition refers to is in the Bundle.
function assertClosed(bundle) {
  const inside = new Set(bundle.entry.flatMap((entry) => [entry.fullUrl, `${entry.resource.resourceType}/${entry.resource.id}`]));
  for (const section of sections(bundle.entry[0].resource)) {
    for (const { reference } of section.entry ?? []) assert.ok(inside.has(reference), `${reference} is in the document`);
  }
}
