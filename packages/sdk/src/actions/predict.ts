/** Predictions that need a chain: through the contract, or here with a model that is pulled and checked first. */
import type { RecordValues } from '@concord/trainer';
import type { ConcordClient } from '../client.ts';
import type { FinalModel, ModelName } from '../finalModel.ts';
import { featuresOf, type Prediction, predictHere, predictionOf } from '../predict.ts';
import { predictFeatures } from './predictFeatures.ts';
import { type ReadModelOptions, readModel } from './readModel.ts';

/**
 * Asks the contract of a model that its charter leaves open, for free [CH10]: the RPC sees the features. Throws
 * SchemaError, and TransactionError where the model is not registered or not open (`useModel`). [BD1]
 */
export async function predictOnChain(
  client: ConcordClient,
  model: FinalModel,
  values: RecordValues,
): Promise<Prediction> {
  const score = await predictFeatures(client, model.modelId, Array.from(featuresOf(model, values)));
  return predictionOf(model, score, 'contract');
}

/**
 * Scores a record by run or model id: pulls the model, checks it against the chain, computes here, or asks the contract
 * where `through` says so. Pull once with `readModel` to score many. Throws FinalModelError, SchemaError, TransactionError.
 */
export async function predict(
  client: ConcordClient,
  name: ModelName,
  values: RecordValues,
  options: ReadModelOptions & { readonly through?: Prediction['by'] },
): Promise<Prediction> {
  const model = await readModel(client, name, options);
  return options.through === 'contract' ? predictOnChain(client, model, values) : predictHere(model, values);
}
