// Riverside Hospital's record system keeps in step by the published recipe (profiles/keep-in-step.mjs), made of published
// clients: a first load, a new grant, a change, a withdrawal, pages that fail.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe as suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { empty, round, TYPES } from '../../profiles/keep-in-step.mjs';
import { fhir, signIn as token } from './kit/backend.mjs';
import { launch } from './kit/chromium.mjs';
import { allow, signIn, stopSharing } from './kit/person.mjs';
import { openServer } from './kit/server.mjs';

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'profiles', 'keep-in-step.mjs');
const run = promisify(execFile);

suite('a record system that keeps in step', () => {
  let server, browser, demo, hospital, ama, bearer, kit, held;
  const get = (address) => kit.request(address);
  const count = 5;

  before(async () => {
    server = await openServer();
    browser = await launch();
    demo = server.describe;
    hospital = demo.organization('Riverside');
    ama = demo.person('Ama');
    bearer = (await token(demo, demo.client('ehr', hospital))).access_token;
    kit = fhir(demo, bearer);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** One round; after it the copy is what a load anew gives. */
  async function inStep() {
    const { copy, purged } = await round(get, held, { count });
    const fresh = await round(get, empty());
    assert.deepEqual(copy.resources, fresh.copy.resources, 'the copy is what a load anew gives');
    held = copy;
    return purged;
  }

  const patients = () => Object.keys(held.resources).filter((address) => address.startsWith('Patient/'));

  test('finds the interaction in the metadata', async () => {
    const { rest } = await kit.capabilityStatement();
    for (const type of TYPES) {
      const { interaction } = rest[0].resource.find((one) => one.type === type);
      assert.ok(interaction.some(({ code }) => code === 'history-type'), type);
    }
  });

  test('loads all who share with it, and nobody else', async () => {
    held = empty();
    assert.deepEqual(await inStep(), []);
    const sharing = demo.persons.filter((person) => person.shares_with.includes(hospital.id));
    assert.deepEqual(patients().sort(), sharing.map((person) => `Patient/${person.id}`).sort());
    const stock = await kit.search({ resourceType: 'CarePlan', searchParams: { category: 'assess-plan', status: 'active' } });
    assert.ok(stock.entry.length > 0, 'the stock query finds plans');
    assert.equal(stock.total, undefined, 'nobody is counted');
  });

  test('hears of a plan from before when the person opens it', async () => {
    const page = await signIn(browser, ama);
    await allow(page, hospital, { sections: ['helps', 'harms'], purpose: 'TREAT' });
    await page.context().close();
    assert.deepEqual(await inStep(), []);
    assert.ok(patients().includes(`Patient/${ama.id}`));
    const news = await kit.search({ resourceType: 'Patient', searchParams: { _lastUpdated: `ge${held.since}` } });
    assert.ok((news.entry ?? []).every((entry) => entry.resource.id === ama.id), 'only what is new is news');
  });

  test('begins again where a page fails, and misses nothing', async () => {
    const page = await signIn(browser, ama);
    await stopSharing(page, hospital);
    await allow(page, hospital, { sections: ['helps'], purpose: 'TREAT' });
    await page.context().close();
    let left = 3;
    const failing = async (address) => {
      left -= 1;
      if (left < 0) throw new Error('the line went dead');
      return get(address);
    };
    await assert.rejects(round(failing, held, { count }), /the line went dead/);
    const purged = await inStep();
    assert.ok(purged.some((address) => address.startsWith('Observation/')), 'what stood in the other section is purged');
    assert.ok(!purged.includes(`Patient/${ama.id}`));
  });

  test('purges a person who takes everything back, and is not told why', async () => {
    const since = held.since;
    const page = await signIn(browser, ama);
    await stopSharing(page, hospital);
    await page.context().close();
    const purged = await inStep();
    assert.ok(purged.includes(`Patient/${ama.id}`));
    assert.ok(!JSON.stringify(held.resources).includes(ama.id), 'nothing of hers is left');
    const history = await get(`Patient/_history?_since=${since}`);
    const gone = history.entry.find((entry) => entry.request.url === `Patient/${ama.id}`);
    assert.deepEqual(Object.keys(gone).sort(), ['fullUrl', 'request', 'response']);
    assert.deepEqual(gone.request, { method: 'DELETE', url: `Patient/${ama.id}` });
    assert.deepEqual(Object.keys(gone.response).sort(), ['lastModified', 'status']);
  });

  test('runs the published script as it stands', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sayso-step-'));
    const file = join(folder, 'copy.json');
    const env = { ...process.env, TOKEN: bearer };
    for (const expected of [/^\d+ held, 0 purged$/, /^\d+ held, \d+ purged$/]) {
      const { stdout } = await run(process.execPath, [SCRIPT, demo.fhir, file], { env });
      assert.match(stdout.trim(), expected);
    }
    assert.ok(existsSync(file) && (statSync(file).mode & 0o077) === 0, 'the copy is for its owner alone');
    assert.deepEqual(JSON.parse(readFileSync(file)).resources, held.resources);
    rmSync(folder, { recursive: true });
  });
});
