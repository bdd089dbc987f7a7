/** Facts turned back into the logs that the contracts would have written. */
import { chartersAbi, inferenceAbi, roundsAbi } from '@concord/contracts';
import type { Deployment, Fact, Hex, RawLog } from '@concord/sdk';
import { type Abi, encodeAbiParameters, encodeEventTopics, getAbiItem } from 'viem';

const EVENTS: Readonly<Record<Fact['kind'], string>> = {
  proposed: 'Proposed',
  voted: 'Voted',
  joined: 'Joined',
  seated: 'Seated',
  noiseClosed: 'NoiseClosed',
  opened: 'Opened',
  uploadsClosed: 'UploadsClosed',
  queried: 'Queried',
  verified: 'VerifiedRecorded',
  unmasked: 'UnmaskedRecorded',
  settled: 'Settled',
  voided: 'Voided',
  registered: 'Registered',
};

function placeOf(kind: Fact['kind'], deployment: Deployment): readonly [Hex, Abi] {
  if (kind === 'proposed' || kind === 'voted' || kind === 'joined') return [deployment.charters, chartersAbi];
  return kind === 'registered' ? [deployment.inference, inferenceAbi] : [deployment.rounds, roundsAbi];
}

/** The log that tells this fact. */
export function logOf(fact: Fact, deployment: Deployment): RawLog {
  const { kind, origin, ...rest } = fact;
  const args: Record<string, unknown> = { ...rest, ...(fact.kind === 'verified' && { rhoAfter: fact.rho }) };
  const [address, abi] = placeOf(kind, deployment);
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
