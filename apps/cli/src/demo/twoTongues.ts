/** A watcher that anybody may be: asks holders twice what they signed, and shows the chain whoever said two things. */
import { type Address, type AttemptName, digestOf, heardFrom, type Hex, slashEquivocation } from '@concord/sdk';
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
  for (const { address: holder } of stage.aggregators) {
    const [one, ...others] = all.filter((each) => each.holder === holder);
    const two =
      one && others.find((each) => digestOf(deployment, each.statement) !== digestOf(deployment, one.statement));
    if (!one || !two) continue;
    const { transaction } = await slashEquivocation(client, { holder, said: [one, two] });
    const [a, b] = [one.statement, two.statement] as const;
    const differ = (Object.keys(a) as (keyof typeof a)[]).filter((name) => a[name] !== b[name]);
    const words = (statement: typeof a): string => differ.map((name) => `${name} = ${statement[name]}`).join(', ');
    found.push({ holder, round: attempt.round, said: [words(a), words(b)], transaction });
  }
  return found;
}
