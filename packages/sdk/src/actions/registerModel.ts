import { inferenceAbi } from '@concord/contracts';
import { CharterTextError, encodeModel, type RunState, stateParts } from '@concord/protocol';
import { bytesToHex, sha256 } from 'viem';
import { type ConcordClient, type Landed, send } from '../client.ts';
import { readCharterText, textHead } from '../compileCharter.ts';
import type { Address, Hex } from '../facts.ts';

/**
 * Puts the model of a run's final state on chain [IN5], under the terms of use that the charter's text ends with [CH10].
 * Refused unless the run ended with that state. Throws CharterTextError when the text has no terms.
 */
export async function registerModel(
  client: ConcordClient,
  runId: Hex,
  state: RunState,
  charterText: Uint8Array,
): Promise<Landed & { readonly modelId: Hex }> {
  const { use } = readCharterText(charterText, sha256(charterText));
  if (!use) throw new CharterTextError('use', 'terms of use: a charter of before there were any serves no model');
  const { modelHash, velocityHash, constantsHash } = stateParts(state);
  const landed = await send(client, {
    to: client.deployment.inference,
    abi: inferenceAbi,
    functionName: 'register',
    args: [
      runId,
      state.round,
      bytesToHex(velocityHash),
      bytesToHex(constantsHash),
      bytesToHex(encodeModel(state.optimizer.model)),
      bytesToHex(textHead(charterText, use)),
      {
        callers: use.callers === 'anybody' ? [] : (use.callers as readonly Address[]),
        price: BigInt(use.price),
        purpose: use.purpose,
        until: BigInt(use.until),
      },
    ],
  });
  return { ...landed, modelId: bytesToHex(modelHash) };
}
