/**
 * A consortium's run on a real chain, moved by hand: what members and holders would sign is signed here, and what the
 * roots stand for is nobody's business. For tests of the contracts and of the SDK's actions, without nodes.
 */
import { merkleRoot } from '@concord/protocol';
import {
  type Address,
  addressOf,
  castVote,
  closeNoise,
  closeUploads,
  committeeHashOf,
  type CompiledCharter,
  type ConcordClient,
  currentAttempt,
  cutPieces,
  emptyView,
  fold,
  getFacts,
  type Hex,
  openRound,
  propose,
  queryRound,
  recordUnmasked,
  recordVerified,
  type RunView,
  type Seat,
  seat,
  settle,
  sign,
  type Statement,
  TransactionError,
} from '@concord/sdk';
import { bytesToHex, hexToBytes, keccak256 } from 'viem';

export const word = (text: string): Hex => keccak256(new TextEncoder().encode(text));
export const fileOf = (name: string) => cutPieces(new TextEncoder().encode(name));

/** A run whose members' keys are at hand, in the order of their addresses. */
export interface PlayedRun {
  readonly client: ConcordClient;
  /** Of the deployment. */
  readonly fromBlock: bigint;
  readonly runId: Hex;
  readonly keys: readonly Hex[];
}

const signAll = ({ client, keys }: PlayedRun, statement: Statement): Promise<Hex[]> =>
  Promise.all(keys.map((key) => sign(key, client.deployment, statement)));

export async function viewOf({ client, fromBlock, runId }: PlayedRun): Promise<RunView> {
  const facts = await getFacts(client, fromBlock, await client.reader.getBlockNumber());
  return facts.reduce(fold, emptyView).runs.get(runId)!;
}

/** Proposes the charter and votes for it until it passes. */
export async function pass(run: PlayedRun, { charter }: CompiledCharter): Promise<void> {
  const { client, runId, keys } = run;
  await propose(client, charter);
  const signatures = await signAll(run, { kind: 'Vote', charterId: runId, support: true });
  for (const [i, key] of keys.slice(0, Math.floor(keys.length / 2) + 1).entries())
    await castVote(client, { charterId: runId, voter: addressOf(key), support: true, signature: signatures[i]! });
}

/** Of each holder, in seat order. */
export const filesOf = (those: readonly Address[]): readonly Uint8Array[] =>
  those.map((holder) => hexToBytes(fileOf(`file of ${holder}`).digest));

/**
 * Everything that the contract asks for between SEAT and FINAL, or until the attempt waits in the phase `until`; what the
 * roots stand for is not its business.
 */
export async function play(
  run: PlayedRun,
  modelHash: Hex,
  blob = word('state'),
  until: Waiting = 'SETTLE',
): Promise<void> {
  const { acceptRoot, at } = await playTo(run, until);
  if (until !== 'SETTLE') return;
  const { client, runId, keys } = run;
  const settled = { aggregateRoot: word('sum'), modelHash, blob };
  const signatures = await signAll(run, { kind: 'Settled', ...at, acceptRoot, ...settled });
  await settle(client, { runId, ...settled, holders: keys.map(addressOf), signatures });
}

type Waiting = 'NOISE' | 'UNMASK' | 'SETTLE';

/** At SETTLE the attempt is charged, its files and shares are promised, and it is not FINAL. */
export const playToSettle = (run: PlayedRun) => playTo(run, 'SETTLE');

async function playTo(run: PlayedRun, until: Waiting) {
  const { client, runId, keys } = run;
  const holders = keys.map(addressOf);
  const { round, attempt } = currentAttempt(await viewOf(run))!;
  const at = { runId, round, attempt };
  const acceptRoot = word('accept');
  const preimage = (purpose: string, i: number): Hex => word(`${purpose} ${round} ${i}`);
  const seats = holders.map(
    (holder, i): Seat => ({
      holder,
      sealKey: word(`key ${i}`),
      openCommit: keccak256(preimage('open', i)),
      queryCommit: keccak256(preimage('query', i)),
    }),
  );
  const signatures = seats.map(({ holder: _, ...rest }, i) =>
    sign(keys[i]!, client.deployment, { kind: 'Seat', ...at, ...rest }),
  );
  await seat(client, { runId, seats, signatures: await Promise.all(signatures) });
  const committeeHash = committeeHashOf(seats);
  if (until === 'NOISE') return { at, acceptRoot };

  const noise = { ...at, committeeHash, root: word('noise'), blob: word('noise blob') };
  await closeNoise(client, { ...noise, holders, signatures: await signAll(run, { kind: 'NoiseClosed', ...noise }) });
  await onceMined(client, () => openRound(client, { runId, preimages: holders.map((_, i) => preimage('open', i)) }));
  const uploads = { ...at, committeeHash, root: word('uploads'), blob: word('upload blob') };
  await closeUploads(client, {
    ...uploads,
    holders,
    signatures: await signAll(run, { kind: 'UploadsClosed', ...uploads }),
  });
  await onceMined(client, () => queryRound(client, { runId, preimages: holders.map((_, i) => preimage('query', i)) }));

  const found = {
    ...{ verifierRoot: bytesToHex(merkleRoot(filesOf(holders))), acceptRoot, blob: word('files') },
    ...{ updates: keys.length, noises: keys.length },
  };
  const verified = { kind: 'Verified', ...at, committeeHash, uploadRoot: uploads.root, ...found } as const;
  await recordVerified(client, { runId, ...found, holders, signatures: await signAll(run, verified) });
  if (until === 'UNMASK') return { at, acceptRoot };
  const shareDigests = holders.map((_, i) => fileOf(`share ${i}`).digest);
  const unmasked = shareDigests.map((shareDigest, i) =>
    sign(keys[i]!, client.deployment, { kind: 'Unmasked', ...at, acceptRoot, shareDigest }),
  );
  await recordUnmasked(client, { runId, holders, shareDigests, signatures: await Promise.all(unmasked) });
  return { at, acceptRoot };
}

/** The beacon needs a block that may not be mined yet; the error says so, and a devnet mines one when asked. */
async function onceMined({ reader }: ConcordClient, land: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await land();
      return;
    } catch (error) {
      if (!(error instanceof TransactionError && error.code === 'BeaconEarly')) throw error;
      await reader.request({ method: 'evm_mine' } as never);
    }
  }
}
