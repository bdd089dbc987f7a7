/** “concord plan” and “concord charter lint” as people start them, on a small file. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Plan } from '@concord/planner';
import { runProgram, startDevnet } from '@concord/testing';
import { parse } from 'yaml';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Rows whose label follows age and visits. */
const CSV = [
  'age,visits,y',
  ...Array.from({ length: 400 }, (_, i) => {
    const [age, visits] = [20 + ((i * 37) % 60), (i * 11) % 7];
    return `${age},${visits},${Number(age + 8 * visits + ((i * 53) % 31) > 90)}`;
  }),
  '',
].join('\n');

describe('plan and lint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-plan-'));
  const at = (name: string): string => join(folder, name);
  const concord = (...args: readonly string[]) => runProgram(MAIN, args, { cwd: folder });
  const says = async (pattern: RegExp, ...args: readonly string[]): Promise<void> => {
    const { code, stderr, stdout } = await concord(...args);
    assert.equal(code, 1, `${args.join(' ')}\n${stdout}`);
    assert.match(stderr, pattern);
    assert.doesNotMatch(stderr, /\n +at /, 'no stack');
  };
  let first: Plan;

  before(async () => {
    writeFileSync(at('data.csv'), CSV);
    const { code, stderr } = await concord('init', 'data.csv', '--label', 'y');
    assert.equal(code, 0, stderr);
  });
  after(() => rmSync(folder, { recursive: true }));

  test('[PL10] plan --json is a document alone on stdout; page, pictures and draft are written', async () => {
    const asked = ['charter.yaml', '--data', 'data.csv', '--budget', '20 USD, eps 4, 2 h', '--seconds', '5'];
    const { code, stdout, stderr } = await concord(
      'plan',
      ...asked,
      '--json',
      '--out',
      'plan',
      '--write',
      'planned.yaml',
    );
    assert.equal(code, 0, stderr);
    first = JSON.parse(stdout) as Plan;
    assert.equal(first.version, 1);
    assert.deepEqual(first.question.records, [400, 400, 400]);
    assert.deepEqual(first.question.budget, { usd: 20, epsilon: 4, seconds: 7_200 });
    assert.ok(first.front.length > 0 && first.recommended.cost.usd.total <= 20);
    assert.ok(first.recommended.worth.mean > 0.8, 'the file is easy');
    assert.match(stderr, /example prices, not today's/);
    assert.match(stderr, /The other members are taken to hold about as many records as you, 400/);
    assert.deepEqual(JSON.parse(readFileSync(at('plan/plan.json'), 'utf8')), first);
    assert.match(readFileSync(at('plan/plan.html'), 'utf8'), /<h1>Plan: A joint model<\/h1>/);
    for (const name of ['front', 'round', 'day'])
      assert.match(readFileSync(at(`plan/${name}.svg`), 'utf8'), /^<svg xmlns/);
    const written = readFileSync(at('planned.yaml'), 'utf8');
    assert.deepEqual(parse(written), JSON.parse(JSON.stringify(first.draft)));
    assert.equal(written.split('\n').length, readFileSync(at('charter.yaml'), 'utf8').split('\n').length);
    const check = await concord('charter', 'check', 'planned.yaml', '--data', 'data.csv');
    assert.equal(check.code, 0, check.stdout);
  });

  test('[PL10] the same question with the same calibration and pilot has the same plan', async () => {
    const asked = ['charter.yaml', '--data', 'data.csv', '--budget', '20 USD, eps 4, 2 h', '--seconds', '5'];
    const again = await concord('plan', ...asked, '--reuse', 'plan/plan.json', '--json');
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(JSON.parse(again.stdout), first);
    const { notes: _, ...answer } = first;
    const short = await concord(
      'plan',
      'charter.yaml',
      '--budget',
      '20 USD, eps 4, 2 h',
      '--reuse',
      'plan/plan.json',
      '--json',
    );
    const { notes: __, ...same } = JSON.parse(short.stdout) as Plan;
    assert.deepEqual(same, answer, 'records need not be said again');
  });

  test('[PL9] a goal out of reach ends in 1, with what would come nearest', async () => {
    const asked = ['charter.yaml', '--data', 'data.csv', '--reuse', 'plan/plan.json', '--goal', 'auc 0.9999'];
    const { code, stdout } = await concord('plan', ...asked);
    assert.equal(code, 1);
    assert.match(stdout, /No choice meets all that was asked\. Nearest/);
    assert.match(stdout, /◆ recommended/);
  });

  test('[PL2] the gas price by the hour and the time between blocks are read from a chain', async () => {
    const devnet = await startDevnet({ blockMilliseconds: 100, accounts: 1 });
    try {
      const head = async (): Promise<number> => {
        const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] });
        const response = await fetch(devnet.rpcUrl, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        return Number(((await response.json()) as { result: string }).result);
      };
      while ((await head()) < 30) await new Promise((resolve) => setTimeout(resolve, 100));
      const asked = [
        'charter.yaml',
        '--data',
        'data.csv',
        '--reuse',
        'plan/plan.json',
        '--rpc',
        devnet.rpcUrl,
        '--json',
      ];
      const { code, stdout, stderr } = await concord('plan', ...asked);
      assert.equal(code, 0, stderr);
      const [chain] = (JSON.parse(stdout) as Plan).prices.chains;
      assert.equal(chain?.name, `chain-${devnet.chainId}`);
      assert.ok(
        Array.isArray(chain.gasPrice) &&
          chain.gasPrice.length === 24 &&
          chain.gasPrice.every((price: number) => price > 0),
      );
      assert.match(chain.origin, /from the chain’s own blocks up to \d+/);
    } finally {
      await devnet.stop();
    }
  });

  test('[PL11] lint says what it could not judge without records, and ends in 1 where the draft cannot do what it says', async () => {
    const blind = await concord('charter', 'lint', 'charter.yaml', '--json');
    assert.equal(blind.code, 0, blind.stderr);
    const { warnings } = JSON.parse(blind.stdout) as { warnings: readonly { check: string; result: string }[] };
    assert.equal(warnings.find(({ check }) => check === 'cheaper')?.result, 'unjudged');
    const hopeless = await concord(
      'charter',
      'lint',
      'charter.yaml',
      '--data',
      'data.csv',
      '--reuse',
      'plan/plan.json',
      '--goal',
      'auc 0.9999',
    );
    assert.equal(hopeless.code, 1);
    assert.match(hopeless.stdout, /broken +goal .*below\s+its\s+AUC\s+of\s+1\.000/s);
    assert.match(hopeless.stdout, /this draft cannot do what it says/);
  });

  test('[PL9] what cannot be read is refused before anything is measured or written', async () => {
    const draft = ['plan', 'charter.yaml', '--data', 'data.csv'];
    await says(/“20 EUR”: “eur” is no unit here/, ...draft, '--budget', '20 EUR');
    await says(/“f1” is no measure here/, ...draft, '--goal', 'f1 0.9');
    await says(/how many records do members hold\?/, 'plan', 'charter.yaml');
    await says(/have 2 numbers for 4 members/, 'plan', 'charter.yaml', '--rows', '5,6', '--count', '4');
    await says(/made-up records say nothing about 0\.9/, 'plan', 'charter.yaml', '--rows', '500', '--goal', 'auc 0.9');
    await says(/charter\.yaml is there already/, ...draft, '--write', 'charter.yaml');
    await says(/--holders: have “everybody”/, ...draft, '--holders', 'everybody');
    await says(
      /--rpc: NO_ANSWER: http:\/\/127\.0\.0\.1:1: .*Check the address/,
      ...draft,
      '--rpc',
      'http://127.0.0.1:1',
    );
    await says(/was made for another draft or other records/, ...draft, '--rows', '7', '--reuse', 'plan/plan.json');
    writeFileSync(at('torn.json'), JSON.stringify({ ...first, pilots: [{ training: {}, pilot: {} }] }));
    await says(/torn\.json is no plan of version 1/, ...draft, '--reuse', 'torn.json');
    writeFileSync(
      at('prices.yaml'),
      'origin: mine\nusdPerGigabyte: 1\nusdPerProcessorHour: 1\nchains: [{ name: a, origin: b, blockSeconds: 0, confirmations: 1, usdPerEther: 1, gwei: 1 }]\n',
    );
    await says(/chains\[0\]\.blockSeconds: have 0, need a number above 0/, ...draft, '--prices', 'prices.yaml');
  });
});
