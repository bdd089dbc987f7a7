/** Pulling what holders have said about an attempt, and checking it before gas is spent on it. */
import {
  type AttemptView,
  type ConcordClient,
  type Hex,
  isCommittee,
  recover,
  roleSignature,
  type RunView,
  sharesOf,
  type Statement,
  type StatementKind,
  TYPES,
} from '@concord/sdk';
import type { Address } from '@concord/sdk';
import type { Clock } from '../clock.ts';
import { type Holder, type Role, seatedIn } from '../core/attempt.ts';
import type { PostKind, Preimage, Slot } from '../core/slot.ts';
import { someOf } from '../perform/work.ts';
import type { Peers } from '../peers.ts';

export interface Errand {
  readonly client: ConcordClient;
  readonly clock: Clock;
  readonly peers: Peers;
  readonly run: RunView;
  readonly view: AttemptView;
  /** Ask standbys too: their primaries have had their time [CM7]. */
  readonly standbys: boolean;
  /** Where a member answers by now: it may join, or move, while it is being waited for. */
  readonly endpointOf: (member: Address) => string | undefined;
  readonly signal: AbortSignal;
}

export class GatherError extends Error {
  readonly code: string;
  readonly holder: Address;
  constructor(code: string, holder: Address, message: string) {
    super(`${code}: ${holder} ${message}`);
    this.name = 'GatherError';
    this.code = code;
    this.holder = holder;
  }
}

export const slotOf = ({ run, view }: Pick<Errand, 'run' | 'view'>): Slot => ({
  runId: run.charterId,
  round: view.round,
  attempt: view.attempt,
});

interface Said<K extends StatementKind> {
  readonly holder: Address;
  readonly statement: Statement<K>;
  readonly signature: Hex;
}

const isSignature = (value: unknown): value is Hex => typeof value === 'string' && /^0x[0-9a-f]{130}$/.test(value);

/** One holder's statement of a kind, as soon as it has made it. Throws GatherError when it is not signed by the holder. */
export async function statementOf<K extends StatementKind & PostKind>(
  errand: Errand,
  holder: Address,
  kind: K,
): Promise<Said<K>> {
  const { client, peers, signal } = errand;
  const slot = slotOf(errand);
  const post = await peers.post(() => errand.endpointOf(holder), slot, kind, signal);
  const fields = TYPES[kind].map(({ name }) => [name, post[name]]);
  const statement = { ...Object.fromEntries(fields), kind, ...slot } as unknown as Statement<K>;
  const { signature } = post;
  if (!isSignature(signature)) throw new GatherError('SIGNATURE', holder, `sent a ${kind} without a signature`);
  const signer = await recover(client.deployment, statement, signature).catch(() => undefined);
  if (signer?.toLowerCase() !== holder) throw new GatherError('SIGNATURE', holder, `did not sign its ${kind}`);
  return { holder, statement, signature };
}

/** The shares' holders, each share's primary first. */
export const pairsOf = ({ view }: Pick<Errand, 'view'>): readonly (readonly Holder[])[] => {
  const holders = seatedIn(view);
  return Array.from({ length: sharesOf(view) }, (_, i) => holders.filter(({ share }) => share === i + 1));
};

/** What each share's holders say: its first holder, or with `standbys` whichever answer. */
const fromShares = <T>(errand: Errand, ask: (holder: Holder) => Promise<T>): Promise<readonly (readonly T[])[]> =>
  Promise.all(
    pairsOf(errand).map(async (pair) => {
      const asked = (errand.standbys ? pair : pair.slice(0, 1)).map(ask);
      return (await someOf(errand.clock, asked)).filter((each) => each !== undefined);
    }),
  );

interface Spoken<K extends StatementKind> extends Said<K> {
  readonly role: Role;
}

const spoken = <K extends StatementKind & PostKind>(
  errand: Errand,
  kind: K,
): Promise<readonly (readonly Spoken<K>[])[]> =>
  fromShares(errand, async ({ address, role }) => ({ ...(await statementOf(errand, address, kind)), role }));

/** A signature as the contract takes it: a committee's with the role of its signer [CM6]. */
const signatureOf = ({ run }: Errand, { role, signature }: Spoken<StatementKind>): Hex =>
  isCommittee(run.charter) ? roleSignature(role, signature) : signature;

/** One statement for each share, with its signature as the contract takes it. */
export async function statements<K extends StatementKind & PostKind>(
  errand: Errand,
  kind: K,
): Promise<readonly { readonly statement: Statement<K>; readonly signature: Hex }[]> {
  const all = await spoken(errand, kind);
  return all.map(([first]) => ({ statement: first!.statement, signature: signatureOf(errand, first!) }));
}

/** The one statement that a holder of every share signed. Throws GatherError naming one that says something else. */
export async function agreed<K extends StatementKind & PostKind>(
  errand: Errand,
  kind: K,
): Promise<{ readonly statement: Statement<K>; readonly signatures: readonly Hex[] }> {
  const all = await spoken(errand, kind);
  const text = ({ statement }: Spoken<K>): string => JSON.stringify(statement);
  for (const { statement } of all.flat()) {
    const same = all.map((pair) => pair.find((each) => text(each) === JSON.stringify(statement)));
    if (same.every((each) => each !== undefined))
      return { statement, signatures: same.map((each) => signatureOf(errand, each)) };
  }
  const first = all[0]![0]!;
  const other = all.flat().find((each) => text(each) !== text(first)) ?? first;
  throw new GatherError('DISAGREEMENT', other.holder, `signed another ${kind} than the holder of share 1`);
}

/** Preimages in the order of shares. */
export async function preimages(errand: Errand, kind: Preimage): Promise<readonly Hex[]> {
  const all = await fromShares(errand, async ({ address }) => {
    const post = await errand.peers.post(() => errand.endpointOf(address), slotOf(errand), kind, errand.signal);
    const { preimage } = post;
    if (typeof preimage !== 'string' || !/^0x[0-9a-f]{64}$/.test(preimage))
      throw new GatherError('PREIMAGE', address, `revealed no 32-byte ${kind} preimage`);
    return preimage as Hex;
  });
  return all.map(([first]) => first!);
}
