/** The page of a plan in a real browser, wide and narrow, light and dark: it asks for nothing, runs nothing and fits. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { answer, DRAFT } from '../search/workbench.ts';
import { pageOf } from './page.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const skip = existsSync(CHROMIUM)
  ? false
  : `NO BROWSER: ${CHROMIUM} is not there (apt-get install chromium, or set CHROMIUM)`;
if (skip) console.error(`SKIPPED ${skip}`);

interface Seen {
  readonly wide: number;
  readonly paper: string;
  readonly heading: string;
  /** Words in pictures that reach over their edge. */
  readonly cut: number;
}
/** As text, for it runs in the page. */
const LOOK = `({
  wide: document.documentElement.scrollWidth,
  paper: getComputedStyle(document.body).backgroundColor,
  heading: document.querySelector('h1').textContent,
  cut: [...document.querySelectorAll('svg text')].filter((text) => {
    const [box, around] = [text.getBoundingClientRect(), text.closest('svg').getBoundingClientRect()];
    return box.left < around.left - 1 || box.right > around.right + 1;
  }).length,
})`;

test('[PL10] the page fits a telephone and a screen, follows light and dark, and asks for nothing', {
  skip,
}, async () => {
  const name =
    '<img src="http://127.0.0.1:1/x" onerror="document.title=1"> & a name that is as long as a name may well be';
  const html = pageOf(
    answer('40 USD, eps 4', { least: 0.85, draft: { ...DRAFT, text: { ...(DRAFT.text as object), name } } }),
  );
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const papers: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [360, 1180]) {
        const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
        const asked: string[] = [];
        page.on('request', (request) => asked.push(request.url()));
        page.on('console', (message) => assert.fail(message.text()));
        await page.setContent(html);
        const seen = (await page.evaluate(LOOK)) as Seen;
        assert.deepEqual(asked, []);
        assert.ok(seen.wide <= width, `${seen.wide} of ${width}`);
        assert.equal(seen.heading, `Plan: ${name}`);
        assert.equal(seen.cut, 0);
        papers.push(seen.paper);
        await page.close();
      }
    assert.equal(papers[0], papers[1]);
    assert.notEqual(papers[0], papers[2]);
  } finally {
    await browser.close();
  }
});
