// A real Chromium: contexts, screenshots as artefacts, and axe's verdict on a page.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const PATIENCE_MILLISECONDS = 10_000;
const here = dirname(fileURLToPath(import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function launch() {
  const executablePath = process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place));
  if (!executablePath) throw new Error('no Chromium found: install it, or name it in CHROMIUM');
  return chromium.launch({ executablePath, args: FLAGS, headless: true });
}

/** A browser of one person's own; `state` brings an earlier sign-in along. */
export async function open(browser, { state, javaScriptEnabled = true } = {}) {
  const context = await browser.newContext({
    storageState: state,
    javaScriptEnabled,
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    viewport: { width: 1000, height: 900 },
  });
  context.setDefaultTimeout(PATIENCE_MILLISECONDS);
  return context;
}

export async function keep(page, name) {
  const folder = process.env.SAYSO_ARTEFACTS ?? join(here, '..', 'artefacts');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Fails on anything that axe calls serious or critical, naming the rule and the place. */
export async function assertAccessible(page, name) {
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  );
  assert.ok(passes.length > 0, `${name}: axe looked at nothing`);
  const grave = violations.filter((one) => ['serious', 'critical'].includes(one.impact));
  const words = grave.map((one) => `${one.id} (${one.impact}) at ${one.nodes.map((node) => node.target.join(' ')).join(', ')}: ${one.help}`);
  assert.deepEqual(words, [], `${name}: axe finds nothing serious`);
}
