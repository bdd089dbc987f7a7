/**
 * From an empty folder to a model in hand, every verb as people start it: three members, a relayer and a chain. One
 * devnet for the whole file; later tests stand on what earlier ones left.
 */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decodeModel } from '@concord/protocol';
import { type Devnet, type RunningProgram, runProgram, startDevnet, startProgram } from '@concord/testing';
import { sha256 } from 'viem';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const NAMES = ['a', 'b', 'c'] as const;
const ROUNDS = 2;

/** Rows that differ from member to member and mean nothing. */
const records = (member: number): string =>
  [
    'age,visits,y',
    ...Array.from({ length: 30 }, (_, i) => `${20 + ((i * (member + 3)) % 60)},${i % 7},${i % 2}`),
    '',
  ].join('\n');

describe('the doors, one after the other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-doors-'));
  const at = (...names: string[]): string => join(folder, ...names);
  const started: RunningProgram[] = [];
  let devnet: Devnet;
  let relayerUrl = '';
  let charterId = '';
  const addresses: string[] = [];

  const concord = (...args: readonly string[]) => runProgram(MAIN, args, { cwd: folder });
  const works = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await concord(...args);
    assert.equal(code, 0, `concord ${args.join(' ')}\n${stdout}${stderr}`);
    return stdout;
  };
  const fails = async (pattern: RegExp, ...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await concord(...args);
    assert.equal(code, 1, `concord ${args.join(' ')}`);
    assert.match(stderr, pattern);
    assert.doesNotMatch(stderr, /\n +at /, 'no stack');
  };
  const start = async (says: RegExp, ...args: readonly string[]): Promise<RunningProgram> => {
    const program = startProgram(MAIN, args, { cwd: folder });
    started.push(program);
    await program.says(says);
    return program;
  };
  const settings = (name: string, more: object): void =>
    writeFileSync(
      at(name, 'concord.json'),
      JSON.stringify({ rpc: devnet.rpcUrl, confirmations: 0, poll: 100, port: 0, ...more }),
    );

  before(async () => {
    devnet = await startDevnet({ blockMilliseconds: 200, accounts: 2 });
    for (const [i, name] of NAMES.entries()) {
      addresses.push(JSON.parse(await works('keys', 'new', '--folder', name, '--json')).address);
      writeFileSync(at(name, 'data.csv'), records(i));
    }
    const [payer, staker] = devnet.accounts;
    for (const [name, account] of [
      ['relayer', payer],
      ['holder', staker],
    ] as const) {
      const { code, stderr } = await runProgram(MAIN, ['keys', 'new', '--import', '--folder', name], {
        cwd: folder,
        input: account!.privateKey,
      });
      assert.equal(code, 0, stderr);
      settings(name, {});
    }
  });
  after(async () => {
    await Promise.all(started.map((program) => program.stop()));
    await devnet?.stop();
    rmSync(folder, { recursive: true });
  });

  test('deploy writes one file by which all others find the contracts, and does not do it twice', async () => {
    const deployed = JSON.parse(await works('deploy', '--folder', 'relayer', '--json'));
    assert.equal(deployed.chainId, devnet.chainId);
    assert.equal(JSON.parse(readFileSync(at('relayer', 'deployment.json'), 'utf8')).rounds, deployed.rounds);
    await fails(/deployment.json is there already: use it/, 'deploy', '--folder', 'relayer');
    await fails(
      /nobody answers at http:\/\/127.0.0.1:1/,
      'status',
      '--folder',
      'relayer',
      '--rpc',
      'http://127.0.0.1:1',
    );
    writeFileSync(
      at('other.json'),
      readFileSync(at('relayer', 'deployment.json'), 'utf8').replace(String(devnet.chainId), '1'),
    );
    await fails(
      /is of chain 31337, the deployment of chain 1/,
      'status',
      '--folder',
      'relayer',
      '--deployment',
      'other.json',
    );
    assert.match(await works('status', '--folder', 'relayer'), /no charter was proposed on this deployment yet/);
  });

  test('relayer says who pays and from what', async () => {
    const relayer = await start(/"event":"ready"/, 'relayer', '--folder', 'relayer');
    assert.match(
      relayer.text(),
      /0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266 pays for everything that lands; it has 9999\.\d+ ether/,
    );
    relayerUrl = /"endpoint":"([^"]+)"/.exec(relayer.text())?.[1] ?? '';
    for (const name of NAMES) settings(name, { relayer: relayerUrl });
  });

  test('propose refuses a draft that nobody has read, shows a dry run, and then puts it to the vote', async () => {
    await works('init', 'a/data.csv');
    writeFileSync(at('members.txt'), `${addresses[0]} # first\n${addresses[1]}\n\n${addresses[2]}\n`);
    writeFileSync(at('bad.txt'), `${addresses[0]}\n0x12\n`);
    const propose = ['propose', 'charter.yaml', '--folder', 'relayer', '--members'];
    await fails(/charter.yaml: still says REPLACE in line/, ...propose, 'members.txt', '--yes');
    const draft = readFileSync(at('charter.yaml'), 'utf8').replace(/ *# REPLACE.*$/gm, '');
    writeFileSync(at('charter.yaml'), draft.replace('trainingRounds: 12', `trainingRounds: ${ROUNDS - 1}`));
    await fails(/line 2: have “0x12”, need an address/, ...propose, 'bad.txt', '--yes');
    await fails(/nobody is there to be asked/, ...propose, 'members.txt');
    assert.match(await works(...propose, 'members.txt', '--dry-run'), /nothing was sent: this was a dry run/);
    assert.ok(!existsSync(at('relayer', 'charter.json')));
    const proposed = JSON.parse(await works(...propose, addresses.join(','), '--yes', '--json'));
    charterId = proposed.charterId;
    assert.equal(sha256(readFileSync(at('relayer', 'charter.json'))), proposed.textDigest);
    assert.match(await works('status', '--folder', 'relayer'), /VOTING: the charter is up for vote.+has not voted/s);
  });

  test('[CH1][CH2] vote shows the charter, checks text, member and data, and is for exactly these bytes', async () => {
    for (const name of NAMES) copyFileSync(at('relayer', 'deployment.json'), at(name, 'deployment.json'));
    await fails(/charter.json is not there/, 'vote', '--folder', 'a', '--yes');
    for (const name of NAMES) copyFileSync(at('relayer', 'charter.json'), at(name, 'charter.json'));
    writeFileSync(
      at('forged.json'),
      readFileSync(at('a', 'charter.json'), 'utf8').replace('A joint model', 'A joint modal'),
    );
    await fails(
      /no charter with this text \(0x[0-9a-f]{64}\) was proposed/,
      'vote',
      '--folder',
      'a',
      '--charter',
      'forged.json',
      '--yes',
    );
    await fails(/is not one of the members/, 'vote', '--folder', 'a', '--key', 'relayer/key', '--yes');
    writeFileSync(at('words.csv'), 'age,visits,y\nold,1,0\n');
    await fails(
      /words.csv: row 1: column “age”: have “old”, need a finite number/,
      'vote',
      '--folder',
      'a',
      '--data',
      'words.csv',
      '--yes',
    );
    await fails(/nobody is there to be asked/, 'vote', '--folder', 'a');
    await fails(
      /the relayer at http:\/\/127.0.0.1:1: no answer/,
      'vote',
      '--folder',
      'a',
      '--relayer',
      'http://127.0.0.1:1',
      '--yes',
    );
    assert.match(
      await works('vote', '--folder', 'a', '--yes'),
      /your 30 records fit the schema.+voted yes: 0x[0-9a-f]{64}/s,
    );
    assert.match(await works('vote', '--folder', 'a', '--yes'), /you voted yes already/);
    await works('vote', '--folder', 'b', '--yes');
  });

  test('[CH6] join announces where a member will be reached', async () => {
    await fails(
      /publicUrl: have none, need the address that others reach this node by/,
      'join',
      '--folder',
      'c',
      '--host',
      '0.0.0.0',
      '--yes',
    );
    const joined = JSON.parse(
      await works('join', '--folder', 'c', '--public-url', 'https://c.example/concord', '--yes', '--json'),
    );
    assert.deepEqual(joined, { charterId, member: addresses[2], endpoint: 'https://c.example/concord' });
    const [run] = JSON.parse(await works('status', '--folder', 'a', '--json')).runs;
    assert.equal(run.phase, 'SEAT');
    assert.equal(run.missing.length, 3);
    await fails(new RegExp(`run ${charterId} is not finished`), 'model', 'export', '--folder', 'a');
  });

  test('doctor finds what is broken and what is not', async () => {
    const found = async (...args: string[]): Promise<Record<string, string>> => {
      const { stdout } = await concord('doctor', '--folder', 'a', '--json', ...args);
      const { findings } = JSON.parse(stdout) as { findings: { check: string; result: string }[] };
      return Object.fromEntries(findings.map(({ check, result }) => [check, result]));
    };
    const { reachable, clock: _clock, ...others } = await found();
    assert.equal(reachable, 'look');
    assert.deepEqual(new Set(Object.values(others)), new Set(['ok']));
    assert.equal((await found('--relayer', devnet.rpcUrl))['relayer'], 'broken');
    assert.equal((await found('--port', new URL(relayerUrl).port))['port'], 'ok', 'a node answers there');
    assert.equal((await found('--port', new URL(devnet.rpcUrl).port))['port'], 'broken');
  });

  test('members run to the end; whoever did not vote is asked first', async () => {
    await fails(/nobody is there to be asked/, 'member', '--folder', 'c');
    await Promise.all([
      start(/"event":"ready"/, 'member', '--folder', 'a'),
      start(/"event":"ready"/, 'member', '--folder', 'b'),
      start(/"event":"ready"/, 'member', '--folder', 'c', '--yes'),
    ]);
    await started[1]!.says(new RegExp(`"event":"settled","round":${ROUNDS - 1}`));
    assert.match(await works('status', '--folder', 'a'), /FINISHED: the run is over\n +rounds +2 of 2 settled/);
  });

  test('the model is registered, exported with its card, and the run verifies', async () => {
    const registered = JSON.parse(await works('model', 'register', '--folder', 'relayer', '--json'));
    await works('model', 'export', '--folder', 'a', '--out', 'model', '--onnx');
    const card = JSON.parse(readFileSync(at('model', 'card.json'), 'utf8'));
    const bytes = (name: string): Buffer => readFileSync(at('model', name));
    for (const [name, digest] of Object.entries(card.files)) assert.equal(sha256(bytes(name)), digest);
    assert.equal(card.run.id, charterId);
    assert.equal(card.model.modelId, registered.modelId);
    assert.equal(card.model.modelId, card.files['model.bin']);
    assert.ok(card.privacy.epsilon > 3.9 && card.privacy.epsilon <= 4);
    const { parameters } = decodeModel(bytes('model.bin'));
    const tensors = bytes('model.safetensors');
    const header = JSON.parse(tensors.subarray(8, 8 + Number(tensors.readBigUInt64LE(0))).toString());
    const [from] = header['output.weight'].data_offsets;
    const first = tensors.readFloatLE(8 + Number(tensors.readBigUInt64LE(0)) + from);
    assert.ok(Math.abs(first - parameters[0]! / 65_536) <= Math.abs(first) * 1e-6);
    assert.match(readFileSync(at('model', 'card.md'), 'utf8'), /^# Model card: A joint model\n/);
    const measured = JSON.parse(await works('model', 'card', '--folder', 'a', '--data', 'b/data.csv', '--json'));
    assert.deepEqual([measured.lineage, measured.model.modelId], [card.lineage, registered.modelId]);
    assert.equal(measured.evaluation.records, 30);
    assert.match(await works('model', 'card', '--folder', 'a'), /Nobody evaluated it here/);
    await fails(/words.csv: row 1: column “age”/, 'model', 'card', '--folder', 'a', '--data', 'words.csv');
    await fails(
      /model.bin is there already: name another folder/,
      'model',
      'export',
      '--folder',
      'a',
      '--out',
      'model',
    );

    assert.equal(JSON.parse(await works('verify', '--folder', 'a', '--json')).verdict, 'PASS');
    await works('archive', '--folder', 'a', '--out', 'run.bin');
    assert.match(await works('verify', '--archive', 'run.bin'), /\n {2}PASS\n/);
  });

  test('[CM1] an aggregator stakes, serves and resigns', async () => {
    copyFileSync(at('relayer', 'deployment.json'), at('holder', 'deployment.json'));
    await fails(
      /--stake: have “much”, need ether as a decimal/,
      'aggregator',
      'register',
      '--folder',
      'holder',
      '--stake',
      'much',
    );
    await works(
      'aggregator',
      'register',
      '--folder',
      'holder',
      '--stake',
      '1.5',
      '--public-url',
      'http://127.0.0.1:7899',
    );
    const holder = await start(/"event":"ready"/, 'aggregator', '--folder', 'holder', '--port', '0');
    assert.match(holder.text(), /"aggregator":"0x70997970c51812dc3a010c7d01b50e0d17dc79c8"/);
    await fails(/refused: NotResigned.*resign first, and wait/s, 'aggregator', 'withdraw', '--folder', 'holder');
    await works('aggregator', 'resign', '--folder', 'holder');
    await fails(/refused: TooEarly/, 'aggregator', 'withdraw', '--folder', 'holder');
  });
});
