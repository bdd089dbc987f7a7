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
  /** The message without code and advice. */
  readonly what: string;
  constructor(code: ChainErrorCode, what: string) {
    super(`${code}: ${what}. ${ADVICE[code]}`);
    this.name = 'ChainError';
    this.code = code;
    this.what = what;
  }
}

const ADVICE: Readonly<Record<ChainErrorCode, string>> = {
  CONTRADICTION: 'The RPC lies or is broken: use another one, or several',
  DISAGREEMENT: 'Find out which of the RPCs lies or lags, and replace it',
  OTHER_CHAIN: 'Check the RPC addresses and the chain id, and start again on the same folder',
  NO_ANSWER: 'Check the address, and that the node of the chain runs',
  STALE_HEAD: 'Wait if the chain itself stands still; otherwise use another RPC, or several',
};

/** More than half of so many. */
const majorityOf = (count: number): number => Math.floor(count / 2) + 1;

/**
 * What more than half of the RPCs answer, by `name`, as soon as they have. Throws the first failure where too few answer,
 * else ChainError. `onDissent` is told of those that then say otherwise, or contradict themselves.
 */
export async function agreed<T>(
  asked: readonly Promise<T>[],
  name: (answer: T) => string,
  what: string,
  onDissent?: (lie: ChainError) => void,
): Promise<T> {
  const votes = new Map<string, number>();
  const early = Promise.withResolvers<T>();
  const all = Promise.allSettled(
    asked.map(async (each) => {
      const answer = await each;
      const count = (votes.get(name(answer)) ?? 0) + 1;
      votes.set(name(answer), count);
      // One that hangs must not hold up those that agree.
      if (count === majorityOf(asked.length)) early.resolve(answer);
      return answer;
    }),
  );
  if (onDissent)
    void Promise.all([early.promise, all]).then(([most, answers]) => {
      for (const [i, each] of answers.entries())
        if (each.status === 'fulfilled' && name(each.value) !== name(most))
          onDissent(
            new ChainError(
              'DISAGREEMENT',
              `${what}: RPC ${i + 1} says ${name(each.value)}, more than half ${name(most)}`,
            ),
          );
        else if (each.status === 'rejected' && each.reason instanceof ChainError)
          onDissent(new ChainError(each.reason.code, `RPC ${i + 1} of ${asked.length}: ${each.reason.what}`));
    });
  return Promise.race([early.promise, all.then((answers) => majority(answers, name, what))]);
}

/** The same once everybody has answered or failed. */
function majority<T>(answers: readonly PromiseSettledResult<T>[], name: (answer: T) => string, what: string): T {
  const groups = Map.groupBy(
    answers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
    name,
  );
  const most = [...groups.values()].find(({ length }) => length >= majorityOf(answers.length));
  if (most) return most[0]!;
  const failed = answers.find((each) => each.status === 'rejected');
  if (failed && groups.size <= 1) throw failed.reason;
  const sayings = answers.map(
    (each, i) => `RPC ${i + 1}: ${each.status === 'fulfilled' ? name(each.value) : 'silent'}`,
  );
  throw new ChainError('DISAGREEMENT', `${what}: ${sayings.join('; ')}`);
}

/** How long the others are waited for once more than half have answered, milliseconds. */
const GRACE = 500;

/**
 * The answers of more than half, and of whoever else answers within half a second, highest first. Throws the first failure
 * where fewer answer.
 */
export async function ranked(asked: readonly Promise<bigint>[]): Promise<readonly bigint[]> {
  const found: bigint[] = [];
  const enough = Promise.withResolvers<void>();
  let grace: ReturnType<typeof setTimeout> | undefined;
  const all = Promise.all(
    asked.map(async (each) => {
      found.push(await each);
      if (found.length === majorityOf(asked.length)) grace = setTimeout(enough.resolve, GRACE);
    }),
  );
  const everybody = Promise.allSettled(asked).then(() => undefined);
  const failure = all.then(
    () => undefined,
    (error: unknown) => error,
  );
  await Promise.race([enough.promise, everybody]);
  clearTimeout(grace);
  if (found.length < majorityOf(asked.length)) throw await failure;
  return found.toSorted((a, b) => (a > b ? -1 : 1));
}

interface Readers {
  readonly reader: PublicClient;
  readonly witnesses?: readonly PublicClient[];
}

/** Every RPC of a client, the first included. */
export const readersOf = ({ reader, witnesses = [] }: Readers): readonly PublicClient[] => [reader, ...witnesses];
