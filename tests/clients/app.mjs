// A patient app in a real browser: fhirclient's own bundle launches, pushes a plan and reads it back.
import assert from 'node:assert/strict';
import { after, before, describe as suite, test } from 'node:test';
import { signIn as token, words } from './kit/backend.mjs';
import { keep, launch } from './kit/chromium.mjs';
import { json, lost, strings } from './kit/fixture.mjs';
import { authorize, ready, request, serveApp } from './kit/patient-app.mjs';
import { allow, decide, signIn } from './kit/person.mjs';
import { ask } from './kit/raw.mjs';
import { answers } from './kit/released.mjs';
import { openServer } from './kit/server.mjs';

// Of the eight sections of the pushed plan; not treatment, not access-needs.
const SIX = ['strengths', 'what-matters', 'goals', 'early-signs', 'helps', 'harms'];
const REMOVED = 'Being talked about in the corridor';

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

  test('updates it against what it saw; a stale update changes nothing and shows both versions', async () => {
    const before = await request(page, { url: pushed });
    const bundle = forPerson(json('fhir/push.json'), granted.person);
    const { entry } = planEntry(bundle);
    entry.resource.id = pushed.split('/')[1];
    entry.resource.title = `${entry.resource.title} — zweite Fassung 🙏`;
    entry.request = { method: 'PUT', url: pushed };
    assert.equal((await transaction(page, bundle)).status, 428, 'without If-Match nothing is changed');
    assert.equal((await request(page, { url: pushed })).etag, before.etag);

    entry.request.ifMatch = before.etag;
    const changed = await transaction(page, bundle);
    assert.equal(changed.status, 200, changed.text);
    const now = await request(page, { url: pushed });
    assert.notEqual(now.etag, before.etag);
    assert.equal(now.body.title, entry.resource.title);

    const stale = await transaction(page, bundle);
    assert.equal(stale.status, 412, stale.text);
    assert.equal(stale.etag, now.etag, 'with the version that is there');
    assert.deepEqual(stale.body.contained.map((one) => one.title), [before.body.title, now.body.title], 'what it saw and what is there');
    assert.equal((await request(page, { url: pushed })).etag, now.etag);
  });

  test('creates and updates a plan as native JSON, byte for byte', async () => {
    const sent = { ...json('persons/ama/advance-directive.plan.json'), title: { text: 'Żółw 🐢\r\n\t«ẞ» é é', lang: 'und' } };
    const created = await native(page, { method: 'POST', body: sent });
    assert.equal(created.status, 201, created.text);
    const url = new URL(created.location).pathname;
    const read = await native(page, { url });
    assert.equal(read.etag, created.etag);
    const words = (plan) => strings({ ...plan, id: undefined, items: plan.items.map((item) => ({ ...item, id: undefined })) });
    assert.deepEqual(lost(words(sent), strings(read.json)), []);

    const change = { ...read.json, title: { text: 'Sen już inny', lang: 'pl' } };
    assert.equal((await native(page, { url, method: 'PUT', body: change })).status, 428);
    const changed = await native(page, { url, method: 'PUT', body: change, ifMatch: read.etag });
    assert.equal(changed.status, 200, changed.text);
    const stale = await native(page, { url, method: 'PUT', body: change, ifMatch: read.etag });
    assert.equal(stale.status, 412, stale.text);
    assert.deepEqual([stale.json.base.title, stale.json.current.title], [sent.title, change.title]);
    assert.equal((await native(page, { url })).etag, changed.etag);
  });

  test('that may see six sections cannot delete the seventh', async () => {
    const whole = await planWithParts(page, pushed, granted.person);
    const { json: before } = await native(page, { url: nativeUrl() });
    const seventh = whole.find((one) => one.valueString?.includes('Medikament X'));
    assert.ok(seventh);
    const own = await page.context().newPage();
    await authorize(own, app, demo, client, words(client.scopes));
    await decide(own, 'allow', SIX);
    await ready(own, app);

    const seen = await planWithParts(own, pushed, granted.person);
    assert.ok(!JSON.stringify(seen).includes('Medikament X') && !JSON.stringify(seen).includes(seventh.id));
    assert.ok(JSON.stringify(seen).includes(REMOVED));
    await assertCannotName(own, seventh.id, seen[0]);
    await removeFromPlan(own, seen, REMOVED);
    const left = await planWithParts(own, pushed, granted.person);
    assert.ok(!JSON.stringify(left).includes(REMOVED), 'what it sees it can remove');
    await writeBackNative(own);
    await own.close();

    await authorize(page, app, demo, client, words(client.scopes));
    await decide(page, 'allow');
    granted = await ready(page, app);
    const now = await planWithParts(page, pushed, granted.person);
    assert.equal(now.find((one) => one.id === seventh.id)?.valueString, seventh.valueString, 'the seventh is as it was');
    const { json: after } = await native(page, { url: nativeUrl() });
    const kept = before.items.filter((item) => item.words?.text !== REMOVED);
    assert.equal(kept.length, before.items.length - 1);
    assert.deepEqual(after, { ...before, items: kept }, 'only what it removed is gone');
  });

  test('changes what the hospital may not see, and nothing that the hospital hears changes', async () => {
    const hospital = demo.organization('Riverside');
    const owner = await signIn(browser, ama);
    await allow(owner, hospital, { sections: ['helps'], purpose: 'TREAT' });
    await owner.context().close();
    const bearer = (await token(demo, demo.client('ehr', hospital))).access_token;
    const person = { ...ama, plans: [...ama.plans, { id: pushed.split('/')[1], kind: 'recovery-plan' }] };
    const before = await answers(demo.fhir, bearer, person);
    assert.ok([...before.values()].some(({ text }) => text.includes('then tea')), 'it sees what helps');

    const read = await native(page, { url: nativeUrl() });
    const items = read.json.items.map((item) => (item.section === 'helps' ? item : { ...item, since: '2026-05-05' }));
    const added = { section: 'harms', type: 'words', words: { text: 'Keys that rattle', lang: 'en' }, voice: items[0].voice };
    const change = { ...read.json, items: [...items, added] };
    const changed = await native(page, { url: nativeUrl(), method: 'PUT', body: change, ifMatch: read.etag });
    assert.equal(changed.status, 200, changed.text);
    assert.notEqual(changed.etag, read.etag);
    assert.deepEqual(await answers(demo.fhir, bearer, person), before);

    const helps = changed.json.items.find((item) => item.section === 'helps');
    helps.words.text += ' and a blanket';
    const shown = await native(page, { url: nativeUrl(), method: 'PUT', body: changed.json, ifMatch: changed.etag });
    assert.equal(shown.status, 200, shown.text);
    const after = await answers(demo.fhir, bearer, person);
    assert.ok([...after.values()].some(({ text }) => text.includes('and a blanket')), 'what it may see it hears at once');
  });

  /** Naming what is hidden does the same as naming what never was. */
  async function assertCannotName(own, hidden, plan) {
    const answers = [];
    for (const id of [hidden, crypto.randomUUID()]) {
      const resource = { ...plan, supportingInfo: [...(plan.supportingInfo ?? []), { reference: `Observation/${id}` }] };
      const { etag } = await request(own, { url: pushed });
      const answer = await transaction(own, transactionOf({ resource, request: { method: 'PUT', url: pushed, ifMatch: etag } }));
      assert.equal(answer.status, 422, answer.text);
      answers.push(answer.text.replaceAll(id, 'ID'));
      const token = await own.evaluate(() => globalThis.sayso.state.tokenResponse.access_token);
      assert.equal((await ask(`${demo.fhir}/Observation/${id}`, { method: 'DELETE', token })).status, 405);
    }
    assert.equal(answers[0], answers[1]);
  }

  /** Sends the CarePlan as it was read, but for what it says of one item. */
  async function removeFromPlan(own, [plan, ...parts], words) {
    const { id } = parts.find((part) => JSON.stringify(part).includes(words));
    const without = (list) => list?.filter((one) => !JSON.stringify(one).includes(id));
    const resource = { ...plan, extension: without(plan.extension), supportingInfo: without(plan.supportingInfo) };
    delete resource.text;
    const { etag } = await request(own, { url: pushed });
    const answer = await transaction(own, transactionOf({ resource, request: { method: 'PUT', url: pushed, ifMatch: etag } }));
    assert.equal(answer.status, 200, answer.text);
  }

  /** Writes the native plan as it reads it, which must not touch what it cannot read. */
  async function writeBackNative(own) {
    const url = nativeUrl();
    const read = await native(own, { url });
    assert.ok(!read.text.includes('Medikament X'));
    const answer = await native(own, { url, method: 'PUT', body: read.json, ifMatch: read.etag });
    assert.equal(answer.status, 200, answer.text);
  }

  function nativeUrl() {
    return `/plans/${pushed.split('/')[1]}`;
  }

  function native(where, { url = '/plans', method = 'GET', body, ifMatch }) {
    return fetchNative(where, new URL(url, demo.base).href, { method, body: body && JSON.stringify(body), ifMatch });
  }

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

/** A request of the app's page with its token: `/plans` is no FHIR, so fhirclient has no part in it. */
function fetchNative(page, url, wanted) {
  return page.evaluate(
    async ([url, { method, body, ifMatch }]) => {
      const headers = { authorization: `Bearer ${globalThis.sayso.state.tokenResponse.access_token}` };
      if (body) headers['content-type'] = 'application/json';
      if (ifMatch) headers['if-match'] = ifMatch;
      const answer = await fetch(url, { method, headers, body });
      const text = await answer.text();
      const named = (name) => answer.headers.get(name);
      return { status: answer.status, text, json: JSON.parse(text), etag: named('etag'), location: named('location') };
    },
    [url, wanted],
  );
}

function planEntry(bundle) {
  return { entry: bundle.entry.find((one) => one.resource.resourceType === 'CarePlan') };
}

function transactionOf(...entry) {
  return { resourceType: 'Bundle', type: 'transaction', entry };
}

/** Whether a word stands in the resource that says these words, or in what is made from it. */
function isOf(resources, words, word) {
  return resources.filter((one) => JSON.stringify(one).includes(words)).some((one) => strings(one).includes(word));
}

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
  for (const type of ['Goal', 'CareTeam', 'Observation', 'RelatedPerson', 'DocumentReference', 'Consent', 'Composition', 'Provenance']) {
    const answer = await request(page, { url: `${type}?patient=${person}` });
    if (answer.status === 200) found.push(...(answer.body.entry ?? []).map((entry) => entry.resource));
  }
  return found;
}
