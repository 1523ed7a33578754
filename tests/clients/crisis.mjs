// A crisis service in the night: one call, one document that can be read aloud.
import assert from 'node:assert/strict';
import { after, before, describe as suite, test } from 'node:test';
import { fhir, signIn as token } from './kit/backend.mjs';
import { nobody } from './kit/nobody.mjs';
import { currentPlanParameters } from './kit/questions.mjs';
import { ask, assertSameBytes } from './kit/raw.mjs';
import { openServer } from './kit/server.mjs';

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
  });

  test('fetches the crisis extract when it names no kind', async () => {
    const bundle = await fetchPlan(undefined);
    assertReadableDocument(bundle);
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
    const real = await post(ama, 'advance-directive', ehr.access_token);
    const none = await post(absent, 'advance-directive', ehr.access_token);
    assert.notEqual(real.status, 200);
    assertSameBytes(real, none, [ama.identifier.value, absent.identifier.value], 'the hospital');
  });

  function fetchPlan(kind) {
    const input = currentPlanParameters(ama, kind);
    return kit.operation({ name: '$current-plan', resourceType: 'Patient', method: 'POST', input });
  }

  function post(person, kind, bearerToken) {
    const headers = { 'content-type': 'application/fhir+json' };
    const body = JSON.stringify(currentPlanParameters(person, kind));
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
