// Riverside Hospital's record system, made of published clients: before consent, with it, and after it ended.
import assert from 'node:assert/strict';
import { after, before, describe as suite, test } from 'node:test';
import * as oauth from 'openid-client';
import { all, configure, fhir, signIn as token, words } from './kit/backend.mjs';
import { launch } from './kit/chromium.mjs';
import { fixtureWords } from './kit/fixture.mjs';
import { nobody } from './kit/nobody.mjs';
import { allow, signIn, stopSharing } from './kit/person.mjs';
import { assertAsAbsent, currentPlanParameters, token as byIdentifier } from './kit/questions.mjs';
import { ask, assertSameBytes } from './kit/raw.mjs';
import { openServer } from './kit/server.mjs';

const TYPES = ['Goal', 'CareTeam', 'Observation', 'DocumentReference'];

suite('a record system made of published clients', () => {
  let server, browser, demo, hospital, client, ama, bearer, kit;

  before(async () => {
    server = await openServer();
    browser = await launch();
    demo = server.describe;
    hospital = demo.organization('Riverside');
    client = demo.client('ehr', hospital);
    ama = demo.person('Ama');
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('discovers the server by its metadata and its SMART configuration, which agree', async () => {
    kit = fhir(demo);
    const metadata = await kit.capabilityStatement();
    assert.equal(metadata.resourceType, 'CapabilityStatement');
    assert.equal(metadata.fhirVersion, '4.0.1');
    const smart = await (await fetch(`${demo.fhir}/.well-known/smart-configuration`)).json();
    assert.equal(smart.token_endpoint, client.token_endpoint);
    const found = await kit.smartAuthMetadata();
    assert.equal(found.tokenUrl?.href, smart.token_endpoint);
    assert.equal(found.authorizeUrl?.href, smart.authorization_endpoint);
    assert.ok(smart.code_challenge_methods_supported.includes('S256'));
    assert.ok(!smart.code_challenge_methods_supported.includes('plain'));
  });

  test('gets its token by its private key, and only by its own', async () => {
    const granted = await token(demo, client);
    assert.equal(granted.token_type, 'bearer');
    assert.ok(granted.expires_in > 0 && granted.expires_in <= 3600);
    assert.deepEqual(granted.scope.split(' ').sort(), words(client.scopes).split(' ').sort());
    bearer = granted.access_token;
    kit = fhir(demo, bearer);

    const stranger = await strangerKey(client.key);
    const wrong = await configure(demo, client, stranger);
    await assert.rejects(oauth.clientCredentialsGrant(wrong, { scope: words(client.scopes) }), { error: 'invalid_client' });
  });

  test('finds and reads a person who shares with it', async () => {
    await assertReadable(kit, demo.sharingWith(hospital));
  });

  test('cannot tell a person who does not share from one who does not exist', async () => {
    for (const person of demo.notSharingWith(hospital)) {
      const count = await assertAsAbsent(demo.fhir, bearer, person, nobody(person));
      assert.ok(count > 30);
    }
  });

  test('may ask to be let in, and hears the same whoever it asks for', async () => {
    const answers = [];
    for (const person of [ama, nobody(ama), demo.sharingWith(hospital)]) {
      const parameters = { resourceType: 'Parameters', parameter: [{ name: 'identifier', valueIdentifier: person.identifier }] };
      const headers = { 'content-type': 'application/fhir+json' };
      const body = JSON.stringify(parameters);
      answers.push([person, await ask(`${demo.fhir}/Patient/$ask-to-share`, { method: 'POST', token: bearer, headers, body })]);
    }
    const [[, first]] = answers;
    assert.equal(first.status, 202, first.text);
    for (const [person, answer] of answers.slice(1)) {
      assertSameBytes(first, answer, [ama.identifier.value, person.identifier.value], '$ask-to-share');
    }
  });

  test('sees what the person lets it see on her own page, and nothing of the rest', async () => {
    const page = await signIn(browser, ama);
    await allow(page, hospital, { kind: 'joint-crisis-plan', sections: ['helps'], purpose: 'TREAT' });
    await page.context().close();

    const seen = await assertReadable(kit, ama);
    const everything = JSON.stringify(seen);
    const { shown, hidden } = fixtureWords('ama', 'joint-crisis-plan', 'helps');
    assert.ok(shown.some((text) => everything.includes(JSON.stringify(text).slice(1, -1))), 'what helps is there in her words');
    for (const text of hidden) assert.ok(!everything.includes(JSON.stringify(text).slice(1, -1)), 'a hidden section shows nowhere');
    for (const code of ['past-to-know', 'withheld']) assert.ok(!everything.includes(code), `nothing tells of ${code}`);
  });

  test('is refused with the very token it had, from the moment she stops sharing', async () => {
    const page = await signIn(browser, ama);
    await stopSharing(page, hospital);
    await page.context().close();
    await assertAsAbsent(demo.fhir, bearer, ama, nobody(ama));
  });
});

async function strangerKey({ kid, alg }) {
  const shape = alg === 'ES384' ? { name: 'ECDSA', namedCurve: 'P-384' } : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384', modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) };
  const pair = await crypto.subtle.generateKey(shape, true, ['sign', 'verify']);
  return { ...(await crypto.subtle.exportKey('jwk', pair.privateKey)), kid, alg };
}

/** Does what a record system does with a person it may see; returns all resources it came to hold. */
async function assertReadable(kit, person) {
  const [patient, ...others] = await all(kit, 'Patient', { identifier: byIdentifier(person.identifier) });
  assert.ok(patient, `${person.name} is found by identifier`);
  assert.equal(others.length, 0, 'by one identifier one person');
  const plans = await all(kit, 'CarePlan', { patient: patient.id });
  assert.ok(plans.length > 0, 'a care plan is found');
  for (const plan of plans) await assertPlan(kit, plan, patient);
  const parts = [];
  for (const type of TYPES) parts.push(...(await all(kit, type, { patient: patient.id })));
  for (const part of parts) {
    const read = await kit.read({ resourceType: part.resourceType, id: part.id });
    assert.deepEqual(read, part, `${part.resourceType} reads as it was found`);
  }
  const documents = [];
  for (const kind of kindsOf(person, plans)) documents.push(await currentPlan(kit, person, kind));
  return [patient, ...plans, ...parts, ...documents];
}

// Only kinds that are released may be asked for; which they are, the care plans told by their number.
function kindsOf(person, plans) {
  const released = new Set(plans.map((plan) => plan.id));
  return person.plans.filter((plan) => released.has(plan.id)).map((plan) => plan.kind);
}

async function assertPlan(kit, plan, patient) {
  assert.equal(plan.subject.reference, `Patient/${patient.id}`);
  assert.ok(plan.text.div.replace(/<[^>]*>/g, '').trim().length > 20, 'the narrative can be read as a whole');
  const read = await kit.read({ resourceType: 'CarePlan', id: plan.id });
  assert.deepEqual(read, plan, 'the care plan reads as it was found');
  for (const reference of references(plan)) {
    const found = await kit.resolve({ reference, context: plan });
    assert.ok(found.resourceType, `${reference} resolves`);
  }
}

function references(value) {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!value || typeof value !== 'object') return [];
  const own = typeof value.reference === 'string' ? [value.reference] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

async function currentPlan(kit, person, kind) {
  const input = currentPlanParameters(person, kind);
  const bundle = await kit.operation({ name: '$current-plan', resourceType: 'Patient', method: 'POST', input });
  assert.equal(bundle.resourceType, 'Bundle');
  assert.equal(bundle.type, 'document');
  assert.equal(bundle.entry[0].resource.resourceType, 'Composition');
  return bundle;
}
