import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type PineFile, pine, prepPine, shardPine } from './pine.ts';

interface PineVectors extends PineFile {
  readonly verify_key: string;
  readonly prep: readonly {
    readonly measurement: readonly number[];
    readonly nonce: string;
    readonly rand: string;
    readonly public_share: string;
    readonly input_shares: readonly string[];
    readonly prep_shares: readonly (readonly string[])[];
  }[];
}

const data = process.env['CONCORD_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const folder = join(data, 'crypto-vectors', 'pine');
const files = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.startsWith('Pine'))
      .sort()
  : [];
const skip = files.length === 0 && `SKIPPED: no PINE-01 files in ${folder}; set CONCORD_DATA to check them`;

test('[AG9] [AG10] the PINE-01 folder is whole', { skip }, () => {
  assert.equal(files.length, 32);
});

for (const name of files) {
  test(`[AG9] [AG10] ${name} is reproduced byte for byte`, () => {
    const file = JSON.parse(readFileSync(join(folder, name), 'utf8')) as PineVectors;
    const instance = pine(name.replace(/_\d+\.json$/, ''), file);
    const bytes = (hex: string) => Buffer.from(hex, 'hex');
    for (const report of file.prep) {
      const made = shardPine(instance, report.measurement, bytes(report.nonce), bytes(report.rand));
      assert.equal(made.publicShare.toString('hex'), report.public_share);
      assert.deepEqual([made.leader.toString('hex'), made.helper.toString('hex')], report.input_shares);
      report.input_shares.forEach((share, party) => {
        const prep = prepPine(
          instance,
          party,
          bytes(file.verify_key),
          bytes(report.nonce),
          made.publicShare,
          bytes(share),
        );
        assert.equal(prep.toString('hex'), report.prep_shares[0]![party]);
      });
    }
  });
}
