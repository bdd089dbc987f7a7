/** Pictures and page of a plan: self-contained, readable without seeing them, and safe whatever a charter is called. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, DRAFT, PRICES } from '../search/workbench.ts';
import type { Plan } from '../search/document.ts';
import { epsilonText } from '../search/words.ts';
import { frontCharacters } from './characters.ts';
import { frontPicture } from './front.ts';
import { pageOf } from './page.ts';
import { linearTicks, logTicks } from './scale.ts';
import { svgFile } from './svg.ts';
import { dayPicture, roundPicture } from './timeline.ts';

const PLAN = answer('40 USD, eps 4', { least: 0.85 });

/** Tags that are opened and closed in order; enough of XML for what we write. */
function unclosed(markup: string): string[] {
  const open: string[] = [];
  for (const [, close, name = '', own] of markup.matchAll(
    /<(\/?)([a-z][a-z0-9]*)(?:\s[a-z][a-z0-9-]*="[^"<]*")*(\/?)>/gi,
  )) {
    if (close) assert.equal(open.pop(), name);
    else if (!own && !/^(meta|br)$/.test(name)) open.push(name);
  }
  assert.equal(
    markup
      .replace(/<\/?[a-z][a-z0-9]*(?:\s[a-z][a-z0-9-]*="[^"<]*")*\/?>/gi, '')
      .replace('<!doctype html>', '')
      .includes('<'),
    false,
  );
  return open;
}

test('[PL10] the page needs nothing from elsewhere and says with words and tables what its pictures show', () => {
  const page = pageOf(PLAN);
  assert.deepEqual(unclosed(page), []);
  assert.doesNotMatch(
    page.replaceAll('xmlns="http://www.w3.org/2000/svg"', ''),
    /https?:|<script|<link|<img|url\(|@import/,
  );
  assert.match(page, /Content-Security-Policy/);
  assert.match(page, /prefers-color-scheme: dark/);
  assert.equal(page.match(/<svg/g)?.length, page.match(/<title id=/g)?.length);
  assert.equal(page.match(/<svg/g)?.length, page.match(/<desc id=/g)?.length);
  assert.equal(
    page.match(/<th scope="row">|<tr class="mark">/g)?.length,
    PLAN.front.length + PLAN.recommended.cost.parts.length + 1,
  );
  for (const sentence of PLAN.sentences) assert.ok(page.includes(sentence.replaceAll("'", '&#39;')));
});

test('[PL10] the page of a plan that was read from JSON is the same', () => {
  assert.equal(pageOf(JSON.parse(JSON.stringify(PLAN)) as Plan), pageOf(PLAN));
});

test('[PL10] what comes from charters and prices is text on the page and nothing else', () => {
  const nasty = `"><script>alert(1)</script>&'\u0000\u009b\ud800\u202e\u061c\u00ad\u{e0041}`;
  const draft = { ...DRAFT, text: { ...(DRAFT.text as object), name: nasty } };
  const prices = {
    ...PRICES,
    origin: nasty,
    chains: PRICES.chains.map((chain) => ({ ...chain, name: `${nasty}${chain.name}`, origin: nasty })),
  };
  const plan = answer('40 USD', { draft, prices });
  for (const markup of [
    pageOf(plan),
    svgFile(frontPicture(plan)),
    svgFile(dayPicture(plan)),
    svgFile(roundPicture(plan)),
  ]) {
    assert.deepEqual(unclosed(markup), []);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is left is the point
    assert.doesNotMatch(markup, /<script|[\u0000\u009b\u202e\u061c\u00ad\u{e0041}]|\p{Cs}/u);
  }
});

test('[PL8] the picture marks the recommended choice, the draft and the goal, and has a point for each choice of the front', () => {
  const content = frontPicture(PLAN).content.join('');
  assert.equal(
    content.match(/class="dot t\d(?: beyond)?"\/>/g)?.length,
    PLAN.front.length + new Set(PLAN.front.map(({ cost }) => epsilonText(cost.epsilon))).size,
  );
  assert.match(content, />recommended</);
  assert.match(content, />the draft as it stands</);
  assert.match(content, />goal</);
});

test('[PL8] in characters: recommended, draft and goal stand where they belong', () => {
  const rows = frontCharacters(PLAN, { width: 50, height: 9 });
  const plot = rows.slice(1, 10);
  assert.equal(plot.filter((row) => row.includes('◆')).length, 1);
  assert.ok(plot.findIndex((row) => row.includes('◆')) <= plot.findIndex((row) => row.includes('-')));
  assert.ok(plot.some((row) => row.includes('○')));
  assert.ok(rows.every((row) => [...row].length <= 110));
});

test('the numbers beside an axis are round and lie on it', () => {
  assert.deepEqual(linearTicks({ low: 0.61, high: 0.79 }), [0.65, 0.7, 0.75]);
  assert.deepEqual(linearTicks({ low: 0, high: 24 }, 8), [0, 5, 10, 15, 20]);
  assert.deepEqual(logTicks({ low: 0.8, high: 45 }), [1, 2, 5, 10, 20]);
  assert.deepEqual(logTicks({ low: 0.001, high: 100 }), [0.001, 0.01, 0.1, 1, 10, 100]);
});

test('[PL8] where nothing costs anything, words and pictures still say so', () => {
  const chains = PRICES.chains.map((chain) => ({ ...chain, gasPrice: 0 }));
  const plan = answer('40 USD', { prices: { ...PRICES, chains, usdPerGigabyte: 0, usdPerProcessorHour: 0 } });
  assert.equal(plan.recommended.cost.usd.total, 0);
  for (const text of [pageOf(plan), frontCharacters(plan).join('\n'), svgFile(dayPicture(plan))])
    assert.doesNotMatch(text, /NaN|Infinity|undefined/);
  assert.ok(plan.sentences.some((each) => each.includes('about as cheap')));
});
