/** The inputs of spec/vectors/inference.json, as many as are asked for, and the running hash of a model's scores on them (IN4). */
import { readFileSync } from 'node:fs';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { predict } from '../src/inference/predict.ts';
import { decodeModel } from '../src/model/model.ts';

export interface VectorCase {
  readonly name: string;
  readonly inputs: number;
  readonly featureShift: number;
  readonly records: number;
  readonly seed: string;
  readonly model: string;
  readonly modelHash: string;
  readonly first: readonly number[];
  readonly chain: string;
}

export const { cases } = JSON.parse(
  readFileSync(new URL('../../../spec/vectors/inference.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly VectorCase[] };

export const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));
export const toHex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;

/** Features of a record as the vectors draw them: eight int32 from each keccak256(seed ‖ u32 stream ‖ u32 block). */
export function drawn(seed: Uint8Array, stream: number, count: number, shift: number): Int32Array {
  const preimage = Buffer.concat([seed, Buffer.alloc(8)]);
  preimage.writeUInt32BE(stream, 32);
  let hash = Buffer.alloc(0);
  return Int32Array.from({ length: count }, (_, i) => {
    if (i % 8 === 0) {
      preimage.writeUInt32BE(i / 8, 36);
      hash = Buffer.from(keccak_256(preimage));
    }
    return hash.readInt32BE(4 * (i % 8)) >> shift;
  });
}

/** h ← keccak256(h ‖ int32 score) over this many records; `seen` is told every score. */
export function scoreChain(each: VectorCase, records: number, seen?: (score: number, record: number) => void): string {
  const model = decodeModel(fromHex(each.model));
  const seed = fromHex(each.seed);
  const chained = Buffer.alloc(36);
  for (let record = 0; record < records; record++) {
    const score = predict(model, drawn(seed, record + 1, each.inputs, each.featureShift));
    seen?.(score, record);
    chained.writeInt32BE(score, 32);
    chained.set(keccak_256(chained));
  }
  return toHex(chained.subarray(0, 32));
}
