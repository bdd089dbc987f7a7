/** The guard in a real browser: Debian's Chromium, the example's page, the embedded chain. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { serveGuardPage, type Served } from './serve.ts';
import { type GuardStage, setGuardStage } from './stage.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** Where screenshots go, for who wants to look at them. */
const PICTURES = process.env['GUARD_PICTURES'];
const skip = existsSync(CHROMIUM)
  ? false
  : `NO BROWSER: ${CHROMIUM} is not there (apt-get install chromium, or set CHROMIUM)`;
if (skip) console.error(`SKIPPED ${skip}`);

let stage: GuardStage;
let served: Served;
let browser: Browser;
let page: Page;
const requested: string[] = [];

before(async () => {
  if (skip) return;
  stage = await setGuardStage(() => undefined);
  served = await serveGuardPage(stage);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  page = await browser.newPage({ viewport: { width: 820, height: 760 } });
  page.on('request', (request) => requested.push(request.url()));
  page.on('pageerror', (error) => assert.fail(error));
  await page.goto(`${served.url}?patience=30000`);
  await page.locator('body[data-ready=yes]').waitFor();
});
after(async () => {
  await browser?.close();
  await served?.stop();
  await stage?.stop();
});

const balance = async (account: string): Promise<bigint> => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_getBalance', params: [account, 'latest'] });
  const response = await fetch(stage.rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return BigInt(((await response.json()) as { result: string }).result);
};
const press = (action: string): Promise<void> => page.locator(`[data-act=${action}]`).click();
const picture = async (name: string): Promise<void> => {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.jpg`), type: 'jpeg', quality: 75 });
};
const shown = async (level: string, reason: RegExp, name: string): Promise<void> => {
  await page.locator(`#verdict[open][data-level=${level}]`).waitFor();
  assert.match((await page.locator('#reasons').textContent()) ?? '', reason);
  await picture(name);
};
const outcome = async (state: string): Promise<string | null> => {
  await page.locator(`#outcome[data-state=${state}]`).waitFor();
  return page.locator('#outcome').textContent();
};
const asked = (): Promise<string[]> => page.locator('#asked li.act').allTextContents();

test('[GU1] a transfer to the scam-like account is stopped with a reason, and the wallet is never asked', {
  skip,
}, async () => {
  const had = await balance(stage.accounts.scam);
  await press('pay-scam');
  await shown('warn', /looks like the scams.*(usual|known accounts)/, 'warn');
  await page.locator('#stop').click();
  assert.match((await outcome('stopped')) ?? '', /4001/);
  assert.deepEqual(await asked(), []);
  assert.equal(await balance(stage.accounts.scam), had);
});

test('[GU16] an account that has appealed is warned of, and it says so', { skip }, async () => {
  await press('pay-appellant');
  await shown('warn', /looks like the scams.*has appealed.*a scammer can say so, too/, 'appealed');
  await page.locator('#stop').click();
  await outcome('stopped');
  assert.deepEqual(await asked(), []);
});

test('[GU1] a transfer to the ordinary account passes', { skip }, async () => {
  const had = await balance(stage.accounts.ordinary);
  await press('pay-ordinary');
  assert.match((await outcome('sent')) ?? '', /Checked, nothing unusual/);
  assert.deepEqual(await asked(), ['eth_sendTransaction']);
  assert.equal((await balance(stage.accounts.ordinary)) - had, 10n ** 18n);
  await picture('allow');
});

test('[GU6] a failed look-up shows “not checked”, and so does an account without a past', { skip }, async () => {
  await page.locator('#blind').check();
  await press('pay-ordinary');
  await shown('unknown', /was not checked.*lists no transactions/, 'unknown');
  assert.equal(await page.locator('#heading').textContent(), 'Not checked');
  await page.keyboard.press('Escape');
  await outcome('stopped');
  await page.locator('#blind').uncheck();
  await press('pay-fresh');
  await shown('unknown', /no history yet/, 'fresh');
  await page.locator('#continue').click();
  assert.match((await outcome('sent')) ?? '', /because you said so/);
});

test('[GU4] a Permit2 that calls itself a login, and a sign-in for another site, warn', { skip }, async () => {
  await press('permit');
  await shown('warn', /looks like the scams/, 'permit');
  await page.locator('#stop').click();
  await outcome('stopped');
  await press('sign-in');
  await shown('warn', /signs you in at bank\.example/, 'sign-in');
  await page.locator('#stop').click();
  await outcome('stopped');
});

test('[GU7] the browser reached nothing but its own page and the wallet’s line, and may not', { skip }, async () => {
  assert(requested.length > 10 && requested.every((url) => url.startsWith(served.url)));
  const refused = await page.evaluate(`fetch('http://127.0.0.1:9/').then(() => 'reached', (error) => error.name)`);
  assert.equal(refused, 'TypeError');
});
