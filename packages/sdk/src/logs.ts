/** From event logs to facts: which contract said it, in which block, with how much gas. */
import { aggregatorsAbi, chartersAbi, courtAbi, inferenceAbi, roundsAbi } from '@concord/contracts';
import { type DecodeEventLogReturnType, decodeEventLog, keccak256, type Log, type PublicClient } from 'viem';
import type { ConcordClient } from './client.ts';
import type { Address, Charter, Deployment, Fact, FactBody, Hex, Origin, Seat } from './facts.ts';
import { aggregatorsOf, courtOf, lowercase } from './identity.ts';
import { agreed, ChainError, readersOf } from './rpc.ts';

/** An event as a chain keeps it, with where it stands. */
export interface RawLog {
  readonly address: Address;
  readonly topics: readonly [Hex, ...Hex[]];
  readonly data: Hex;
  readonly origin: Origin;
}

/** An event that the contracts declare (EIP-5267) and never emit: their domains are immutable. */
export class NotAFactError extends Error {
  readonly code = 'NOT_A_FACT';
  constructor(what: string) {
    super(`${what} is no event of this version's contracts; compare the addresses with the deployment`);
    this.name = 'NotAFactError';
  }
}

type ProposedCharter = Extract<
  DecodeEventLogReturnType<typeof chartersAbi>,
  { eventName: 'Proposed' }
>['args']['charter'];

/** Charters proposes nothing whose field, holders or unit is not one of those that the types name (AG1). */
const charterOf = (charter: ProposedCharter): Charter => ({
  ...charter,
  members: charter.members.map(lowercase),
  aggregation: charter.aggregation as Charter['aggregation'],
});
const seatOf = <S extends Seat>(seat: S): S => ({ ...seat, holder: lowercase(seat.holder) });

function fromCharters({ eventName, args }: DecodeEventLogReturnType<typeof chartersAbi>): FactBody {
  switch (eventName) {
    case 'Proposed':
      return { kind: 'proposed', ...args, proposer: lowercase(args.proposer), charter: charterOf(args.charter) };
    case 'Voted':
      return { kind: 'voted', ...args, voter: lowercase(args.voter) };
    case 'Joined':
      return { kind: 'joined', ...args, member: lowercase(args.member) };
    case 'EIP712DomainChanged':
      throw new NotAFactError(eventName);
  }
}

function fromRounds({ eventName, args }: DecodeEventLogReturnType<typeof roundsAbi>): FactBody {
  switch (eventName) {
    case 'Seated':
      return { kind: 'seated', ...args, seats: args.seats.map(seatOf) };
    case 'Begun':
      return { kind: 'begun', ...args };
    case 'Snapshot':
      return { kind: 'snapshot', ...args };
    case 'Drawn':
      return { kind: 'drawn', ...args };
    case 'CommitteeSeated':
      return { kind: 'committeeSeated', ...args, seats: args.seats.map(seatOf) };
    case 'DrawRevealed':
      return { kind: 'drawRevealed', ...args };
    case 'NoiseClosed':
      return { kind: 'noiseClosed', ...args };
    case 'Opened':
      return { kind: 'opened', ...args };
    case 'UploadsClosed':
      return { kind: 'uploadsClosed', ...args };
    case 'Queried':
      return { kind: 'queried', ...args };
    case 'VerifiedRecorded': {
      const { rhoAfter, ...rest } = args;
      return { kind: 'verified', ...rest, rho: rhoAfter };
    }
    case 'UnmaskedRecorded':
      return { kind: 'unmasked', ...args };
    case 'Settled':
      return { kind: 'settled', ...args };
    case 'Voided':
      return { kind: 'voided', ...args };
    case 'GasLeft':
      return { kind: 'gasLeft', ...args };
    case 'Stopped': {
      // What no machine can send or compute in its life is told as the largest number there is.
      const readings = args.readings.map(({ member, bytesSent, milliseconds }) => ({
        ...{ member: lowercase(member), bytesSent: Number(bytesSent), milliseconds: Number(milliseconds) },
      }));
      return { kind: 'stopped', ...args, readings };
    }
  }
}

function fromAggregators({ eventName, args }: DecodeEventLogReturnType<typeof aggregatorsAbi>): FactBody {
  const aggregator = lowercase(args.aggregator);
  switch (eventName) {
    case 'Registered':
      return { kind: 'registeredAggregator', ...args, aggregator };
    case 'Resigned':
      return { kind: 'resigned', aggregator };
    case 'Withdrawn':
      return { kind: 'withdrawn', ...args, aggregator };
    case 'Slashed':
      return { kind: 'slashed', ...args, aggregator };
  }
}

function fromCourt({ eventName, args }: DecodeEventLogReturnType<typeof courtAbi>): FactBody {
  switch (eventName) {
    case 'Demanded':
      return { kind: 'demanded', ...args, holder: lowercase(args.holder) };
    case 'Answered':
      return { kind: 'answered', ...args };
    case 'Forfeited':
      return { kind: 'forfeited', ...args, holder: lowercase(args.holder) };
    case 'Returned':
      return { kind: 'returned', ...args };
  }
}

function fromInference({ eventName, args }: DecodeEventLogReturnType<typeof inferenceAbi>): FactBody {
  switch (eventName) {
    case 'Registered':
      return { kind: 'registered', ...args };
    case 'Offered':
      return { kind: 'offered', ...args, terms: { ...args.terms, callers: args.terms.callers.map(lowercase) } };
    case 'Used':
      return { kind: 'used', ...args, caller: lowercase(args.caller) };
    case 'PaidOut':
      return { kind: 'paidOut', ...args, member: lowercase(args.member) };
  }
}

function bodyOf(deployment: Deployment, { address, data, topics: [...topics] }: RawLog): FactBody {
  switch (lowercase(address)) {
    case lowercase(deployment.charters):
      return fromCharters(decodeEventLog({ abi: chartersAbi, data, topics: topics as [Hex, ...Hex[]] }));
    case lowercase(deployment.rounds):
      return fromRounds(decodeEventLog({ abi: roundsAbi, data, topics: topics as [Hex, ...Hex[]] }));
    case lowercase(deployment.inference):
      return fromInference(decodeEventLog({ abi: inferenceAbi, data, topics: topics as [Hex, ...Hex[]] }));
    case aggregatorsOf(deployment):
      return fromAggregators(decodeEventLog({ abi: aggregatorsAbi, data, topics: topics as [Hex, ...Hex[]] }));
    case courtOf(deployment):
      return fromCourt(decodeEventLog({ abi: courtAbi, data, topics: topics as [Hex, ...Hex[]] }));
    default:
      throw new NotAFactError(`an event of ${address}`);
  }
}

/** What a log of one of the deployment's contracts says. Throws NotAFactError, or viem's decode errors on malformed data. */
export const factOf = (deployment: Deployment, log: RawLog): Fact => ({
  ...bodyOf(deployment, log),
  origin: log.origin,
});

const once = <K, V>(ask: (key: K) => Promise<V>): ((key: K) => Promise<V>) => {
  const answers = new Map<K, Promise<V>>();
  return (key) => {
    const known = answers.get(key) ?? ask(key);
    answers.set(key, known);
    return known;
  };
};

export type MinedLog = Log<bigint, number, false>;

/**
 * Adds their transactions' gas and their blocks' times to logs, in the logs' order. `time`: of the only block, if known.
 * Throws ChainError when a log is not in its transaction's receipt [RD13].
 */
export async function completed(reader: PublicClient, logs: readonly MinedLog[], time?: number): Promise<RawLog[]> {
  const receiptOf = once((hash: Hex) => reader.getTransactionReceipt({ hash }));
  const timeOf = once(async (blockHash: Hex) => time ?? Number((await reader.getBlock({ blockHash })).timestamp));
  return Promise.all(
    logs.map(async (log) => {
      const { address, topics, data, blockNumber, blockHash, transactionHash, logIndex } = log;
      const receipt = await receiptOf(transactionHash);
      if (receipt.blockHash !== blockHash || !receipt.logs.some((each) => contents(each) === contents(log)))
        throw new ChainError('CONTRADICTION', `log ${logIndex} of block ${blockHash} is not in its receipt`);
      return {
        address: lowercase(address),
        topics: topics as [Hex, ...Hex[]],
        data,
        origin: {
          block: blockNumber,
          blockHash,
          time: await timeOf(blockHash),
          transaction: transactionHash,
          logIndex,
          gas: receipt.gasUsed,
        },
      };
    }),
  );
}

const contents = ({ address, topics, data, logIndex }: Pick<MinedLog, 'address' | 'topics' | 'data' | 'logIndex'>) =>
  [address.toLowerCase(), ...topics, data, logIndex].join();

/** Whose events are facts. */
export const addressesOf = (deployment: Deployment): Address[] => [
  ...[deployment.charters, deployment.rounds, deployment.inference].map(lowercase),
  aggregatorsOf(deployment),
  courtOf(deployment),
];

const logName = ({ address, topics, data, origin }: RawLog): string =>
  [address, ...topics, data, origin.blockHash, origin.transaction, origin.logIndex, origin.gas, origin.time].join();

/** Short names of answers, so that two that differ can be told apart in an error. */
export const digestOfLogs = (logs: readonly RawLog[]): string =>
  `${logs.length} logs ${keccak256(new TextEncoder().encode(logs.map(logName).join('\n'))).slice(0, 18)}`;

/** Most blocks asked for at once: what public endpoints commonly allow. */
const SPAN = 2_000n;

/**
 * All logs of the deployment, or of other addresses, in the blocks `from` … `to`, in order, as more than half of the RPCs
 * tell them. For history that is deep enough not to change. Throws ChainError.
 */
export async function getLogs(
  client: ConcordClient,
  from: bigint,
  to: bigint,
  address = addressesOf(client.deployment),
): Promise<RawLog[]> {
  const found: RawLog[] = [];
  for (let fromBlock = from; fromBlock <= to; fromBlock += SPAN) {
    const last = fromBlock + SPAN - 1n;
    const toBlock = last < to ? last : to;
    const asked = readersOf(client).map(async (reader) => {
      const logs = await reader.getLogs({ address, fromBlock, toBlock });
      return completed(reader, logs as MinedLog[]);
    });
    found.push(...(await agreed(asked, digestOfLogs, `the logs of blocks ${fromBlock} to ${toBlock}`)));
  }
  return found;
}

/** All facts of the blocks `from` … `to`, in order. For history that is deep enough not to change. */
export const getFacts = async (client: ConcordClient, from: bigint, to: bigint): Promise<Fact[]> =>
  (await getLogs(client, from, to)).map((log) => factOf(client.deployment, log));
