/**
 * A run that the real contracts hold finished, in seconds: all members' keys sign every phase here, so the state that the
 * run ends with is whatever this is told. For tests, benches and examples of what comes after a run; nothing is trained.
 */
import {
  type Address,
  addressOf,
  castVote,
  charterIdOf,
  closeNoise,
  closeUploads,
  committeeHashOf,
  compileCharter,
  type CharterTerms,
  type ConcordClient,
  createConcordClient,
  deploy,
  type Deployed,
  type Hex,
  openRound,
  propose,
  queryRound,
  recordUnmasked,
  recordVerified,
  type Seat,
  seat,
  settle,
  sign,
  type Statement,
  TransactionError,
} from '@concord/sdk';
import { keccak256 } from 'viem';

export interface FinishedRun {
  readonly deployed: Deployed;
  readonly client: ConcordClient;
  readonly runId: Hex;
  readonly textBytes: Uint8Array;
}

export interface FinishedRunOptions {
  readonly rpcUrl: string;
  /** The first pays; the others are the members. */
  readonly keys: readonly Hex[];
  readonly text: unknown;
  readonly terms: CharterTerms;
  /** Hash of the state that the run ends with (LR10). */
  readonly finalState: Hex;
  /** Contracts of an earlier run; deployed anew without it. */
  readonly deployed?: Deployed;
}

const word = (text: string): Hex => keccak256(new TextEncoder().encode(text));

/** Deploys, proposes, votes and settles every round. Throws TransactionError when a contract refuses. */
export async function finishedRun(options: FinishedRunOptions): Promise<FinishedRun> {
  const { rpcUrl, text, terms, finalState } = options;
  const [account, ...rest] = options.keys;
  const keys = rest.sort((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1));
  const holders = keys.map(addressOf);
  const common = { rpcUrl, account: account!, pollMilliseconds: 10 };
  const deployed = options.deployed ?? (await deploy(common));
  const client = await createConcordClient({ ...common, ...deployed });
  const { charter, textBytes } = compileCharter({ text, terms }, holders, word('matrix'));
  const runId = charterIdOf(charter);
  await propose(client, charter);
  for (const [i, voter] of holders.slice(0, Math.floor(keys.length / 2) + 1).entries()) {
    const signature = await sign(keys[i]!, client.deployment, { kind: 'Vote', charterId: runId, support: true });
    await castVote(client, { charterId: runId, voter, support: true, signature });
  }
  const last = charter.limits.rounds - 1;
  for (let round = 0; round <= last; round++)
    await settleRound(client, { runId, round, keys, holders }, round === last ? finalState : word(`state ${round}`));
  return { deployed, client, runId, textBytes };
}

interface Played {
  readonly runId: Hex;
  readonly round: number;
  readonly keys: readonly Hex[];
  readonly holders: readonly Address[];
}

async function settleRound(
  client: ConcordClient,
  { runId, round, keys, holders }: Played,
  modelHash: Hex,
): Promise<void> {
  const at = { runId, round, attempt: 0 };
  const signAll = (statement: Statement): Promise<Hex[]> =>
    Promise.all(keys.map((key) => sign(key, client.deployment, statement)));
  const preimage = (purpose: string, i: number): Hex => word(`${purpose} ${round} ${i}`);
  const seats = holders.map(
    (holder, i): Seat => ({
      holder,
      sealKey: word(`key ${i}`),
      openCommit: keccak256(preimage('open', i)),
      queryCommit: keccak256(preimage('query', i)),
    }),
  );
  const taken = seats.map(({ holder: _, ...rest }, i) =>
    sign(keys[i]!, client.deployment, { kind: 'Seat', ...at, ...rest }),
  );
  await seat(client, { runId, seats, signatures: await Promise.all(taken) });
  const committeeHash = committeeHashOf(seats);
  const noise = { ...at, committeeHash, root: word('noise'), blob: word('noise blob') };
  await closeNoise(client, { ...noise, holders, signatures: await signAll({ kind: 'NoiseClosed', ...noise }) });
  await onceMined(client, () => openRound(client, { runId, preimages: holders.map((_, i) => preimage('open', i)) }));
  const uploads = { ...at, committeeHash, root: word('uploads'), blob: word('upload blob') };
  await closeUploads(client, { ...uploads, holders, signatures: await signAll({ kind: 'UploadsClosed', ...uploads }) });
  await onceMined(client, () => queryRound(client, { runId, preimages: holders.map((_, i) => preimage('query', i)) }));
  const found = {
    ...{ verifierRoot: word('verifiers'), acceptRoot: word('accept'), blob: word('files') },
    ...{ updates: keys.length, noises: keys.length },
  };
  const verified = { kind: 'Verified', ...at, committeeHash, uploadRoot: uploads.root, ...found } as const;
  await recordVerified(client, { runId, ...found, holders, signatures: await signAll(verified) });
  const shareDigests = holders.map((_, i) => word(`share ${i}`));
  const unmasked = shareDigests.map((shareDigest, i) =>
    sign(keys[i]!, client.deployment, { kind: 'Unmasked', ...at, acceptRoot: found.acceptRoot, shareDigest }),
  );
  await recordUnmasked(client, { runId, holders, shareDigests, signatures: await Promise.all(unmasked) });
  const settled = { aggregateRoot: word('sum'), modelHash, blob: word('state') };
  const statement = { kind: 'Settled', ...at, acceptRoot: found.acceptRoot, ...settled } as const;
  await settle(client, { runId, ...settled, holders, signatures: await signAll(statement) });
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
