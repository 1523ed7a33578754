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
  strengths: 'What I am good at',
  'what-matters': 'What matters to me',
  goals: 'What I want for my life',
  'access-needs': 'How to talk with me',
  'early-signs': 'First signs',
  helps: 'What helps',
  harms: 'What makes it worse',
  treatment: 'Treatment: yes, maybe, no',
};
const PURPOSES = { TREAT: 'For treatment', ETREAT: 'In an emergency' };

/** Lets an organization see sections for a purpose; returns the preview she was shown before. */
export async function allow(page, organization, { sections, purpose }) {
  await openChoices(page, organization);
  await choose(page, { sections, purpose });
  const shown = await preview(page);
  await confirm(page);
  return shown;
}

/** What she is shown before she lets anybody see it. */
export async function preview(page) {
  await page.getByRole('button', { name: 'Preview what they will see' }).click();
  await page.waitForURL(/\/preview$/);
  return page.getByRole('main').innerText();
}

export async function confirm(page) {
  await page.getByRole('button', { name: 'Let them see this' }).click();
  await page.waitForURL(/done=shared/);
}

/** From who has asked and who sees something, or else from the list of all who could be let in. */
export async function openChoices(page, organization) {
  const link = page.getByRole('main').getByRole('link', { name: organization.name, exact: true });
  await goTo(page, '/me/sharing');
  if ((await link.count()) === 0) await page.getByRole('link', { name: 'See the list of hospitals and services' }).click();
  await link.first().click();
  await page.waitForURL((url) => url.pathname === `/me/sharing/${organization.id}`);
}

/** Ticks these sections; fails when anything else is ticked too, because then a test would prove less than it says. */
export async function choose(page, { sections, purpose }) {
  if (purpose) {
    await page.getByRole('link', { name: PURPOSES[purpose], exact: true }).click();
    await page.waitForURL(new RegExp(`purpose=${purpose}`));
  }
  await tick(page, sections);
  const ticked = await page.getByRole('main').getByRole('checkbox', { checked: true }).count();
  if (ticked !== sections.length) throw new Error(`${ticked} boxes are ticked, chosen were ${sections.join(', ')}`);
}

async function tick(page, sections) {
  for (const section of sections) await page.getByRole('checkbox', { name: TITLES[section], exact: true }).check();
}

/** Stops all sharing with an organization; returns how many clicks it took from her sharing page. */
export async function stopSharing(page, organization) {
  await goTo(page, '/me/sharing');
  await page.getByRole('button', { name: `Stop sharing with ${organization.name}` }).click();
  await page.waitForURL(/\/stop$/);
  return 1;
}

/** Her answer on the page where an app asks: everything it asks for, or only some sections, or nothing. */
export async function decide(page, decision, sections) {
  if (decision === 'allow') {
    for (const box of await page.getByRole('main').getByRole('checkbox').all()) await box.setChecked(!sections);
    if (sections) await tick(page, sections);
  }
  await page.locator(`button[name=decision][value=${decision}]`).click();
}

/** Lets an organization see one whole document, by its title. */
export async function allowDocument(page, organization, title) {
  await openChoices(page, organization);
  await page.getByRole('checkbox', { name: title }).check();
  await preview(page);
  await confirm(page);
}
