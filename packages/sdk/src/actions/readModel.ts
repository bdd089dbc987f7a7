import type { ConcordClient } from '../client.ts';
import { endpointsOf, type FinalModel, finalModelIn, type ModelName } from '../finalModel.ts';
import { getFacts } from '../logs.ts';

export interface ReadModelOptions {
  /** Facts begin here: the block of the deployment. */
  readonly fromBlock: bigint;
  /** Where to ask for bytes instead of the endpoints that members and aggregators announced. */
  readonly source?: string;
}

/** Pulls a model by run or model id and checks it against the chain; keep the result to score many records. [BD1] */
export async function readModel(
  client: ConcordClient,
  name: ModelName,
  options: ReadModelOptions,
): Promise<FinalModel> {
  const { fromBlock, source } = options;
  const facts = await getFacts(client, fromBlock, await client.reader.getBlockNumber());
  const announced = facts.flatMap((fact) => ('endpoint' in fact ? [fact.endpoint] : []));
  // The last one announced is where somebody who moved answers now.
  return finalModelIn(facts, name, endpointsOf(source === undefined ? [...new Set(announced.reverse())] : [source]));
}
