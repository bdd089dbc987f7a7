import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { nodePlatform as platform } from '../../../node/src/adapters/platform.ts';
import { plainKernels } from '../kernels/plain.ts';
import { stream } from '../xof.ts';
import { createPine } from './params.ts';
import { pineVerbs } from './pine.ts';

const data = process.env['CONCORD_DATA'] ?? new URL('../../../../../shared/data', import.meta.url).pathname;
const folder = `${data}/crypto-vectors/pine`;
const skip = existsSync(folder) ? false : `SKIPPED: no ${folder}; set CONCORD_DATA`;
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

interface VectorFile {
  readonly field: 'Field32' | 'Field64';
  readonly dimension: number;
  readonly l2_norm_bound: number;
  readonly num_frac_bits: number;
  readonly alpha: number;
  readonly num_wr_checks: number;
  readonly num_wr_successes: number;
  readonly chunk_length: number;
  readonly chunk_length_norm_equality: number;
  readonly proofs: number;
  readonly proofs_norm_equality: number;
  readonly verify_key: string;
  readonly prep: readonly {
    readonly measurement: readonly number[];
    readonly nonce: string;
    readonly rand: string;
    readonly public_share: string;
    readonly input_shares: readonly [string, string];
    readonly prep_shares: readonly [readonly [string, string]];
  }[];
}

const files = skip
  ? []
  : readdirSync(folder)
      .filter((name) => /^Pine(32|64)Hmac.*\.json$/.test(name))
      .sort();

test('[AG3] PINE-01 XofHmacSha256Aes128 vectors', { skip }, () => {
  const vector = JSON.parse(readFileSync(`${folder}/XofHmacSha256Aes128.json`, 'utf8'));
  const { seed, dst, binder, length, expanded_vec_field128: expanded, derived_seed: derived } = vector;
  assert.equal(text(stream(platform, hex(seed), hex(dst), hex(binder)).read(derived.length / 2)), derived);
  // Field128 words are all below its prime but with probability 2^-62, so the vector is the stream itself.
  assert.equal(text(stream(platform, hex(seed), hex(dst), hex(binder)).read(length * 16)), expanded);
});

test('PINE-01 Field32 and Field64 vectors, shard and verifier shares byte for byte', { skip }, async (t) => {
  assert.equal(files.length, 16);
  for (const name of files)
    await t.test(name, () => {
      const file: VectorFile = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));
      const pine = createPine({
        field: file.field,
        dimension: file.dimension,
        bound: file.l2_norm_bound,
        fractionBits: file.num_frac_bits,
        alpha: file.alpha,
        checks: file.num_wr_checks,
        successes: file.num_wr_successes,
        products: file.chunk_length,
        chunk: file.chunk_length_norm_equality,
        validityProofs: file.proofs,
        normProofs: file.proofs_norm_equality,
      });
      const verbs = pineVerbs(pine, plainKernels[file.field === 'Field32' ? 'F32' : 'F64'], platform);
      for (const report of file.prep) {
        const nonce = hex(report.nonce);
        const shares = verbs.shard(report.measurement, nonce, hex(report.rand));
        assert.equal(text(shares.publicShare), report.public_share);
        assert.deepEqual([text(shares.leader), text(shares.helper)], report.input_shares);
        for (const aggregator of [0, 1] as const) {
          const inputShare = aggregator === 0 ? shares.leader : shares.helper;
          const share = verbs.verifierShare(hex(file.verify_key), aggregator, nonce, shares.publicShare, inputShare);
          assert.equal(text(share), report.prep_shares[0][aggregator]);
        }
      }
    });
});
