// Riverside Hospital's record system, made of published clients: before consent, with it, and after it ended.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe as suite, test } from 'node:test';
import * as oauth from 'openid-client';
import { all, configure, fhir, signIn as token, words } from './kit/backend.mjs';
import { launch } from './kit/chromium.mjs';
import { assertDescribed } from './kit/describe.mjs';
import { fixtureWords } from './kit/fixture.mjs';
import { nobody } from './kit/nobody.mjs';
import { allow, signIn, stopSharing } from './kit/person.mjs';
import { assertAsAbsent, currentPlanParameters, token as byIdentifier } from './kit/questions.mjs';
import { ask, assertSameBytes } from './kit/raw.mjs';
import { answers, assertNowhere, otherSections } from './kit/released.mjs';
import { openServer } from './kit/server.mjs';

const TYPES = ['Goal', 'CareTeam', 'Observation', 'DocumentReference'];
const OPEN = ['helps'];
const FHIR_JSON = { 'content-type': 'application/fhir+json' };

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

  test('finds the demo described as scripts need it', () => {
    assertDescribed(demo);
    const [works, refused] = [demo.curl.works, demo.curl.refused].map((line) => JSON.parse(execFileSync('sh', ['-c', line])));
    assert.ok(works.total > 0, 'the call that works finds plans');
    assert.equal(refused.total, 0, 'the call that is refused finds none');
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
    const heard = [];
    for (const person of [ama, nobody(ama), demo.sharingWith(hospital)]) {
      const parameters = { resourceType: 'Parameters', parameter: [{ name: 'identifier', valueIdentifier: person.identifier }] };
      const body = JSON.stringify(parameters);
      const options = { method: 'POST', token: bearer, headers: FHIR_JSON, body };
      heard.push([person, await ask(`${demo.fhir}/Patient/$ask-to-share`, options)]);
    }
    const [[, first]] = heard;
    assert.equal(first.status, 202, first.text);
    for (const [person, answer] of heard.slice(1)) {
      assertSameBytes(first, answer, [ama.identifier.value, person.identifier.value], '$ask-to-share');
    }
  });

  test('sees what the person lets it see on her own page, and nothing of the rest', async () => {
    const page = await signIn(browser, ama);
    await allow(page, hospital, { sections: OPEN, purpose: 'TREAT' });
    await page.context().close();

    const everything = JSON.stringify(await assertReadable(kit, ama));
    const { shown, hidden, head, count } = fixtureWords('ama', (item) => OPEN.includes(item.section));
    for (const text of shown) assert.ok(everything.includes(JSON.stringify(text).slice(1, -1)), 'what helps is there in her words');
    assert.ok(hidden.length > 50 && head.length > 5);
    const found = await answers(demo.fhir, bearer, ama);
    assertNowhere(found, [...hidden, ...head, ...otherSections(OPEN), 'withheld']);
    assert.throws(() => assertNowhere(found, shown), 'the search finds what is there');
    const statements = await kit.search({ resourceType: 'Observation', searchParams: { patient: ama.id, _summary: 'count' } });
    assert.equal(statements.total, count, 'only what is shown is counted');
  });

  test('hears the same of what is hidden as of what does not exist, also from a person it may see', async () => {
    const plan = (await kit.search({ resourceType: 'CarePlan', searchParams: { patient: ama.id } })).entry[0].resource;
    for (const type of ['Goal', 'CareTeam']) {
      const [hidden, none] = [plan.id, nobody(ama).id];
      const left = await ask(`${demo.fhir}/${type}/${hidden}`, { token: bearer });
      const right = await ask(`${demo.fhir}/${type}/${none}`, { token: bearer });
      assert.equal(left.status, 404);
      assertSameBytes(left, right, [hidden, none], type);
    }
    const scopeless = await ask(`${demo.fhir}/Consent?patient=${ama.id}`, { token: bearer });
    const nobodys = await ask(`${demo.fhir}/Consent?patient=${nobody(ama).id}`, { token: bearer });
    assert.equal(scopeless.status, 403, 'a type it has no scope for');
    assertSameBytes(scopeless, nobodys, [ama.id, 'none'], 'without scope');
  });

  test('reads again only what has changed, by the ETag it holds', async () => {
    const { id, meta } = (await kit.search({ resourceType: 'CarePlan', searchParams: { patient: ama.id } })).entry[0].resource;
    const url = `${demo.fhir}/CarePlan/${id}`;
    const first = await ask(url, { token: bearer });
    assert.equal(first.headers.etag, `W/"${meta.versionId}"`);
    assert.equal(new Date(first.headers['last-modified']).getTime(), Math.floor(Date.parse(meta.lastUpdated) / 1000) * 1000);
    const head = await ask(url, { method: 'HEAD', token: bearer });
    assert.deepEqual([head.status, head.pairs.filter(undated), head.body.length], [200, first.pairs.filter(undated), 0]);
    const again = await ask(url, { token: bearer, headers: { 'if-none-match': first.headers.etag } });
    assert.deepEqual([again.status, again.headers.etag, again.body.length], [304, first.headers.etag, 0]);
    const version = await kit.vread({ resourceType: 'CarePlan', id, version: meta.versionId });
    assert.deepEqual(version, first.json());
    const history = await kit.history({ resourceType: 'CarePlan', id });
    assert.equal(history.total, 1, 'versions in which nothing changed for it are none');
  });

  test('is refused with the very token it had, from the moment she stops sharing', async () => {
    const page = await signIn(browser, ama);
    const held = await all(kit, 'Observation', { patient: ama.id });
    assert.ok(held.length > 0);
    await stopSharing(page, hospital);
    await page.context().close();
    await assertAsAbsent(demo.fhir, bearer, ama, nobody(ama));
    for (const { id } of held) {
      const none = nobody(ama).id;
      const left = await ask(`${demo.fhir}/Observation/${id}`, { token: bearer });
      const right = await ask(`${demo.fhir}/Observation/${none}`, { token: bearer });
      assert.equal(left.status, 404);
      assertSameBytes(left, right, [id, none], 'an address from before');
    }
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
  for (const plan of plans) assertPlan(plan, patient);
  const parts = [];
  for (const type of TYPES) parts.push(...(await all(kit, type, { patient: patient.id })));
  for (const part of [patient, ...plans, ...parts]) {
    const read = await kit.read({ resourceType: part.resourceType, id: part.id });
    assert.deepEqual(read, part, `${part.resourceType} reads as it was found`);
    for (const reference of references(part)) {
      const found = await kit.resolve({ reference, context: part });
      assert.ok(found.resourceType, `${reference} resolves`);
    }
    for (const url of addresses(part)) {
      const document = await kit.request(url);
      assert.equal(document.type, 'document', `${url} leads to a document`);
    }
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

function assertPlan(plan, patient) {
  assert.equal(plan.subject.reference, `Patient/${patient.id}`);
  assert.ok(plan.text.div.replace(/<[^>]*>/g, '').trim().length > 20, 'the narrative can be read as a whole');
  assert.ok(references(plan).length > 1, 'the care plan refers to its parts');
}

/** Where a DocumentReference says that its document is. */
function addresses(resource) {
  return (resource.content ?? []).map(({ attachment }) => attachment.url).filter(Boolean);
}

function undated(pair) {
  return !/^date:/i.test(pair);
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
  const query = new URLSearchParams({ identifier: byIdentifier(person.identifier), kind });
  assert.deepEqual(await kit.request(`Patient/$current-plan?${query}`), bundle, 'GET answers as POST does');
  return bundle;
}
