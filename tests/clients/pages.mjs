// The person's pages in a real browser: what she decides, sees and takes back, by mouse, by keyboard, without script.
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { after, before, describe as suite, test } from 'node:test';
import { fhir, signIn as token } from './kit/backend.mjs';
import { assertAccessible, keep, launch, open } from './kit/chromium.mjs';
import { allow, choose, confirm, goTo, openChoices, preview, signIn, stopSharing } from './kit/person.mjs';
import { nobody } from './kit/nobody.mjs';
import { assertAsAbsent, currentPlanParameters } from './kit/questions.mjs';
import { ask } from './kit/raw.mjs';
import { openServer } from './kit/server.mjs';

const CHOICE = { sections: ['helps'], purpose: 'TREAT' };
const PAGES = ['/me', '/me/plans', '/me/sharing', '/me/receipts', '/me/account'];

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
    const plans = ama.plans.map((one) => [`/me/plans/${one.id}`, one.kind]);
    const party = `/me/sharing/${hospital.id}`;
    const more = [['/me/sharing/receipts', 'my-receipts'], [party, 'choose'], [`${party}/why`, 'why'], ['/me/sharing/crisis-services', 'crisis'], ['/me/sharing/others', 'others'], [`${party}?purpose=BTG&suggested=yes`, 'break-glass'], ['/me/sharing/code', 'code']];
    for (const [path, name] of [...PAGES.map((path) => [path, path.slice(1).replaceAll('/', '-')]), ...plans, ...more]) {
      await goTo(page, path);
      await assertAccessible(page, path);
      await keep(page, `page-${name}`);
      await assertQuiet(page, path);
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

  test('make a code to read out, by which the hospital asks and sees nothing', async () => {
    const page = await signIn(browser, ama);
    await goTo(page, '/me/sharing/code');
    await page.getByRole('button', { name: 'Make a code' }).click();
    const code = (await page.getByRole('status').innerText()).trim();
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
    await assertAccessible(page, 'code');
    await keep(page, 'code-made');
    await askToShare({ name: 'code', valueString: code.toLowerCase() });
    assert.equal(await hospitalSees(), undefined, 'asking opens nothing');
    await goTo(page, '/me/sharing');
    assert.ok((await page.getByRole('main').innerText()).includes(hospital.name));
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

  test('give her a receipt for each decision, to read, to print and to save', async () => {
    const page = await signIn(browser, ama);
    await allow(page, hospital, CHOICE);
    await page.getByRole('link', { name: 'See your receipt' }).click();
    await page.getByRole('heading', { name: 'Your receipt' }).waitFor();
    await assertAccessible(page, 'receipt');
    await keep(page, 'receipt');
    const words = await page.getByRole('main').innerText();
    for (const told of [`You let ${hospital.name} see something`, 'What helps', 'For treatment', 'How to take it back', 'Lamplight Trust']) {
      assert.ok(words.includes(told), `${told}: ${words}`);
    }
    assert.doesNotMatch(words, /\bTREAT\b|CarePlan|HTTP/);
    const over = async () => page.evaluate(() => document.documentElement.scrollWidth - globalThis.innerWidth);
    await page.setViewportSize({ width: 320, height: 700 });
    assert.ok((await over()) <= 0, 'it fits a narrow screen');
    await keep(page, 'receipt-narrow');
    const link = page.getByRole('link', { name: 'Save as a file' });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    const receipt = JSON.parse(await text(await download.createReadStream()));
    assert.equal(receipt.version, 'KI-CR-v1.1.0');
    assert.equal(receipt.services[0].purposes[0].thirdPartyName, hospital.name);
    await stopSharing(page, hospital);
    await page.getByRole('link', { name: 'See your receipt' }).click();
    await page.getByText(`You stopped sharing with ${hospital.name}`).waitFor();
    await keep(page, 'receipt-stopped');
    await page.getByRole('link', { name: 'My receipts' }).click();
    assert.ok((await page.getByRole('main').getByRole('listitem').count()) >= 2);
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

  test('let her say no for good, and end that no', async () => {
    const page = await signIn(browser, ama);
    await allow(page, hospital, CHOICE);
    await page.getByRole('button', { name: 'Never let them see anything' }).click();
    await page.waitForURL(/done=never/);
    assert.equal(await hospitalSees(), undefined, 'refused');
    await keep(page, 'refused');
    await page.getByRole('button', { name: 'End my no' }).click();
    await page.waitForURL(/done=ended/);
    assert.equal(await hospitalSees(), undefined, 'ending a no opens nothing');
    await page.context().close();
  });

  test('fit a narrow screen, small print never larger than her own words', async () => {
    const page = await signIn(browser, ama);
    await page.setViewportSize({ width: 320, height: 700 });
    for (const path of [...PAGES, `/me/plans/${ama.plans[0].id}`, `/me/sharing/${hospital.id}`]) {
      await goTo(page, path);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - globalThis.innerWidth);
      assert.ok(over <= 0, `${path} is ${over} pixels too wide`);
      const sizes = await page.evaluate(() => {
        const size = (selector) => [...document.querySelectorAll(selector)].map((one) => parseFloat(getComputedStyle(one).fontSize));
        return { own: Math.min(...size('main .own')), ours: Math.max(...size('main p:not(.own), main li:not(.own)')) };
      });
      assert.ok(!(sizes.own <= sizes.ours), `${path}: her words ${sizes.own}, ours ${sizes.ours}`);
    }
    await page.context().close();
  });

  test('take no form that another site made, and let no site frame them', async () => {
    const page = await signIn(browser, ama);
    const stop = new URL(`/me/sharing/${hospital.id}/stop`, demo.base).href;
    const cookies = await page.context().cookies(demo.base);
    const cookie = cookies.map((one) => `${one.name}=${one.value}`).join('; ');
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
    for (const [body, more] of [['', {}], ['form=guess', {}], ['form=guess', { 'sec-fetch-site': 'cross-site' }]]) {
      const answer = await fetch(stop, { method: 'POST', headers: { ...headers, ...more }, body, redirect: 'manual' });
      assert.equal(answer.status, 403, JSON.stringify([body, more]));
    }
    const answer = await fetch(new URL('/me', demo.base), { headers: { cookie } });
    assert.match(answer.headers.get('content-security-policy'), /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(answer.headers.get('x-frame-options'), 'DENY');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
    for (const one of cookies) assert.ok(one.httpOnly && one.sameSite === 'Lax', one.name);
    await page.context().close();
  });

  test('answer what nobody should send with a page and no fault of ours', async () => {
    const page = await signIn(browser, ama);
    const state = await page.context().storageState();
    const cookie = state.cookies.map((one) => `${one.name}=${one.value}`).join('; ');
    const strange = ['/me/plans/x', '/me/plans/%00', `/me/plans/${hospital.id}`, '/me/sharing/x', '/me/sharing/app/x', '/me/sharing/app', '/me/receipts?before=-1', '/me/receipts?before=x', `/me/sharing/${hospital.id}?purpose=x&done=x`, '/me/sign-in?once=x', '/me/sign-in?back=//evil.example', '/oauth/authorize', '/oauth/authorize?client_id=x', `/me/${'x'.repeat(3000)}`];
    for (const path of strange) {
      const answer = await fetch(new URL(path, demo.base), { headers: { cookie }, redirect: 'manual' });
      assert.ok(answer.status < 500, `${path}: ${answer.status}`);
      if (answer.status >= 400) assert.match(answer.headers.get('content-type'), /text\/html/, path);
    }
    await page.context().close();
  });

  test('let her brother read what she opened, and her friend take back for her, without any script', async () => {
    const page = await signIn(browser, ama, { javaScriptEnabled: false });
    await allow(page, hospital, CHOICE);
    await goTo(page, '/me/sharing/people');
    await keep(page, 'page-people');
    await page.getByLabel('What you call them').fill('Pearl');
    await page.getByRole('button', { name: 'Make a link' }).click();
    const link = (await page.getByRole('status').innerText()).trim();
    await keep(page, 'people-invited');
    await page.getByRole('link', { name: 'Say who they are in my plans' }).click();
    await keep(page, 'page-supporter');
    const others = await open(browser, { javaScriptEnabled: false });
    const pearl = await others.newPage();
    await pearl.goto(link);
    await keep(pearl, 'invited');
    await pearl.getByLabel('Your sign-in name').fill('pearl');
    await pearl.getByLabel('Your new password').fill('a quiet boat at night');
    await pearl.getByRole('button', { name: 'I will be there' }).click();
    await pearl.waitForURL((url) => url.pathname === '/with');
    await pearl.getByText('No one shares anything with you right now.').waitFor();
    await others.close();
    const kofi = await signInWith('kofi');
    await keep(kofi, 'page-with');
    await kofi.getByRole('link', { name: ama.name }).click();
    await keep(kofi, 'page-with-plans');
    assert.ok((await kofi.getByRole('main').innerText()).includes('What helps'));
    await kofi.goto(new URL('/with', demo.base).href);
    await kofi.getByRole('link', { name: 'How they name you' }).click();
    await keep(kofi, 'page-with-named');
    await kofi.getByRole('button', { name: 'I would rather not be named' }).first().click();
    await kofi.getByText('Done. They can read it now.').waitFor();
    await goTo(page, '/me/sharing');
    await keep(page, 'page-objection');
    assert.match(await page.getByRole('main').innerText(), /Kofi would rather not be named/);
    await kofi.getByRole('button', { name: 'I am fine with it now' }).click();
    await kofi.getByText('Done. They can read that you are fine with it.').waitFor();
    await goToSignIn(kofi, '/me/plans');
    await kofi.context().close();
    const joyce = await signInWith('joyce');
    await joyce.getByRole('link', { name: 'Take things back for them' }).click();
    await keep(joyce, 'page-with-sharing');
    await joyce.getByRole('button', { name: `Take back “What helps” from ${hospital.name}` }).click();
    await joyce.getByText('Done. It counts from now on.').waitFor();
    assert.equal(await hospitalSees(), undefined, 'taken back at once');
    await joyce.context().close();
    await goTo(page, '/me/receipts');
    const told = await page.getByRole('main').innerText();
    for (const line of ['You invited Pearl', 'Pearl used your link', 'Kofi, who supports you, looked', `Joyce stopped sharing with ${hospital.name} for you`]) {
      assert.ok(told.includes(line), line);
    }
    await page.getByRole('link', { name: 'See it and undo it' }).first().click();
    assert.ok(await page.getByLabel('What helps', { exact: true }).isChecked(), 'ready to be given back');
    await page.context().close();
    const scripted = await signIn(browser, ama);
    for (const path of ['/me/sharing/people', '/me/sharing']) {
      await goTo(scripted, path);
      await assertAccessible(scripted, path);
    }
    await goTo(scripted, '/me/sharing/people');
    await scripted.getByRole('link', { name: 'Who they are, and what they may do for me' }).first().click();
    await assertAccessible(scripted, 'a supporter');
    await scripted.context().close();
    for (const login of ['kofi', 'joyce']) {
      const theirs = await signInWith(login, true);
      await assertAccessible(theirs, `with, ${login}`);
      await theirs.getByRole('link', { name: login === 'kofi' ? ama.name : 'Take things back for them' }).click();
      await assertAccessible(theirs, `with, what ${login} can do`);
      await theirs.context().close();
    }
  });

  test('sign out when she leaves, and lead back to where she was', async () => {
    const page = await (await browser.newContext()).newPage();
    const answer = await page.goto(new URL('/me/sharing', demo.base).href);
    assert.equal(answer.status(), 200);
    assert.equal(new URL(page.url()).pathname, '/me/sign-in');
    await page.getByLabel('Your sign-in name').fill('ama');
    await page.getByLabel('Your password').fill('not the right one');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('That did not work.').waitFor();
    await assertAccessible(page, 'sign-in that did not work');
    await page.context().close();
    const owner = await signIn(browser, ama);
    await owner.route(/wikipedia/, (route) => route.fulfill({ body: 'elsewhere', contentType: 'text/plain' }));
    await goTo(owner, '/me');
    await owner.getByRole('link', { name: 'Leave this site' }).click();
    await owner.waitForURL((url) => url.origin !== new URL(demo.base).origin);
    await owner.goto(new URL('/me', demo.base).href);
    assert.equal(new URL(owner.url()).pathname, '/me/sign-in');
    await owner.context().close();
  });

  test('let them answer where a doctor stands, and show disagreement as clearly as agreement', async () => {
    const jordan = demo.person('Jordan');
    const words = 'I would rather call first. 🌿';
    const first = await stand(jordan, 'disagreed', words);
    const second = await stand(jordan, 'agreed-in-part', 'On working days.');
    const page = await (await browser.newContext()).newPage();
    await page.goto(jordan.sign_in);
    await goTo(page, `/me/plans/${first.plan}`);
    await page.getByRole('link', { name: 'What others suggest: 2 wait for you' }).click();
    await assertAccessible(page, 'suggestions');
    await keep(page, 'page-suggestions');
    const theirs = page.locator('section').filter({ hasText: words });
    await theirs.getByRole('button', { name: 'Put it in my plan' }).click();
    await page.getByText('You put it in your plan.').waitFor();
    await page.getByLabel('You can say why not').fill('They do not work here. 🥄');
    await page.getByRole('button', { name: 'No', exact: true }).click();
    await page.getByText('You said no.').waitFor();
    await keep(page, 'page-suggestions-answered');
    assert.deepEqual(await answers(first), ['completed', undefined]);
    assert.deepEqual(await answers(second), ['rejected', 'They do not work here. 🥄']);
    await page.getByRole('link', { name: 'Back to the plan' }).click();
    const stance = page.locator('li.differs').filter({ hasText: words });
    assert.match(await stance.innerText(), /Dr Vogt does not agree/);
    await page.context().close();
  });

  test('let him cancel a plan, which is not to stop sharing', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(demo.person('Mehmet').sign_in);
    await goTo(page, '/me/plans');
    await page.locator('a[href^="/me/plans/"]').first().click();
    await page.getByRole('link', { name: 'Cancel this plan' }).click();
    await assertAccessible(page, 'cancel');
    await keep(page, 'page-cancel');
    await page.getByLabel('You can say why, in your own words').fill('Ich sehe es jetzt anders. 🌱');
    await page.getByRole('button', { name: 'Cancel this plan now' }).click();
    await page.getByText('You cancelled this plan.').waitFor();
    await page.getByText('Ich sehe es jetzt anders. 🌱').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Cancel this plan' }).count(), 0);
    await goTo(page, '/me/receipts');
    await page.getByText('You cancelled').first().waitFor();
    await page.context().close();
  });

  test('let her choose how she signs in', async () => {
    const page = await (await browser.newContext()).newPage();
    const layla = demo.person('Layla');
    await page.goto(layla.sign_in);
    await goTo(page, '/me/account');
    await choosePassword('layla', 'short');
    await page.getByText('This password is too short.').waitFor();
    await choosePassword('ama', 'a quiet boat at night');
    await page.getByText('Someone else has this name.').waitFor();
    await choosePassword('layla-by-the-sea', 'a quiet boat at night');
    await page.getByText('Saved.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.getByLabel('Your sign-in name').fill('Layla-by-the-sea');
    await page.getByLabel('Your password').fill('a quiet boat at night');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL((url) => url.pathname === '/me');
    await goTo(page, '/me/account');
    await page.getByText('You can be found by it.').first().waitFor();
    await page.getByLabel('Your password until now').fill('not this one at all');
    await choosePassword('layla-by-the-sea', 'another boat at night');
    await page.getByText('That is not your password until now.').waitFor();
    await page.context().close();

    async function choosePassword(name, password) {
      await page.getByLabel('Your sign-in name').fill(name);
      await page.getByLabel('A new password').fill(password);
      await page.getByRole('button', { name: 'Save', exact: true }).click();
    }
  });

  async function signInWith(login, javaScriptEnabled = false) {
    const page = await (await open(browser, { javaScriptEnabled })).newPage();
    await page.goto(new URL('/with', demo.base).href);
    await page.getByLabel('Your sign-in name').fill(login);
    await page.getByLabel('Your password').fill('a-lamp-in-the-harbour');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL((url) => url.pathname === '/with');
    return page;
  }

  async function goToSignIn(page, path) {
    await page.goto(new URL(path, demo.base).href);
    assert.equal(new URL(page.url()).pathname, '/me/sign-in', 'no page of hers is his');
  }

  /** The title and address of a page may be read over her shoulder, or later in a list of visits. */
  async function assertQuiet(page, path) {
    const title = await page.title();
    assert.match(title, / – Sayso$/, path);
    assert.doesNotMatch(title, /Ama|crisis|bright|directive/i, path);
  }

  /** The record system says where its doctor stands on the first thing it sees of a person's, by its own FHIR client. */
  async function stand(person, position, words) {
    const ours = (list, code) => ({ coding: [{ system: `https://sayso.example/fhir/CodeSystem/${list}`, code }] });
    const part = (name, value) => ({ type: ours('proposal-part', name), ...value });
    const client = fhir(demo, bearer);
    const found = async (resourceType) =>
      (await client.search({ resourceType, searchParams: { patient: person.id, _count: 1 } })).entry[0].resource;
    const [plan, about] = [(await found('CarePlan')).id, (await found('Observation')).id];
    const body = {
      resourceType: 'Task',
      status: 'requested',
      intent: 'proposal',
      code: ours('proposal', 'stance'),
      language: 'en',
      description: words,
      focus: { reference: `CarePlan/${plan}` },
      requester: { display: 'Dr Vogt' },
      input: [
        part('role', { valueCode: 'clinician' }),
        part('about', { valueId: about }),
        part('position', { valueCode: position }),
      ],
    };
    return { id: (await client.create({ resourceType: 'Task', body })).id, plan };
  }

  /** What came of it, as the record system reads it. */
  async function answers({ id }) {
    const task = await fhir(demo, bearer).read({ resourceType: 'Task', id });
    return [task.status, task.statusReason?.text];
  }

  async function askToShare(by) {
    const body = JSON.stringify(by ? { resourceType: 'Parameters', parameter: [by] } : currentPlanParameters(ama));
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
