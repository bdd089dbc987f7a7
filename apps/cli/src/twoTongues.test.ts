import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { addressOf, type Deployment, type Hex, type HolderStatement, type Said, sign } from '@concord/sdk';
import { SettingError } from './settings/checks.ts';
import { differencesIn, encodeEvidence, readEvidence, twoTonguesIn } from './twoTongues.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-tongues-'));
after(() => rmSync(folder, { recursive: true }));

const deployment: Deployment = {
  chainId: 31_337,
  charters: '0x1111111111111111111111111111111111111111',
  rounds: '0x2222222222222222222222222222222222222222',
  inference: '0x3333333333333333333333333333333333333333',
};
const [KEY, OTHER]: [Hex, Hex] = [`0x${'11'.repeat(32)}`, `0x${'22'.repeat(32)}`];
const word = (digits: string): Hex => `0x${digits.repeat(32)}`;

const share = (shareDigest: Hex, round = 1): HolderStatement => ({
  ...({ kind: 'Unmasked', runId: word('aa'), round, attempt: 0 } as const),
  ...{ acceptRoot: word('bb'), shareDigest },
});
const saidBy = async (key: Hex, statement: HolderStatement): Promise<Said> =>
  ({ holder: addressOf(key), statement, signature: await sign(key, deployment, statement) }) as Said;

test('[CM9] two tongues are two different statements of one kind about one attempt by one holder', async () => {
  const [one, other] = [await saidBy(KEY, share(word('01'))), await saidBy(KEY, share(word('02')))];
  const [later, stranger] = [await saidBy(KEY, share(word('02'), 2)), await saidBy(OTHER, share(word('02')))];
  assert.deepEqual(twoTonguesIn(deployment, [one, one, later, stranger]), []);
  const [found, ...more] = twoTonguesIn(deployment, [one, later, stranger, one, other]);
  assert.deepEqual([found?.holder, found?.said, more.length], [addressOf(KEY), [one, other], 0]);
  assert.deepEqual(differencesIn(found!.said), [`shareDigest = ${word('01')}`, `shareDigest = ${word('02')}`]);
});

test('[CM9] evidence is read as it was written; what is none is refused before it costs anything', async () => {
  const said = [await saidBy(KEY, share(word('01'))), await saidBy(KEY, share(word('02')))] as const;
  const path = join(folder, 'evidence.json');
  const read = (text: string, of = deployment) => {
    writeFileSync(path, text);
    return readEvidence(path, of);
  };
  assert.deepEqual(await read(encodeEvidence({ said })), { holder: addressOf(KEY), said });
  const refused = (pattern: RegExp) => (error: unknown) => error instanceof SettingError && pattern.test(error.message);
  const file = JSON.parse(encodeEvidence({ said })) as { readonly said: [object, object] };
  const [a, b] = file.said;
  const those: readonly (readonly [RegExp, object])[] = [
    [/no evidence of version 1/, { ...file, version: 2 }],
    [/must have two statements/, { ...file, said: [a] }],
    [/unknown here/, { ...file, said: [{ ...a, extra: 1 }, b] }],
    [/said\[0\]\.kind: need one of CommitteeSeat/, { ...file, said: [{ ...a, kind: 'Vote' }, b] }],
    [/said\[1\]\.shareDigest: have "0x12"/, { ...file, said: [a, { ...b, shareDigest: '0x12' }] }],
    [/said\[1\]\.signature: is no signature/, { ...file, said: [a, { ...b, signature: '0x12' }] }],
    [/the same statement twice/, { ...file, said: [a, a] }],
    [/not by one holder, or not for this/, { ...file, said: [a, { ...b, acceptRoot: word('cc') }] }],
  ];
  for (const [pattern, each] of those) await assert.rejects(read(JSON.stringify(each)), refused(pattern));
  const elsewhere = { ...deployment, rounds: deployment.charters };
  await assert.rejects(read(encodeEvidence({ said }), elsewhere), refused(/not for this deployment/));
  const later = [said[0], await saidBy(KEY, share(word('02'), 2))] as const;
  await assert.rejects(read(encodeEvidence({ said: later })), refused(/two kinds or attempts.+both may be true/));
});
