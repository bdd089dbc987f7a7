/** Facts turned back into the logs that the contracts would have written. */
import { aggregatorsAbi, chartersAbi, courtAbi, inferenceAbi, roundsAbi } from '@concord/contracts';
import { aggregatorsOf, courtOf, type Deployment, type Fact, type Hex, type RawLog } from '@concord/sdk';
import { type Abi, encodeAbiParameters, encodeEventTopics, getAbiItem } from 'viem';

const EVENTS: Readonly<Record<Fact['kind'], string>> = {
  proposed: 'Proposed',
  voted: 'Voted',
  joined: 'Joined',
  seated: 'Seated',
  begun: 'Begun',
  snapshot: 'Snapshot',
  drawn: 'Drawn',
  committeeSeated: 'CommitteeSeated',
  noiseClosed: 'NoiseClosed',
  opened: 'Opened',
  uploadsClosed: 'UploadsClosed',
  queried: 'Queried',
  verified: 'VerifiedRecorded',
  unmasked: 'UnmaskedRecorded',
  drawRevealed: 'DrawRevealed',
  settled: 'Settled',
  voided: 'Voided',
  gasLeft: 'GasLeft',
  stopped: 'Stopped',
  registered: 'Registered',
  offered: 'Offered',
  used: 'Used',
  paidOut: 'PaidOut',
  registeredAggregator: 'Registered',
  resigned: 'Resigned',
  withdrawn: 'Withdrawn',
  slashed: 'Slashed',
  demanded: 'Demanded',
  answered: 'Answered',
  forfeited: 'Forfeited',
  returned: 'Returned',
};

function placeOf(fact: Fact, deployment: Deployment): readonly [Hex, Abi] {
  const { kind } = fact;
  if ('demandId' in fact) return [courtOf(deployment), courtAbi];
  if ('aggregator' in fact) return [aggregatorsOf(deployment), aggregatorsAbi];
  if (kind === 'proposed' || kind === 'voted' || kind === 'joined') return [deployment.charters, chartersAbi];
  if (kind === 'registered' || kind === 'offered' || kind === 'used' || kind === 'paidOut')
    return [deployment.inference, inferenceAbi];
  return [deployment.rounds, roundsAbi];
}

/** The log that tells this fact. */
export function logOf(fact: Fact, deployment: Deployment): RawLog {
  const { kind, origin, ...rest } = fact;
  const args: Record<string, unknown> = { ...rest, ...(fact.kind === 'verified' && { rhoAfter: fact.rho }) };
  const [address, abi] = placeOf(fact, deployment);
  const eventName = EVENTS[kind];
  const event = getAbiItem({ abi, name: eventName });
  if (event?.type !== 'event') throw new RangeError(`${eventName} is no event`);
  const plain = event.inputs.filter((input) => !input.indexed);
  return {
    address,
    topics: encodeEventTopics({ abi, eventName, args }) as [Hex, ...Hex[]],
    data: encodeAbiParameters(
      plain,
      plain.map(({ name }) => args[name!]),
    ),
    origin,
  };
}
