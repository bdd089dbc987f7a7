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
  const head = await client.reader.getBlock();
  const facts = await getFacts(client, fromBlock, head.number);
  const announced = facts.flatMap((fact) => ('endpoint' in fact ? [fact.endpoint] : []));
  // The last one announced is where somebody who moved answers now.
  const sources = source === undefined ? [...new Set(announced.reverse())] : [source];
  return finalModelIn(facts, name, endpointsOf(sources), Number(head.timestamp));
}
