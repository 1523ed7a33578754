// The person's pages in a real browser: what she decides, sees and takes back, by mouse, by keyboard, without script.
import assert from 'node:assert/strict';
import { after, before, describe as suite, test } from 'node:test';
import { fhir, signIn as token } from './kit/backend.mjs';
import { assertAccessible, keep, launch } from './kit/chromium.mjs';
import { allow, choose, confirm, goTo, openChoices, preview, signIn, stopSharing } from './kit/person.mjs';
import { nobody } from './kit/nobody.mjs';
import { assertAsAbsent, currentPlanParameters } from './kit/questions.mjs';
import { ask } from './kit/raw.mjs';
import { openServer } from './kit/server.mjs';

const CHOICE = { sections: ['helps'], purpose: 'TREAT' };
const PAGES = ['/me', '/me/plans', '/me/sharing', '/me/receipts'];

suite("the person's pages", () => {
  let server, browser, demo, hospital, ama, bearer;

  before(async () => {
    server = await openServer();
    browser = await launch();
    demo = server.describe;
    hospital = demo.organization('Riverside');
    ama = demo.person('Ama');
    bearer = (await token(demo, demo.client('ehr', hospital))).access_token;
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('open with a sign-in link that works once', async () => {
    const page = await signIn(browser, ama);
    assert.equal(new URL(page.url()).pathname, '/me');
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(ama.sign_in);
    assert.notEqual(new URL(stranger.url()).pathname, '/me', 'the second use opens nothing');
    await stranger.goto(new URL('/me/sharing', demo.base).href);
    assert.equal(await stranger.getByText(hospital.name).count(), 0);
    await stranger.context().close();
    await page.context().close();
  });

  test('show nothing that axe calls serious, on any page, and are kept as pictures', async () => {
    const page = await signIn(browser, ama);
    for (const path of PAGES) {
      await goTo(page, path);
      await assertAccessible(page, path);
      await keep(page, `page${path.replaceAll('/', '-')}`);
    }
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(new URL('/me/sign-in', demo.base).href);
    await assertAccessible(stranger, '/me/sign-in');
    await keep(stranger, 'page-me-sign-in');
    await stranger.context().close();
    await page.context().close();
  });

  test('say who has asked and why', async () => {
    await askToShare();
    const page = await signIn(browser, ama);
    await goTo(page, '/me/sharing');
    const words = await page.getByRole('main').innerText();
    assert.match(words, /ask/i);
    assert.ok(words.includes(hospital.name));
    await keep(page, 'sharing-asked');
    await page.context().close();
  });

  test('show exactly what the hospital will see before she lets it, then let it', async () => {
    const page = await signIn(browser, ama);
    await openChoices(page, hospital);
    await assertAccessible(page, 'choices');
    await choose(page, CHOICE);
    await keep(page, 'choices');
    const shown = await preview(page);
    await assertAccessible(page, 'preview');
    await keep(page, 'preview');
    assert.equal(await hospitalSees(), undefined, 'a preview shares nothing');
    await confirm(page);
    await keep(page, 'shared');
    const seen = await hospitalSees();
    assert.ok(seen, 'the hospital sees the plan');
    const narrative = plain(seen.text.div);
    for (const line of lines(narrative)) {
      assert.ok(flat(shown).includes(flat(line)), `the preview had shown: ${line}`);
    }
    await page.context().close();
  });

  test('stop sharing in two clicks, at once', async () => {
    const page = await signIn(browser, ama);
    const clicks = await stopSharing(page, hospital);
    assert.ok(clicks <= 2, `${clicks} clicks`);
    assert.equal(await hospitalSees(), undefined);
    await keep(page, 'stopped');
    await page.context().close();
  });

  test('list releases and refusals in plain sentences', async () => {
    const page = await signIn(browser, ama);
    await goTo(page, '/me/receipts');
    const entries = await page.getByRole('main').getByRole('listitem').allInnerTexts();
    const about = entries.filter((entry) => entry.includes(hospital.name));
    assert.ok(about.some((entry) => /saw|was shown|looked at|opened/i.test(entry)), `a release is told: ${about.join(' / ')}`);
    assert.ok(about.some((entry) => /refused|was not shown|did not see|nothing/i.test(entry)), 'a refusal is told');
    for (const entry of about) assert.doesNotMatch(entry, /\bTREAT\b|ETREAT|CarePlan|HTTP|404|[0-9a-f]{8}-[0-9a-f]{4}/);
    await keep(page, 'receipts');
    await page.context().close();
  });

  test('let her share and stop by keyboard alone', async () => {
    const page = await signIn(browser, ama);
    await openChoices(page, hospital);
    await press(page, page.getByLabel('What helps', { exact: true }), 'Space');
    await press(page, page.getByRole('button', { name: 'Preview what they will see' }), 'Enter');
    await page.waitForURL(/\/preview$/);
    await press(page, page.getByRole('button', { name: 'Let them see this' }), 'Enter');
    await page.waitForURL(/done=shared/);
    assert.ok(await hospitalSees(), 'shared');
    await goTo(page, '/me/sharing');
    await press(page, page.getByRole('button', { name: `Stop sharing with ${hospital.name}` }), 'Enter');
    await page.waitForURL(/\/stop$/);
    assert.equal(await hospitalSees(), undefined, 'stopped');
    await page.context().close();
  });

  test('let her share and stop without any script', async () => {
    const page = await signIn(browser, ama, { javaScriptEnabled: false });
    await allow(page, hospital, CHOICE);
    assert.ok(await hospitalSees(), 'shared');
    await stopSharing(page, hospital);
    assert.equal(await hospitalSees(), undefined, 'stopped');
    await assertAsAbsent(demo.fhir, bearer, ama, nobody(ama));
    await page.context().close();
  });

  async function askToShare() {
    const body = JSON.stringify(currentPlanParameters(ama));
    const headers = { 'content-type': 'application/fhir+json' };
    const answer = await ask(`${demo.fhir}/Patient/$ask-to-share`, { method: 'POST', token: bearer, headers, body });
    assert.equal(answer.status, 202, answer.text);
  }

  /** The hospital's care plan of Ama, or undefined. */
  async function hospitalSees() {
    const found = await fhir(demo, bearer).search({ resourceType: 'CarePlan', searchParams: { patient: ama.id } });
    return found.entry?.[0]?.resource;
  }
});

function plain(html) {
  return html
    .replace(/<[^>]+>/g, '\n')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

function lines(text) {
  return text.split('\n').map((line) => line.trim()).filter((line) => line.length > 3);
}

function flat(text) {
  return text.replace(/\s+/g, ' ').trim().toLowerCase();
}

/** Reaches a control with Tab alone and uses it; a control that Tab never reaches fails the test. */
async function press(page, control, key) {
  const TABS = 200;
  for (let i = 0; i < TABS; i += 1) {
    await page.keyboard.press('Tab');
    if (await control.first().evaluate((element) => element === document.activeElement)) {
      const outline = await control.first().evaluate((element) => getComputedStyle(element).outlineStyle);
      assert.notEqual(outline, 'none', 'focus can be seen');
      await page.keyboard.press(key);
      return;
    }
  }
  assert.fail('the keyboard does not reach it');
}
