// The person at her own page, by roles and visible labels only; what a change of wording has to touch is here.
import { open } from './chromium.mjs';

const states = new Map();

/** A signed-in page. The link works once, so a later call brings the first session along. */
export async function signIn(browser, person, options = {}) {
  const state = states.get(person.sign_in);
  const context = await open(browser, { ...options, state });
  const page = await context.newPage();
  if (state) {
    await page.goto(new URL('/me', person.sign_in).href);
  } else {
    await page.goto(person.sign_in);
    states.set(person.sign_in, await context.storageState());
  }
  return page;
}

export async function goTo(page, path) {
  const answer = await page.goto(new URL(path, page.url()).href);
  if (answer.status() !== 200) throw new Error(`${path} answered ${answer.status()}`);
}

const TITLES = {
  helps: 'What helps',
  'past-to-know': 'What happened to me that you should know',
};
const PURPOSES = { TREAT: /treat|care for me/i, ETREAT: /emergenc|crisis/i };
const KINDS = { 'joint-crisis-plan': /our crisis plan/i, 'advance-directive': /my advance directive/i };

/** Lets an organization see sections of a plan for a purpose; returns the preview she was shown before. */
export async function allow(page, organization, { kind, sections, purpose }) {
  await openChoices(page, organization);
  await choose(page, { kind, sections, purpose });
  const shown = await preview(page);
  await confirm(page);
  return shown;
}

/** What she is shown before she lets anybody see it. */
export async function preview(page) {
  await page.getByRole('button', { name: /preview|show me what/i }).click();
  return page.getByRole('main').innerText();
}

export async function confirm(page) {
  await page.getByRole('button', { name: /let them see|confirm|share this/i }).click();
  await page.waitForLoadState();
}

export async function openChoices(page, organization) {
  await goTo(page, '/me/sharing');
  await page.getByRole('link', { name: new RegExp(`${escape(organization.name)}`, 'i') }).first().click();
}

export async function choose(page, { kind, sections, purpose }) {
  if (kind) {
    const choice = page.getByLabel(KINDS[kind]);
    if (await choice.count()) await choice.first().check();
  }
  if (purpose) {
    const choice = page.getByLabel(PURPOSES[purpose]);
    if (await choice.count()) await choice.first().check();
  }
  for (const section of sections) await page.getByLabel(TITLES[section], { exact: true }).check();
}

/** Stops all sharing with an organization; returns how many clicks it took from her sharing page. */
export async function stopSharing(page, organization) {
  await goTo(page, '/me/sharing');
  await page.getByRole('button', { name: new RegExp(`stop.*${escape(organization.name)}`, 'i') }).click();
  await page.waitForLoadState();
  const sure = page.getByRole('button', { name: /^(yes, )?stop/i });
  await sure.first().click();
  await page.waitForLoadState();
  return 2;
}

function escape(words) {
  return words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Her answer on the page where an app asks: every section it asks for, or none. */
export async function decide(page, decision) {
  if (decision === 'allow') {
    for (const box of await page.locator('input[type=checkbox][name=section]').all()) await box.check();
  }
  await page.locator(`button[name=decision][value=${decision}]`).click();
}

/** Lets an organization see one whole document, by its title. */
export async function allowDocument(page, organization, title) {
  await openChoices(page, organization);
  await page.getByLabel(new RegExp(escape(title), 'i')).first().check();
  await preview(page);
  await confirm(page);
}
