/**
 * What several RPCs answer, held against each other: one alone can tell a consistent story of a chain that is not, so a
 * fact counts only when more than half of them tell it [RD14].
 */
import type { PublicClient } from 'viem';

export type ChainErrorCode =
  /** An answer contradicts itself, or an earlier answer of the same RPC. */
  | 'CONTRADICTION'
  /** Fewer than half of several RPCs say the same. */
  | 'DISAGREEMENT'
  /** The chain is another one than the node was started on. */
  | 'OTHER_CHAIN'
  /** Too few RPCs answer at all. */
  | 'NO_ANSWER'
  /** The head went back, or has not moved for long. */
  | 'STALE_HEAD';

/** An RPC lies, is broken or is behind; nothing that it said is taken for a fact. */
export class ChainError extends Error {
  readonly code: ChainErrorCode;
  constructor(code: ChainErrorCode, what: string) {
    super(`${code}: ${what}. ${ADVICE[code]}`);
    this.name = 'ChainError';
    this.code = code;
  }
}

const ADVICE: Readonly<Record<ChainErrorCode, string>> = {
  CONTRADICTION: 'The RPC lies or is broken: use another one, or several',
  DISAGREEMENT: 'Find out which of the RPCs lies or lags, and replace it',
  OTHER_CHAIN: 'Check the RPC addresses and the chain id, and start again on the same folder',
  NO_ANSWER: 'Check the address, and that the node of the chain runs',
  STALE_HEAD: 'Wait if the chain itself stands still; otherwise use another RPC, or several',
};

/** What more than half of the RPCs answer, by `name`. Throws the first failure where too few answer, else ChainError. */
export async function agreed<T>(asked: readonly Promise<T>[], name: (answer: T) => string, what: string): Promise<T> {
  const answers = await Promise.allSettled(asked);
  const groups = Map.groupBy(
    answers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
    name,
  );
  const most = [...groups.values()].find(({ length }) => 2 * length > asked.length);
  if (most) return most[0]!;
  const failed = answers.find((each) => each.status === 'rejected');
  if (failed && groups.size <= 1) throw failed.reason;
  const sayings = answers.map(
    (each, i) => `RPC ${i + 1}: ${each.status === 'fulfilled' ? name(each.value) : 'silent'}`,
  );
  throw new ChainError('DISAGREEMENT', `${what}: ${sayings.join('; ')}`);
}

interface Readers {
  readonly reader: PublicClient;
  readonly witnesses?: readonly PublicClient[];
}

/** Every RPC of a client, the first included. */
export const readersOf = ({ reader, witnesses = [] }: Readers): readonly PublicClient[] => [reader, ...witnesses];
