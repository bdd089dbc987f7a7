/**
 * From a false alarm to the next training file, as people would do it: real contracts, the example's model, an account that
 * pays for nothing, a relayer's process, a guard, and a member who agrees. Later tests stand on what earlier ones left.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { accountColumns, guard, type Verdict } from '@concord/guard';
import { decodeRunState, runStateHash } from '@concord/protocol';
import { addressOf, encodeDeployment, type Hex, readCharterText } from '@concord/sdk';
import { type Devnet, type RunningProgram, runProgram, startDevnet, startProgram } from '@concord/testing';
import { parseCsv, readRecords } from '@concord/trainer';
import { bytesToHex, keccak256, sha256, toHex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { smallTerms } from '../../../../packages/testing/src/charter.ts';
import { type FinishedRun, finishedRun } from '../../../../packages/testing/src/finishedRun.ts';
import { live, mineAtOnce, type Rpc, rpcOf, SCAM } from '../../../../packages/testing/src/pastLives.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const MODEL = new URL('../../../../examples/guard/model/', import.meta.url);
const bytes = { text: readFileSync(new URL('charter.json', MODEL)), state: readFileSync(new URL('state.bin', MODEL)) };
const { warnAbove } = JSON.parse(readFileSync(new URL('model.json', MODEL), 'utf8')) as { warnAbove: number };
const { schema } = readCharterText(bytes.text, sha256(bytes.text));
const SAYS = 'I am a shop. Many pay me once, and I pay my baker: “Brot & Söhne”.';
const [shopKey, friendKey] = ['a shop', 'a friend'].map((name) => keccak256(toHex(name))) as [Hex, Hex];
const [shop, friend] = [shopKey, friendKey].map(addressOf) as [Hex, Hex];

describe('a false alarm is appealed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-appeal-'));
  const at = (...names: string[]): string => join(folder, ...names);
  let devnet: Devnet;
  let rpc: Rpc;
  let run: FinishedRun;
  let relayer: RunningProgram;
  let relayerUrl = '';

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
  /** The verdict on paying the account, by whoever has the model. */
  const verdictOn = (to: Hex): Promise<Verdict> => {
    const { chainId, charters, rounds, appeals } = run.deployed;
    return guard(
      { request: ({ method, params }) => rpc(method, (params ?? []) as readonly unknown[]) },
      {
        model: {
          place: { chainId, charters, rounds, appeals: appeals! },
          charterId: run.runId,
          source: async () => bytes,
        },
        ...{ warnAbove, decide: () => 'reject', limits: { milliseconds: 20_000 } },
      },
    ).check({ method: 'eth_sendTransaction', params: [{ to, value: '0x1' }] });
  };

  before(async () => {
    devnet = await startDevnet({ blockMilliseconds: 1_000, accounts: 5 });
    rpc = rpcOf(devnet.rpcUrl);
    await mineAtOnce(rpc);
    run = await finishedRun({
      rpcUrl: devnet.rpcUrl,
      keys: devnet.accounts.slice(0, 4).map(({ privateKey }) => privateKey),
      text: JSON.parse(new TextDecoder().decode(bytes.text)),
      terms: { ...smallTerms(1, 3), maxRecords: 2_048 },
      finalState: bytesToHex(runStateHash(decodeRunState(bytes.state))),
    });
    await live(rpc, shop, SCAM);
    await live(rpc, friend, SCAM);
    const deployment = encodeDeployment({ ...run.deployed, fromBlock: run.deployed.block });
    const own = {
      shop: shopKey,
      friend: friendKey,
      relayer: devnet.accounts[4]!.privateKey,
      member: devnet.accounts[1]!.privateKey,
    };
    for (const [name, key] of Object.entries(own)) {
      mkdirSync(at(name));
      writeFileSync(at(name, 'key'), `${key}\n`, { mode: 0o600 });
      writeFileSync(at(name, 'deployment.json'), deployment);
      writeFileSync(
        at(name, 'concord.json'),
        JSON.stringify({ rpc: devnet.rpcUrl, confirmations: 0, poll: 100, port: 0 }),
      );
    }
    relayer = startProgram(MAIN, ['relayer', '--folder', 'relayer', '--appeals', '2'], { cwd: folder });
    await relayer.says(/"event":"ready"/);
    relayerUrl = /"event":"ready".*"endpoint":"([^"]+)"/.exec(relayer.text())![1]!;
    const columns = schema.columns.map(({ name }) => name);
    const row = (i: number): string =>
      [`0x${i.toString(16).padStart(40, '0')}`, i % 4 === 0 ? 1 : 0, ...columns.map((_, j) => (i * (j + 3)) % 50)].join(
        ',',
      );
    writeFileSync(
      at('member', 'data.csv'),
      `Address,FLAG,${columns.join(',')}\n${Array.from({ length: 150 }, (_, i) => `${row(i + 1)}\n`).join('')}`,
      { mode: 0o600 },
    );
    writeFileSync(at('member', 'charter.json'), bytes.text);
    writeFileSync(
      at('member', 'concord.json'),
      JSON.stringify({ rpc: devnet.rpcUrl, confirmations: 0, relayer: relayerUrl }),
    );
  });
  after(async () => {
    await relayer?.stop();
    await devnet?.stop();
    rmSync(folder, { recursive: true });
  });

  test('[GU12][GU13] the account is warned of, and signs an appeal that costs it nothing', async () => {
    assert.match(relayerUrl, /^http/);
    assert.equal((await verdictOn(shop)).level, 'warn');
    await fails(/pass either --text or --text-file/, 'appeal', 'sign', '--folder', 'shop');
    await fails(/has U\+202E at 3/, 'appeal', 'sign', '--folder', 'shop', '--text', 'ab\u202edc');
    await fails(/has 1025 bytes/, 'appeal', 'sign', '--folder', 'shop', '--text', 'x'.repeat(1_025));
    await fails(/nobody is there to be asked/, 'appeal', 'sign', '--folder', 'shop', '--text', SAYS);
    assert.ok(!existsSync(at('appeal.json')));
    const signed = JSON.parse(await works('appeal', 'sign', '--folder', 'shop', '--text', SAYS, '--yes', '--json'));
    assert.equal(signed.account, shop);
    assert.equal(signed.text, SAYS);
    assert.deepEqual(JSON.parse(readFileSync(at('appeal.json'), 'utf8')), signed);
    await fails(/appeal.json is there already/, 'appeal', 'sign', '--folder', 'shop', '--text', SAYS, '--yes');
  });

  test('[GU12] a wallet signs the same as a key, and its signature is held against the account', async () => {
    const asks = ['appeal', 'sign', '--folder', 'relayer', '--account', friend, '--text', SAYS, '--out', 'friend.json'];
    const typed = JSON.parse(await works(...asks));
    assert.deepEqual(Object.keys(typed.types), ['EIP712Domain', 'Appeal']);
    const signature = await privateKeyToAccount(friendKey).signTypedData(typed);
    const wrong = await privateKeyToAccount(shopKey).signTypedData(typed);
    await fails(/not 0x.* over this: sign what/, ...asks, '--signature', wrong, '--yes');
    await works(...asks, '--signature', signature, '--yes');
    await works('appeal', 'sign', '--folder', 'friend', '--text', SAYS, '--out', 'same.json', '--yes');
    assert.equal(readFileSync(at('friend.json'), 'utf8'), readFileSync(at('same.json'), 'utf8'));
  });

  test('[GU14][GU16] a relayer carries it, the guard says so and still warns', async () => {
    await fails(
      /nobody answers|no answer/,
      'appeal',
      'carry',
      'appeal.json',
      '--folder',
      'shop',
      '--relayer',
      'http://127.0.0.1:9',
    );
    const nonce = await rpc('eth_getTransactionCount', [shop, 'latest']);
    const carry = ['appeal', 'carry', 'appeal.json', '--folder', 'shop', '--relayer', relayerUrl];
    const { transaction } = JSON.parse(await works(...carry, '--json'));
    assert.match(transaction, /^0x[0-9a-f]{64}$/);
    assert.match(await works(...carry), /stood on chain already/);
    assert.equal(await rpc('eth_getTransactionCount', [shop, 'latest']), nonce, 'the account sent nothing');
    const verdict = await verdictOn(shop);
    assert.equal(verdict.level, 'warn');
    assert.deepEqual(
      verdict.findings.map(({ appealed }) => appealed),
      [true],
    );
    assert.match(verdict.reasons.join('\n'), /has appealed/);
    const changed = { ...JSON.parse(readFileSync(at('friend.json'), 'utf8')), account: shop };
    writeFileSync(at('forged.json'), JSON.stringify(changed));
    await fails(/not signed by/, 'appeal', 'carry', 'forged.json', '--folder', 'shop', '--relayer', relayerUrl);
    // Who pays may be anybody.
    await works('appeal', 'carry', 'friend.json', '--folder', 'relayer', '--key', 'relayer/key');
  });

  test('[GU15] a member sees the appeals, with the statements and what its own records say', async () => {
    const text = await works('appeal', 'list', '--folder', 'member');
    assert.match(text, /2 appeals, 0 taken back/);
    assert.match(
      text,
      new RegExp(`${shop}, .*\n +“I am a shop. Many pay me once, and I pay my baker: “Brot & Söhne”.”`),
    );
    assert.match(text, /your records: do not name it/);
    const { shown } = JSON.parse(await works('appeal', 'list', '--folder', 'member', '--json'));
    assert.deepEqual(
      shown.map((each: { text?: string; missing?: string }) => each.text ?? each.missing),
      [SAYS, SAYS],
    );
    const elsewhere = await works('appeal', 'list', '--folder', 'member', '--source', 'http://127.0.0.1:9');
    assert.match(elsewhere, /its statement: nobody serves it/);
  });

  test('[GU15] a member that agrees has the record in its next training file, and one appeal is all that 150 records bear', async () => {
    const accept = ['appeal', 'accept', '--folder', 'member', '--account', shop, '--out'];
    const stranger = `0x${'12'.repeat(20)}`;
    await fails(
      /no appeal of 0x1212.* stands/,
      'appeal',
      'accept',
      '--folder',
      'member',
      '--account',
      stranger,
      '--out',
      'x.csv',
    );
    await fails(/need an integer from 1 to 10/, ...accept, 'x.csv', '--share', '11');
    const { row, taken, most } = JSON.parse(await works(...accept, 'data2.csv', '--json'));
    assert.deepEqual([row, taken, most], [151, 1, 1]);
    const [before, next] = ['member/data.csv', 'data2.csv'].map((file) => parseCsv(readFileSync(at(file), 'utf8')));
    const [own, more] = [readRecords(before!, schema), readRecords(next!, schema)];
    assert.equal(more.count, own.count + 1);
    assert.equal(more.labels.at(-1), 0);
    assert.deepEqual(more.features.subarray(0, own.features.length), own.features);
    // As the guard saw the account when it warned: nothing has changed since.
    const provider = {
      request: ({ method, params }: { method: string; params?: unknown }) => rpc(method, params as []),
    };
    const columns = await accountColumns(provider, shop, { limits: { milliseconds: 20_000 } });
    assert.equal(statSync(at('data2.csv')).mode & 0o777, 0o600, 'as closed as the file that it was made from');
    const last = next!.rows.at(-1)!;
    for (const { name } of schema.columns)
      assert.equal(Number(last[next!.header.indexOf(name)]), columns.get(name), name);
    assert.deepEqual([last[0], last[1], last.at(-1)], [shop, '0', shop]);
    // The next charter is drafted, and a member's node would train on all of it.
    const draft = fileURLToPath(new URL('../../../../examples/wallets/charter.yaml', import.meta.url));
    assert.match(
      await works('charter', 'check', draft, '--data', 'data2.csv'),
      /your 151 records fit the schema\n +nothing/,
    );

    const again = ['appeal', 'accept', '--folder', 'member', '--data', 'data2.csv', '--out', 'data3.csv', '--account'];
    await fails(/row 151 of your records says already/, ...again, shop);
    await fails(/1 of your records came from appeals, and 1 may/, ...again, friend);
    await works(...again, friend, '--share', '2');
    const listed = await works('appeal', 'list', '--folder', 'member', '--data', 'data2.csv');
    assert.match(listed, /your records: row 151 says 0, accepted before/);
  });

  test('[GU12] an appeal that was taken back is shown to nobody, and cannot be accepted', async () => {
    await works('appeal', 'withdraw', '--folder', 'friend', '--yes');
    await works('appeal', 'carry', 'withdrawal.json', '--folder', 'friend', '--relayer', relayerUrl);
    assert.match(await works('appeal', 'list', '--folder', 'member'), /1 appeal, 1 taken back/);
    assert.deepEqual(
      (await verdictOn(friend)).findings.map(({ appealed }) => appealed),
      [undefined],
    );
    await fails(
      /no appeal of .* stands/,
      'appeal',
      'accept',
      '--folder',
      'member',
      '--account',
      friend,
      '--out',
      'x.csv',
    );
    await fails(
      /AlreadyAppealed.*withdrawal is for good/,
      'appeal',
      'carry',
      'friend.json',
      '--folder',
      'relayer',
      '--key',
      'relayer/key',
    );
  });

  test('[GU12] a deployment of before there were appeals says so', async () => {
    const { appeals: _, ...older } = run.deployed;
    writeFileSync(at('older.json'), encodeDeployment({ ...older, fromBlock: older.block }));
    const at_ = ['--folder', 'friend', '--deployment', 'older.json'];
    await fails(/has no contract for appeals/, 'appeal', 'sign', ...at_, '--text', SAYS, '--out', 'y.json', '--yes');
    await fails(/has no contract for appeals/, 'appeal', 'list', ...at_);
    assert.match(await works('status', ...at_), /FINISHED/);
  });
});
