import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SettingError } from '../settings/checks.ts';
import { readPrices } from './prices.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-prices-'));
after(() => rmSync(folder, { recursive: true }));

function read(change: Readonly<Record<string, string>>) {
  const chain = { blockSeconds: '12', confirmations: '1', usdPerEther: '2000', gwei: '1', ...change };
  const fields = Object.entries(chain).map(([key, value]) => `${key}: ${value}`);
  const path = join(folder, 'prices.yaml');
  writeFileSync(
    path,
    `origin: mine\nusdPerGigabyte: 1\nusdPerProcessorHour: 1\nchains: [{ name: a, origin: b, ${fields.join(', ')} }]\n`,
  );
  return readPrices(path);
}

test('[PL2] prices with which no sum would be a number, or planning would never end, are refused', () => {
  assert.equal(read({}).chains[0]!.blockSeconds, 12);
  const refused = (key: string, ...values: readonly string[]): void => {
    for (const value of values)
      assert.throws(
        () => read({ [key]: value }),
        (error: unknown) => error instanceof SettingError && error.key.includes(`chains[0].${key}`),
        `${key}: ${value}`,
      );
  };
  refused('blockSeconds', '0', '-1', '.inf', '.nan', '1e300', '1e-300', '"12"');
  refused('confirmations', '-1', '.inf', '1e16');
  refused('usdPerEther', '-.inf', '.nan', '1.7e308');
  refused('gwei', '.inf', `[${'1, '.repeat(23)}.inf]`, '[1]');
});
