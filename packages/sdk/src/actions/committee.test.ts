import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTestClient, http, keccak256, parseEther, zeroHash } from 'viem';
import { roundsAbi } from '@concord/contracts';
import { smallTerms, smallText } from '../../../testing/src/charter.ts';
import { type Devnet, startDevnet } from '../../../testing/src/devnet.ts';
import { type ConcordClient, createConcordClient } from '../client.ts';
import { type CompiledCharter, compileCharter } from '../compileCharter.ts';
import { TransactionError } from '../errors.ts';
import type { Address, CommitteeSeat, Hex } from '../facts.ts';
import { aggregatorsOf, charterIdOf, drawnCommitteeHashOf } from '../identity.ts';
import { getFacts } from '../logs.ts';
import { rosterHashOf } from '../roster.ts';
import { commitsOf, holdersOf, placesOf, seatsOf } from '../seats.ts';
import { addressOf, roleSignature, type Statement, sign } from '../signing.ts';
import { type AttemptView, type ChainView, currentAttempt, emptyView, fold } from '../view.ts';
import { registerAggregator, resign, slashEquivocation, withdraw } from './aggregator.ts';
import { begin } from './begin.ts';
import { castVote } from './castVote.ts';
import { closeNoise } from './closeNoise.ts';
import { closeUploads } from './closeUploads.ts';
import { type Deployed, deploy } from './deploy.ts';
import { draw } from './draw.ts';
import { openRound } from './openRound.ts';
import { propose } from './propose.ts';
import { queryRound } from './queryRound.ts';
import { recordUnmaskedCommittee } from './recordUnmaskedCommittee.ts';
import { recordVerified } from './recordVerified.ts';
import { seatCommittee } from './seatCommittee.ts';
import { settle } from './settle.ts';
import { voidAttempt } from './voidAttempt.ts';

const SHARES = 2;
const AGGREGATORS = 5;
const word = (text: string): Hex => keccak256(new TextEncoder().encode(text));

let devnet: Devnet;
let deployed: Deployed;
let client: ConcordClient;
let compiled: CompiledCharter;
let runId: Hex;
let members: readonly Hex[];
/** Private keys of aggregators, by address. */
const keyOf = new Map<Address, Hex>();

before(async () => {
  devnet = await startDevnet({ blockMilliseconds: 50, accounts: 4 + AGGREGATORS });
  const keys = devnet.accounts.map(({ privateKey }) => privateKey);
  members = keys.slice(1, 4);
  for (const key of keys.slice(4)) keyOf.set(addressOf(key), key);
  const options = { rpcUrl: devnet.rpcUrl, account: keys[0]!, pollMilliseconds: 20 };
  deployed = await deploy(options);
  client = await createConcordClient({ ...options, ...deployed });
  const terms = { ...smallTerms(1, 3), committee: { shares: SHARES } };
  compiled = compileCharter({ text: smallText, terms }, members.map(addressOf), word('matrix'));
  runId = charterIdOf(compiled.charter);
});
after(() => devnet.stop());

const clientOf = (account: Hex): Promise<ConcordClient> =>
  createConcordClient({ rpcUrl: devnet.rpcUrl, account, pollMilliseconds: 20, ...deployed });
const view = async (): Promise<ChainView> =>
  (await getFacts(client, deployed.block, await client.reader.getBlockNumber())).reduce(fold, emptyView);
const attemptNow = async (): Promise<AttemptView> => currentAttempt((await view()).runs.get(runId)!)!;
const refused =
  (code: string) =>
  (error: unknown): boolean => {
    assert(error instanceof TransactionError, String(error));
    assert.equal(error.code, code);
    return true;
  };
const pass = (seconds: number): Promise<unknown> =>
  createTestClient({ mode: 'anvil', transport: http(devnet.rpcUrl) }).increaseTime({ seconds });

/** A beacon needs a block that may not be mined yet; the error says so. */
async function retryEarly(land: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await land();
      return;
    } catch (error) {
      if (!(error instanceof TransactionError && error.code === 'BeaconEarly')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

const preimage = ({ round, attempt }: AttemptView, purpose: string, holder: Address): Hex =>
  word(`${purpose} ${round} ${attempt} ${holder}`);

/** Begins where needed, draws and seats; the holder in seat `missing` does not come. */
async function sit(missing?: number): Promise<AttemptView> {
  await retryEarly(() => draw(client, runId));
  const run = (await view()).runs.get(runId)!;
  const attempt = currentAttempt(run)!;
  const { committee } = attempt.draw!;
  const at = { runId, round: attempt.round, attempt: attempt.attempt };
  const seats = committee.map((holder, i): CommitteeSeat => {
    const commit = (purpose: string): Hex => keccak256(preimage(attempt, purpose, holder));
    if (i === missing)
      return { holder, sealKey: zeroHash, openCommit: zeroHash, queryCommit: zeroHash, drawCommit: zeroHash };
    return {
      ...{ holder, sealKey: word(`key ${holder}`) },
      ...{ openCommit: commit('open'), queryCommit: commit('query'), drawCommit: commit('draw') },
    };
  });
  const signatures = await Promise.all(
    seats.map(({ holder, ...seat }, i) =>
      i === missing ? '0x' : sign(keyOf.get(holder)!, client.deployment, { kind: 'CommitteeSeat', ...at, ...seat }),
    ),
  );
  const { roster } = run.snapshot!;
  const post = { runId, roster, seats, signatures };
  if (missing !== undefined) {
    await assert.rejects(seatCommittee(client, post), refused('SeatMissing'));
    await pass(compiled.charter.deadlines.seat + 1);
  }
  await assert.rejects(seatCommittee(client, { ...post, roster: roster.toReversed() }), refused('WrongRoster'));
  await seatCommittee(client, post);
  const seated = await attemptNow();
  assert.equal(seated.seated!.committeeHash, drawnCommitteeHashOf(seats));
  assert.deepEqual(holdersOf(seated), committee);
  return seated;
}

/** Everything between NOISE and FINAL, each share spoken for by its last holder that is there. */
async function play(attempt: AttemptView): Promise<void> {
  const at = { runId, round: attempt.round, attempt: attempt.attempt };
  const holders = holdersOf(attempt);
  const shares = Array.from({ length: SHARES }, (_, i) => i + 1);
  const speak = async (share: number, statement: Statement): Promise<Hex> => {
    const speaker = seatsOf(attempt, share).at(-1)!.holder;
    const { role } = placesOf(attempt, speaker)!;
    return roleSignature(role, await sign(keyOf.get(speaker)!, client.deployment, statement));
  };
  const signAll = (statement: Statement): Promise<Hex[]> => Promise.all(shares.map((share) => speak(share, statement)));
  const reveal = (purpose: string): Hex[] =>
    shares.map((share) => preimage(attempt, purpose, commitsOf(attempt, share)!.holder));

  const { committeeHash } = attempt.seated!;
  const noise = { ...at, committeeHash, root: word('noise'), blob: word('noise blob') };
  await closeNoise(client, { ...noise, holders, signatures: await signAll({ kind: 'NoiseClosed', ...noise }) });
  await retryEarly(() => openRound(client, { runId, preimages: reveal('open') }));
  const uploads = { ...at, committeeHash, root: word('uploads'), blob: word('upload blob') };
  await closeUploads(client, { ...uploads, holders, signatures: await signAll({ kind: 'UploadsClosed', ...uploads }) });
  await retryEarly(() => queryRound(client, { runId, preimages: reveal('query') }));
  const found = {
    ...{ verifierRoot: word('verifiers'), acceptRoot: word('accept'), blob: word('files') },
    ...{ updates: 3, noises: 3 },
  };
  const verified = { kind: 'Verified', ...at, committeeHash, uploadRoot: uploads.root, ...found } as const;
  await recordVerified(client, { runId, ...found, holders, signatures: await signAll(verified) });
  const shareDigests = shares.map((share) => word(`share ${share}`));
  const signatures = await Promise.all(
    shares.map((share, i) =>
      speak(share, { kind: 'Unmasked', ...at, acceptRoot: found.acceptRoot, shareDigest: shareDigests[i]! }),
    ),
  );
  const drawPreimages = reveal('draw');
  await recordUnmaskedCommittee(client, { runId, holders, shareDigests, drawPreimages, signatures });
  const settled = { aggregateRoot: word('sum'), modelHash: word(`state ${at.round}`), blob: word('state') };
  const statement = { kind: 'Settled', ...at, acceptRoot: found.acceptRoot, ...settled } as const;
  await settle(client, { runId, ...settled, holders, signatures: await signAll(statement) });
}

describe('a committee on a real chain', { concurrency: false }, () => {
  test('[CM1] the registry is the first contract that Rounds made, and its events make its roster', async () => {
    const address = await client.reader.readContract({
      address: deployed.rounds,
      abi: roundsAbi,
      functionName: 'AGGREGATORS',
    });
    assert.equal(aggregatorsOf(deployed), address.toLowerCase());
    for (const [i, key] of [...keyOf.values()].entries())
      await registerAggregator(await clientOf(key), {
        endpoint: `https://${i}.example`,
        stake: parseEther(`${i + 1}`),
      });
    const { roster, endpoints } = await view();
    assert.deepEqual(
      roster.map(({ address: holder, stake }) => [holder, stake]),
      [...keyOf.keys()].map((holder, i) => [holder, parseEther(`${i + 1}`)]),
    );
    assert.equal(endpoints.get(roster[3]!.address), 'https://3.example');
    const poor = registerAggregator(await clientOf(members[0]!), { endpoint: '', stake: 1n });
    await assert.rejects(poor, refused('StakeTooSmall'));
  });

  test('[CM2][CM4] the run begins with a snapshot, and the view draws whom the contract draws', async () => {
    await propose(client, compiled.charter);
    await assert.rejects(begin(client, runId), refused('NotPassed'));
    for (const key of members.slice(0, 2)) {
      const signature = await sign(key, client.deployment, { kind: 'Vote', charterId: runId, support: true });
      await castVote(client, { charterId: runId, voter: addressOf(key), support: true, signature });
    }
    await begin(client, runId);
    await assert.rejects(begin(client, runId), refused('AlreadyBegun'));
    const { roster, runs } = await view();
    assert.equal(runs.get(runId)!.snapshot!.rosterHash, rosterHashOf(roster));
    await play(await sit());
    const run = (await view()).runs.get(runId)!;
    assert.equal(run.model, word('state 0'));
    const [first] = run.attempts;
    assert.equal(
      BigInt(first!.drawMix!),
      [1, 2].reduce((mix, share) => mix ^ BigInt(preimage(first!, 'draw', commitsOf(first!, share)!.holder)), 0n),
    );
  });

  test('[CM5] a void attempt is drawn anew from a new snapshot', async () => {
    const attempt = await sit();
    await pass(compiled.charter.deadlines.noise + 1);
    const last = [...keyOf].find(([holder]) => holdersOf(attempt).includes(holder))!;
    await resign(await clientOf(last[1]));
    await voidAttempt(client, runId);
    const run = (await view()).runs.get(runId)!;
    assert.equal(run.snapshot!.roster.length, AGGREGATORS - 1);
    assert.deepEqual([run.snapshot!.round, run.snapshot!.attempt], [1, 1]);
    await assert.rejects(withdraw(await clientOf(last[1])), refused('TooEarly'));
  });

  test('[CM5][CM6] past the deadline a seat may be empty, and its partner speaks for the share', async () => {
    await play(await sit(0));
    assert.equal((await view()).runs.get(runId)!.finished, true);
  });

  test('[CM9] two tongues cost the stake', async () => {
    const { roster } = await view();
    const { address: holder } = roster[0]!;
    const said = await Promise.all(
      ['one', 'another'].map(async (shareDigest) => {
        const words = { acceptRoot: word('accept'), shareDigest: word(shareDigest) };
        const statement = { kind: 'Unmasked', runId, round: 1, attempt: 1, ...words } as const;
        return { statement, signature: await sign(keyOf.get(holder)!, client.deployment, statement) };
      }),
    );
    const [a, b] = said;
    await assert.rejects(slashEquivocation(client, { holder, said: [a!, a!] }), refused('SameStatement'));
    await slashEquivocation(client, { holder, said: [a!, b!] });
    const after = (await view()).roster;
    assert.equal(after.length, roster.length - 1);
    assert(!after.some(({ address }) => address === holder));
  });
});
