/** `concord forfeit` and `concord slash` as people start them, on a real chain whose attempt is moved by hand. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type Address,
  addressOf,
  charterIdOf,
  type CompiledCharter,
  compileCharter,
  createConcordClient,
  demand,
  deploy,
  type Hex,
  promisedFile,
  registerAggregator,
  sign,
} from '@concord/sdk';
import { runProgram } from '@concord/testing';
import { createTestClient, http, parseEther } from 'viem';
import { smallTerms, smallText } from '../../../../packages/testing/src/charter.ts';
import { type Devnet, startDevnet } from '../../../../packages/testing/src/devnet.ts';
import { filesOf, pass, playToSettle, type PlayedRun, viewOf, word } from '../../../../packages/testing/src/played.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const DAY = 86_400;

describe('a holder that withholds, and one of two tongues', { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-slash-'));
  const evidence = join(folder, 'evidence.json');
  let devnet: Devnet;
  let compiled: CompiledCharter;
  let played: PlayedRun;
  let holders: readonly Address[];
  let chain: readonly string[];
  let payer: Hex;
  let demandId = '';

  /** Tells whoever asks of another share than the one that it signed for on chain; nothing else was said. */
  const liar = createServer(async (request, response) => {
    if (request.url !== `/posts/${played.runId}/0/0/Unmasked`) {
      response.writeHead(404).end();
      return;
    }
    const said = { acceptRoot: word('accept'), shareDigest: word('another share') };
    const statement = { kind: 'Unmasked', runId: played.runId, round: 0, attempt: 0, ...said } as const;
    response.end(
      JSON.stringify({ ...said, signature: await sign(played.keys[2]!, played.client.deployment, statement) }),
    );
  });

  before(async () => {
    devnet = await startDevnet({ blockMilliseconds: 50, accounts: 5 });
    const [first, last, ...others] = devnet.accounts.map(({ privateKey }) => privateKey);
    payer = last!;
    const keys = others.sort((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1));
    holders = keys.map(addressOf);
    const options = { rpcUrl: devnet.rpcUrl, account: first!, pollMilliseconds: 20 };
    const deployed = await deploy(options);
    const client = await createConcordClient({ ...options, ...deployed });
    compiled = compileCharter({ text: smallText, terms: smallTerms(1, 3) }, holders, word('matrix'));
    played = { client, fromBlock: deployed.block, runId: charterIdOf(compiled.charter), keys };
    await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`;
    for (const [i, stake] of [[1, '2'] as const, [2, '1'] as const]) {
      const staker = await createConcordClient({ ...options, ...deployed, account: keys[i]! });
      await registerAggregator(staker, {
        endpoint: i === 2 ? endpoint : 'http://127.0.0.1:1',
        stake: parseEther(stake),
      });
    }
    await pass(played, compiled);
    await playToSettle(played);
    const run = await viewOf(played);
    await demand(client, await promisedFile(client, run, run.attempts[0]!, holders[1]!, filesOf(holders)));
    demandId = [...(await viewOf(played)).demands.keys()][0]!;
    const { charters, rounds, inference } = client.deployment;
    chain = ['--rpc', devnet.rpcUrl, '--charters', charters, '--rounds', rounds, '--inference', inference];
  });
  after(async () => {
    liar.close();
    await devnet?.stop();
    rmSync(folder, { recursive: true });
  });

  const concord = (verb: string, ...more: readonly string[]) =>
    runProgram(MAIN, [verb, ...chain, ...more], { cwd: folder, env: { CONCORD_KEY: payer } });
  const works = async (...args: readonly [string, ...string[]]): Promise<Readonly<Record<string, unknown>>> => {
    const { code, stdout, stderr } = await concord(...args, '--json');
    assert.equal(code, 0, stdout + stderr);
    return JSON.parse(stdout);
  };
  const fails = async (pattern: RegExp, ...args: readonly [string, ...string[]]): Promise<void> => {
    const { code, stderr } = await concord(...args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, pattern);
    assert.doesNotMatch(stderr, /\n +at /, 'no stack');
  };
  /** The chain's clock goes on, and a block says so. */
  const passTime = async (seconds: number): Promise<void> => {
    const chainAt = createTestClient({ mode: 'anvil', transport: http(devnet.rpcUrl) });
    await chainAt.increaseTime({ seconds });
    await chainAt.mine({ blocks: 1 });
  };

  test('[CM10] nothing is forfeited before it is due, nor slashed before it is forfeited', async () => {
    await fails(
      /--demand: 0x\w+ is due at .+ \(in .+\): until then it can be answered/,
      'forfeit',
      '--demand',
      demandId,
    );
    await fails(/none can be meant, name one; there are: 0x\w+ \(0x\w+, round 0, attempt 0, open, due/, 'forfeit');
    await fails(/is not forfeited: “concord forfeit” comes first/, 'slash', '--demand', demandId);
    await fails(/need one of them/, 'slash');
  });

  test('[CM10] a demand that nobody answered in time voids the attempt that needs the bytes', async () => {
    await passTime(compiled.charter.deadlines.verify + 1);
    const told = await works('forfeit');
    assert.deepEqual([told['demandId'], told['holder'], told['voided']], [demandId, holders[1], true]);
    const run = await viewOf(played);
    assert.ok(run.attempts[0]!.voided && run.attempts[1]);
    assert.equal(run.demands.get(demandId as Hex)?.state, 'forfeited');
    await fails(/was forfeited in block \d+: “concord slash --demand”/, 'forfeit', '--demand', demandId);
  });

  test('[CM10] a day after the demand its stake is burned, and not before', async () => {
    await fails(/can be answered until .+ from then on the stake can be burned/, 'slash', '--demand', demandId);
    await passTime(DAY);
    const told = await works('slash', '--demand', demandId);
    assert.deepEqual([told['holder'], told['burnedWei']], [holders[1], String(parseEther('2'))]);
    await fails(/NotDemanded/, 'slash', '--demand', demandId);
  });

  test('[CM9] who says another thing than what landed loses its stake, once, and the evidence is kept', async () => {
    await fails(/about round 1, attempt 0: of \d+ statements no two of one holder differ/, 'slash', '--round', '1');
    const told = await works('slash', '--round', '0', '--out', evidence);
    assert.deepEqual(
      [told['holder'], told['kind'], told['burnedWei']],
      [holders[2], 'Unmasked', String(parseEther('1'))],
    );
    assert.match(String(told['said']), /shareDigest = 0x\w+.+shareDigest = 0x\w+/);
    assert.ok(existsSync(evidence) && JSON.parse(readFileSync(evidence, 'utf8')).said.length === 2);
    await fails(/AlreadySlashed/, 'slash', '--evidence', evidence);
  });
});
