/** A watcher that anybody may be: asks holders twice what they signed, and shows the chain whoever said two things. */
import { type Address, type AttemptName, heardFrom, type Hex, slashEquivocation } from '@concord/sdk';
import { differencesIn, twoTonguesIn } from '../twoTongues.ts';
import type { Stage } from './story.ts';

export interface Slashing {
  readonly holder: Address;
  readonly round: number;
  /** What it said each time, as far as the two differ. */
  readonly said: readonly [string, string];
  readonly transaction: Hex;
}

/** [CM9] Lands the evidence against every holder of the run that signed two accept sets for this attempt. */
export async function slashTwoTongues(stage: Stage, attempt: AttemptName): Promise<readonly Slashing[]> {
  const { client, endpoints } = stage;
  const { deployment } = client;
  const ask = () => heardFrom(endpoints, deployment, 'Verified', attempt);
  const all = [...(await ask()), ...(await ask())];
  const found: Slashing[] = [];
  const aggregators = stage.aggregators.map(({ address }) => address);
  for (const { holder, said } of twoTonguesIn(deployment, all)) {
    if (!aggregators.includes(holder)) continue;
    const { transaction } = await slashEquivocation(client, { holder, said });
    found.push({ holder, round: attempt.round, said: differencesIn(said), transaction });
  }
  return found;
}
