/** Pulling what holders have said about an attempt, and checking it before gas is spent on it. */
import {
  type AttemptView,
  type ConcordClient,
  type Hex,
  recover,
  type RunView,
  type Statement,
  type StatementKind,
  TYPES,
} from '@concord/sdk';
import type { Address } from '@concord/sdk';
import type { PostKind, Slot } from '../core/slot.ts';
import type { Peers } from '../peers.ts';

export interface Errand {
  readonly client: ConcordClient;
  readonly peers: Peers;
  readonly run: RunView;
  readonly view: AttemptView;
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

export const holdersOf = ({ view }: Pick<Errand, 'view'>): readonly Address[] =>
  view.seated?.seats.map((seat) => seat.holder) ?? [];

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

/** All holders' statements in seat order. */
export const statements = <K extends StatementKind & PostKind>(errand: Errand, kind: K): Promise<readonly Said<K>[]> =>
  Promise.all(holdersOf(errand).map((holder) => statementOf(errand, holder, kind)));

/** The one statement that all holders signed. Throws GatherError naming the first that says something else. */
export async function agreed<K extends StatementKind & PostKind>(
  errand: Errand,
  kind: K,
): Promise<{ readonly statement: Statement<K>; readonly signatures: readonly Hex[] }> {
  const all = await statements(errand, kind);
  const first = all[0]!;
  const other = all.findIndex(({ statement }) => JSON.stringify(statement) !== JSON.stringify(first.statement));
  if (other > 0)
    throw new GatherError('DISAGREEMENT', holdersOf(errand)[other]!, `signed another ${kind} than the first holder`);
  return { statement: first.statement, signatures: all.map(({ signature }) => signature) };
}

/** All holders' preimages in seat order. */
export const preimages = (errand: Errand, kind: 'open' | 'query'): Promise<readonly Hex[]> =>
  Promise.all(
    holdersOf(errand).map(async (holder) => {
      const { preimage } = await errand.peers.post(
        () => errand.endpointOf(holder),
        slotOf(errand),
        kind,
        errand.signal,
      );
      if (typeof preimage !== 'string' || !/^0x[0-9a-f]{64}$/.test(preimage))
        throw new GatherError('PREIMAGE', holder, `revealed no 32-byte ${kind} preimage`);
      return preimage as Hex;
    }),
  );
