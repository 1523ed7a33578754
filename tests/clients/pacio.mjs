// A directive that somebody else wrote (HL7's PACIO guide): kept whole, released or refused as one piece.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe as suite, test } from 'node:test';
import { all, fhir, signIn as token, words } from './kit/backend.mjs';
import { launch } from './kit/chromium.mjs';
import { plan } from './kit/describe.mjs';
import { bytes, json } from './kit/fixture.mjs';
import { nobody } from './kit/nobody.mjs';
import { authorize, ready, request, serveApp } from './kit/patient-app.mjs';
import { allow, allowDocument, decide, signIn, stopSharing } from './kit/person.mjs';
import { assertAsAbsent, currentPlanParameters } from './kit/questions.mjs';
import { ask, assertSameBytes } from './kit/raw.mjs';
import { answers, assertNowhere } from './kit/released.mjs';
import { openServer } from './kit/server.mjs';

const DOCUMENT = bytes('fhir/pacio/Bundle-Example-Smith-Johnson-Bundle1.json');
const TITLE = 'Personal Advance Care Plan';
const CONTENT_TYPE = 'application/fhir+json';

suite('the published PACIO directive', () => {
  let server, browser, demo, hospital, ama, app, page, person, kept, bearer, kit;

  before(async () => {
    server = await openServer();
    browser = await launch();
    demo = server.describe;
    hospital = demo.organization('Riverside');
    ama = demo.person('Ama');
    bearer = (await token(demo, demo.client('ehr', hospital))).access_token;
    kit = fhir(demo, bearer);
    const client = demo.client('patient-app');
    app = await serveApp(client);
    page = await signIn(browser, ama);
    await authorize(page, app, demo, client, words(client.scopes));
    await decide(page, 'allow');
    person = (await ready(page, app)).person;
  });

  after(async () => {
    await browser?.close();
    await app?.stop();
    await server?.stop();
  });

  test('is pushed by the app with the whole document attached', async () => {
    const answer = await request(page, {
      url: 'DocumentReference',
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json', prefer: 'return=representation' },
      body: JSON.stringify(index(person)),
    });
    assert.equal(answer.status, 201, answer.text);
    kept = answer.body.id;
    assert.ok(kept);
  });

  test('comes back to the app byte for byte', async () => {
    const answer = await request(page, { url: `DocumentReference/${kept}` });
    assert.equal(answer.status, 200, answer.text);
    const found = await attached(answer.body, async (url) => {
      const token = await page.evaluate(() => globalThis.sayso.state.tokenResponse.access_token);
      return ask(new URL(url, `${demo.fhir}/`).href, { token, headers: { accept: CONTENT_TYPE } });
    });
    assertWhole(found);
  });

  test('stands beside her own directive, which stays the current one', async () => {
    const service = (await token(demo, demo.client('crisis-service'))).access_token;
    const input = currentPlanParameters(ama, 'advance-directive');
    const current = await fhir(demo, service).operation({ name: '$current-plan', resourceType: 'Patient', method: 'POST', input });
    assert.equal(current.entry[0].resource.id, plan(ama, 'advance-directive').id);
  });

  test('is refused to the hospital while she has not said so', async () => {
    await assertRefused();
  });

  test('is refused whole where a section is open', async () => {
    const owner = await signIn(browser, ama);
    await allow(owner, hospital, { sections: ['helps'], purpose: 'TREAT' });
    await assertRefused();
    const found = await answers(demo.fhir, bearer, { ...ama, plans: [...ama.plans, { id: kept, kind: 'advance-directive' }] });
    const middle = DOCUMENT.toString('base64').slice(40_000, 40_100);
    assertNowhere(found, [middle, 'Smith-Johnson', TITLE]);
    await stopSharing(owner, hospital);
    await owner.context().close();
  });

  test('is released to the hospital as one piece when she says so', async () => {
    const owner = await signIn(browser, ama);
    await allowDocument(owner, hospital, TITLE);
    await owner.context().close();
    const found = await all(kit, 'DocumentReference', { patient: person });
    const entry = found.find((one) => one.id === kept);
    assert.ok(entry, 'the hospital finds the document');
    const read = await kit.read({ resourceType: 'DocumentReference', id: kept });
    const fetchIt = (url) => ask(new URL(url, `${demo.fhir}/`).href, { token: bearer, headers: { accept: CONTENT_TYPE } });
    assertWhole(await attached(read, fetchIt));
  });

  test('is refused again, whole, when she stops', async () => {
    const owner = await signIn(browser, ama);
    await stopSharing(owner, hospital);
    await owner.context().close();
    await assertRefused();
    await assertAsAbsent(demo.fhir, bearer, ama, nobody(ama));
  });

  async function assertRefused() {
    const absent = nobody(ama);
    const other = absent.id;
    for (const type of ['DocumentReference', 'CarePlan', 'Bundle']) {
      const one = await ask(`${demo.fhir}/${type}/${kept}`, { token: bearer });
      const none = await ask(`${demo.fhir}/${type}/${other}`, { token: bearer });
      assert.equal(one.status, 404);
      assertSameBytes(one, none, [kept, other], `${type} of the document`);
    }
  }
});

/** The guide's own index entry, about this person, with the document inside instead of beside it. */
function index(person) {
  const entry = json('fhir/pacio/DocumentReference-Example-Smith-Johnson-DocRef-Bundle.json');
  const attachment = { contentType: CONTENT_TYPE, data: DOCUMENT.toString('base64'), creation: entry.date, title: entry.description };
  return {
    resourceType: 'DocumentReference',
    status: entry.status,
    docStatus: entry.docStatus,
    type: entry.type,
    category: entry.category,
    subject: { reference: `Patient/${person}` },
    date: entry.date,
    author: [{ reference: `Patient/${person}` }],
    description: entry.description,
    content: [{ attachment }],
  };
}

/** The attached bytes, inline or behind the attachment's own url. */
async function attached(reference, fetchIt) {
  const [{ attachment }] = reference.content;
  if (attachment.data) return Buffer.from(attachment.data, 'base64');
  const answer = await fetchIt(attachment.url);
  assert.equal(answer.status, 200, answer.text.slice(0, 300));
  const isResource = /Binary\//.test(attachment.url) && answer.text.startsWith('{"resourceType":"Binary"');
  return isResource ? Buffer.from(answer.json().data, 'base64') : answer.body;
}

function assertWhole(found) {
  const sum = (buffer) => createHash('sha256').update(buffer).digest('hex');
  assert.equal(found.length, DOCUMENT.length);
  assert.equal(sum(found), sum(DOCUMENT));
}
