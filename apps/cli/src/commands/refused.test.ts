/** What every verb refuses before it does anything: options, settings and configuration files that are not what they should be. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from '@concord/testing';
import { unknownOptions } from '../verb.ts';
import { memberConfig, relayerConfig } from '../settings/nodeConfig.ts';
import { readSettings } from '../settings/settings.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'concord-refused-'));
after(() => rmSync(folder, { recursive: true }));
const concord = (args: readonly string[], env: Record<string, string> = {}) =>
  runProgram(MAIN, args, { cwd: folder, env });

const VERBS = [
  'keys new',
  'keys show',
  'keys backup',
  'keys restore',
  'init',
  'charter check',
  'charter lint',
  'plan',
  'deploy',
  'relayer',
  'propose',
  'vote',
  'member',
  'join',
  'aggregator run',
  'aggregator register',
  'aggregator resign',
  'aggregator withdraw',
  'status',
  'doctor',
  'verify',
  'archive',
  'demand',
  'forfeit',
  'slash',
  'market ask',
  'market want',
  'market settle',
  'market collect',
  'market status',
  'model export',
  'model register',
  'appeal sign',
  'appeal carry',
  'appeal withdraw',
  'appeal list',
  'appeal accept',
];

test('the help of every verb gives an example and what comes next', { concurrency: 2 }, async () => {
  for (const verb of VERBS) {
    const { code, stdout } = await concord([...verb.split(' '), '--help']);
    assert.equal(code, 0, verb);
    assert.match(
      stdout,
      new RegExp(`EXAMPLE\\n +(?:CONCORD_KEY=\\S+ )?concord ${verb === 'aggregator run' ? 'aggregator' : verb}`),
      verb,
    );
    assert.match(stdout, /NEXT\n +\S/, verb);
  }
});

test('options that a verb does not know are refused, by it and not by chance', async () => {
  const args = { 'public-url': { type: 'string' }, yes: { type: 'boolean' }, file: { type: 'positional' } } as const;
  assert.deepEqual(unknownOptions(['a.yaml', '--public-url', 'x', '--yes', '--publicUrl=y', '--no-yes'], args), []);
  assert.deepEqual(unknownOptions(['a.yaml', 'b.yaml', '--public-uri', 'x', '-q'], args), [
    'b.yaml',
    '--public-uri',
    'x',
    '-q',
  ]);
  assert.deepEqual(unknownOptions(['--public-url', '--yes'], args), ['--public-url without a value']);
  assert.deepEqual(unknownOptions(['--public-url'], args), ['--public-url without a value']);
  const { code, stderr } = await concord(['status', '--rcp', 'http://127.0.0.1:1']);
  assert.equal(code, 1);
  assert.match(stderr, /--rcp http:\/\/127.0.0.1:1: not known to concord status; see concord status --help/);
});

test('settings come from flag, environment and concord.json in this order, and are named when they do not fit', async () => {
  mkdirSync(join(folder, 'home'));
  const file = (content: unknown): void => writeFileSync(join(folder, 'home', 'concord.json'), JSON.stringify(content));
  file({ rpc: 'http://file:1', relayer: 'http://file:2/', port: 7, data: 'mine.csv' });
  process.env['CONCORD_RELAYER'] = 'http://environment:2';
  const settings = readSettings({ folder: join(folder, 'home'), port: '9' });
  assert.equal(settings.get('rpc'), 'http://file:1');
  assert.equal(settings.get('relayer'), 'http://environment:2');
  assert.equal(settings.get('port'), 9);
  const before = process.env['CONCORD_DATA'];
  process.env['CONCORD_DATA'] = '/public/data/sets';
  assert.equal(settings.get('data'), join(folder, 'home', 'mine.csv'), 'that variable is of something else');
  if (before === undefined) delete process.env['CONCORD_DATA'];
  else process.env['CONCORD_DATA'] = before;
  delete process.env['CONCORD_RELAYER'];

  const lacking = await concord(['status', '--folder', folder]);
  assert.match(lacking.stderr, /rpc: not given .*pass --rpc, set CONCORD_RPC, or write “rpc” into/);
  for (const [content, message] of [
    [{ rcp: 'http://a:1' }, /rcp: unknown here; .*concord.json has rpc, deployment/],
    [{ rpc: 8545 }, /concord.json, rpc: have 8545, need an http or https URL/],
    [{ port: 70_000 }, /concord.json, port: have 70000, need an integer from 0 to 65535/],
    [
      { publicUrl: 'https://a.example/' },
      /publicUrl: have "https:\/\/a.example\/", need an http or https URL without a slash at its end/,
    ],
  ] as const) {
    file(content);
    const { code, stderr } = await concord(['status', '--folder', 'home']);
    assert.equal(code, 1);
    assert.match(stderr, message);
  }
  const flag = await concord(['status'], { CONCORD_RPC: 'nowhere' });
  assert.match(flag.stderr, /CONCORD_RPC: have "nowhere", need an http or https URL/);
});

test('a node’s configuration is checked key by key, and no key is echoed', async () => {
  const good = {
    privateKey: `0x${'ab'.repeat(32)}`,
    rpcUrl: 'http://127.0.0.1:8545',
    contracts: { charters: `0x${'11'.repeat(20)}`, rounds: `0x${'22'.repeat(20)}`, inference: `0x${'33'.repeat(20)}` },
    host: '127.0.0.1',
    port: 0,
    confirmations: 0,
    pollMilliseconds: 50,
    folder: 'store',
    dataFile: 'data.csv',
    charterText: '{}',
    relayerUrl: 'http://127.0.0.1:1',
  };
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify({ ...good, fromBlock: 3 }));
  assert.deepEqual(memberConfig(path), { ...good, fromBlock: 3 });
  const { dataFile: _, ...lacking } = good;
  const cases: readonly (readonly [content: object, message: RegExp])[] = [
    [{ ...good, pulbicUrl: 'http://a' }, /pulbicUrl: unknown here/],
    [lacking, /dataFile: have nothing, need some text/],
    [{ ...good, contracts: { charters: good.contracts.charters } }, /contracts.rounds: have nothing, need an address/],
    [{ ...good, pollMilliseconds: 0 }, /pollMilliseconds: have 0, need an integer from 1/],
    [{ ...good, cheat: 'nicely' }, /cheat: have "nicely", need the name of a liar/],
    [{ ...good, privateKey: '0xabcdef12' }, /privateKey: have "…", need a private key/],
  ];
  for (const [content, message] of cases) {
    writeFileSync(path, JSON.stringify(content));
    assert.throws(() => memberConfig(path), message);
  }
  const { code, stderr } = await concord(['member', '--config', 'config.json']);
  assert.equal(code, 1);
  assert.match(stderr, /privateKey: have "…", need a private key/);
  assert.ok(!stderr.includes('abcdef12'));
  writeFileSync(path, `{"privateKey": "0x${'cd'.repeat(32)}" oops`);
  const torn = await concord(['relayer', '--config', 'config.json']);
  assert.match(torn.stderr, /config.json: is not JSON/);
  assert.ok(!torn.stderr.includes('cdcd'));
});

test('a node that listens everywhere must say where it is reached', async () => {
  const missing = await concord(['doctor', '--role', 'baker']);
  assert.match(missing.stderr, /--role: have “baker”, need one of member, aggregator, relayer/);
  const doctor = await concord(['doctor', '--folder', 'nowhere', '--host', '0.0.0.0', '--json']);
  assert.equal(doctor.code, 1);
  const findings: readonly { check: string; result: string; says: string }[] = JSON.parse(doctor.stdout).findings;
  const of = (check: string) => findings.find((each) => each.check === check);
  assert.match(of('folder')!.says, /is not there: make it with mkdir/);
  assert.match(of('key')!.says, /there is no key: make one with “concord keys new”/);
  assert.match(of('rpc')!.says, /not given/);
  assert.equal(of('reachable')!.result, 'broken');
});

test('[RD19] the most that a relayer likes to pay is a whole number of wei, from a file or a flag', () => {
  const path = join(folder, 'dear.json');
  const config = {
    privateKey: `0x${'11'.repeat(32)}`,
    rpcUrl: 'http://127.0.0.1:1',
    contracts: Object.fromEntries(['charters', 'rounds', 'inference'].map((name) => [name, `0x${'22'.repeat(20)}`])),
    ...{ host: '127.0.0.1', port: 0, confirmations: 0, pollMilliseconds: 100 },
  };
  const read = (maxGasPrice?: unknown) => {
    writeFileSync(path, JSON.stringify({ ...config, maxGasPrice }));
    return relayerConfig(path).maxGasPrice;
  };
  assert.equal(read(), undefined);
  assert.equal(read(30_000_000_000), 30_000_000_000);
  for (const bad of [0, -1, 1.5, '30 gwei'])
    assert.throws(() => read(bad), /maxGasPrice: have .+, need an integer of at least 1/);
  assert.equal(readSettings({ folder, 'max-gas-price': '12' }).get('maxGasPrice'), 12);
  assert.throws(() => readSettings({ folder, 'max-gas-price': '0' }).get('maxGasPrice'), /--max-gas-price: have "0"/);
});
