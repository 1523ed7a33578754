// A patient app in a real browser: fhirclient's own bundle launches, pushes a plan and reads it back.
import assert from 'node:assert/strict';
import { after, before, describe as suite, test } from 'node:test';
import { words } from './kit/backend.mjs';
import { keep, launch } from './kit/chromium.mjs';
import { json, lost, strings } from './kit/fixture.mjs';
import { authorize, ready, request, serveApp } from './kit/patient-app.mjs';
import { decide, signIn } from './kit/person.mjs';
import { openServer } from './kit/server.mjs';

suite('a patient app with the unmodified fhirclient in Chromium', () => {
  let server, browser, demo, client, ama, app, page, granted, pushed;

  before(async () => {
    server = await openServer();
    browser = await launch();
    demo = server.describe;
    client = demo.client('patient-app');
    ama = demo.person('Ama');
    app = await serveApp(client);
  });

  after(async () => {
    await browser?.close();
    await app?.stop();
    await server?.stop();
  });

  test('brings the person to a page that says in plain words what it asks', async () => {
    page = await signIn(browser, ama);
    await authorize(page, app, demo, client, words(client.scopes));
    await keep(page, 'app-asks');
    const asked = await page.getByRole('main').innerText();
    assert.ok(asked.length > 40, 'there is something to read');
    assert.ok(!/\bpatient\/|\.rs\b|\.cruds\b|scope/i.test(asked), `no scope is shown raw: ${asked}`);
  });

  test('gets its token by code and PKCE when she says yes', async () => {
    await decide(page, 'allow');
    granted = await ready(page, app);
    assert.ok(granted.token);
    assert.ok(granted.person);
    const own = await request(page, { url: `Patient/${granted.person}` });
    assert.equal(own.status, 200);
    const numbers = (own.body.identifier ?? []).map((one) => one.value);
    assert.ok(numbers.includes(ama.identifier.value), 'the launch context is Ama');
  });

  test('creates a plan by one transaction, and every string comes back as it went', async () => {
    const bundle = forPerson(json('fhir/push.json'), granted.person);
    const answer = await transaction(page, bundle);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.type, 'transaction-response');
    pushed = planLocation(answer.body);
    const kept = await planWithParts(page, pushed, granted.person);
    const sent = strings(bundle.entry.map((entry) => entry.resource));
    assert.ok(sent.length > 10);
    assert.deepEqual(lost(sent, strings(kept)), []);
  });

  test('updates it against what it saw, and a stale update changes nothing', async () => {
    const before = await request(page, { url: pushed });
    const bundle = forPerson(json('fhir/push.json'), granted.person);
    const entry = bundle.entry.find((one) => one.resource.resourceType === 'CarePlan');
    entry.resource.id = pushed.split('/')[1];
    entry.resource.title = `${entry.resource.title ?? 'Plan'} — zweite Fassung 🙏`;
    entry.request = { method: 'PUT', url: pushed };
    assert.equal((await transaction(page, bundle)).status, 428, 'without If-Match nothing is changed');

    entry.request.ifMatch = before.etag;
    const changed = await transaction(page, bundle);
    assert.equal(changed.status, 200, changed.text);
    const now = await request(page, { url: pushed });
    assert.notEqual(now.etag, before.etag);
    assert.equal(now.body.title, entry.resource.title);

    assert.equal((await transaction(page, bundle)).status, 412, 'stale');
    assert.equal((await request(page, { url: pushed })).etag, now.etag);
  });

  test('gets nothing when she says no', async () => {
    const other = await page.context().newPage();
    await authorize(other, app, demo, client, words(client.scopes));
    await decide(other, 'deny');
    await other.waitForURL((url) => url.origin === new URL(app.redirect).origin);
    const back = new URL(other.url());
    assert.equal(back.searchParams.get('error'), 'access_denied');
    assert.equal(back.searchParams.get('code'), null);
  });

  test('is let in by CORS from its registered origin alone', async () => {
    const url = `${demo.fhir}/Patient/${granted.person}`;
    const headers = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' };
    for (const [origin, allowed] of [[new URL(app.redirect).origin, true], ['http://evil.example', false], ['null', false]]) {
      const answer = await fetch(url, { method: 'OPTIONS', headers: { ...headers, origin } });
      const named = answer.headers.get('access-control-allow-origin');
      assert.equal(named === origin, allowed, `${origin}: ${named}`);
      assert.notEqual(named, '*');
    }
  });
});

// The fixture names its person by a placeholder, since the demo draws new ids at each start.
function forPerson(bundle, id) {
  return JSON.parse(JSON.stringify(bundle).replaceAll('Patient/PERSON', `Patient/${id}`));
}

function transaction(page, bundle) {
  const headers = { 'content-type': 'application/fhir+json' };
  return request(page, { url: '', method: 'POST', headers, body: JSON.stringify(bundle) });
}

function planLocation(response) {
  const locations = response.entry.map((entry) => entry.response.location ?? '');
  const plan = locations.find((location) => /(^|\/)CarePlan\//.test(location));
  assert.ok(plan, 'the answer says where the care plan is');
  return plan.replace(/^.*(?=CarePlan\/)/, '').replace(/\/_history\/.*$/, '');
}

async function planWithParts(page, url, person) {
  const plan = await request(page, { url });
  assert.equal(plan.status, 200, plan.text);
  const found = [plan.body];
  for (const type of ['Goal', 'CareTeam', 'Observation', 'RelatedPerson', 'DocumentReference', 'Consent', 'Composition']) {
    const answer = await request(page, { url: `${type}?patient=${person}` });
    if (answer.status === 200) found.push(...(answer.body.entry ?? []).map((entry) => entry.resource));
  }
  return found;
}
