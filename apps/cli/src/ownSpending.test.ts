import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Address } from '@concord/sdk';
import { runInPhase } from '../../../packages/testing/src/stages.ts';
import { ownNodeOf, ownSpending } from './ownSpending.ts';
import { writeKey } from './settings/keyFile.ts';
import { readSettings } from './settings/settings.ts';

const COUNTED = { bytesSent: 1_500_000, seconds: 12.5, memberBytes: 3_000_000, memberSeconds: 60, roundsLeft: 2 };
const NOWHERE = 'http://127.0.0.1:1';

describe('[RD18] what a member’s own node has spent', () => {
  const run = runInPhase('NOISE').run();
  const [member, other] = run.charter.members as [Address, Address];
  let says: unknown;
  const server = createServer((request, response) => {
    assert.equal(request.url, '/status');
    response.end(JSON.stringify(says));
  });
  let url = '';
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  test('is told by the node that is named, beside its caps', async () => {
    says = { member, run: run.charterId, caps: COUNTED };
    assert.deepEqual(await ownSpending(run, { url }), { member, node: url, spent: COUNTED, unknownBecause: null });
  });

  test('is asked where it announced itself, and where the folder lets it listen', async () => {
    says = { member, run: run.charterId, caps: COUNTED };
    const moved = { ...run, endpoints: new Map([[member, NOWHERE]]) };
    assert.equal((await ownSpending(moved, { member, local: url }))?.node, url);
    const announced = { ...run, endpoints: new Map([[member, url]]) };
    assert.equal((await ownSpending(announced, { member, local: NOWHERE }))?.node, url);
    assert.equal(
      await ownSpending(run, { member: `0x${'99'.repeat(20)}`, local: url }),
      undefined,
      'none of its members',
    );
  });

  test('is not known otherwise, and why is said', async () => {
    const because = async (answer: unknown, expected: Address = member): Promise<string> => {
      says = answer;
      const found = await ownSpending({ ...run, endpoints: new Map() }, { member: expected, local: url });
      assert.equal(found?.spent, null);
      return found!.unknownBecause!;
    };
    const at = { member, run: run.charterId };
    assert.match(
      await because({ ...at, caps: COUNTED }, other),
      /is the node of 0x\w+, not of 0x\w+; only .+ --node URL/,
    );
    assert.match(await because({ relayer: member }), /is no member’s node/);
    assert.match(await because({ member }), /does not know this run yet/);
    assert.match(await because({ member, run: `0x${'77'.repeat(32)}` }), /takes part in another run/);
    assert.match(await because(at), /caps neither bytes nor seconds/);
    assert.match(
      await because({ ...at, caps: { memberBytes: 1, memberSeconds: 1 } }),
      /has counted nothing of this run yet/,
    );
    assert.match(await because({ ...at, caps: { ...COUNTED, seconds: '<b>' } }), /has counted nothing/);
    const nowhere = await ownSpending({ ...run, endpoints: new Map() }, { member });
    assert.match(nowhere!.unknownBecause!, /^no node of it was announced; only /);
    const dead = await ownSpending(run, { url: NOWHERE });
    assert.match(dead!.unknownBecause!, /^http:\/\/127\.0\.0\.1:1 does not answer; only .+ “concord member” runs/);
  });

  test('needs a node that is named or a key in the folder, and says when the key cannot be read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'concord-own-'));
    after(() => rmSync(folder, { recursive: true }));
    const settings = readSettings({ folder });
    assert.equal(ownNodeOf(settings, undefined), undefined);
    assert.deepEqual(ownNodeOf(settings, url), { url });
    const chosen = readSettings({ folder, port: '0' });
    const { address } = writeKey(join(folder, 'key'), `0x${'11'.repeat(32)}`);
    assert.deepEqual(ownNodeOf(settings, undefined), { member: address, local: 'http://127.0.0.1:7700' });
    assert.deepEqual(ownNodeOf(chosen, undefined), { member: address });
    writeFileSync(join(folder, 'key'), 'no key');
    const unreadable = ownNodeOf(settings, undefined)!;
    assert.match((await ownSpending(run, unreadable))!.unknownBecause!, /not known: .+holds no private key/);
  });
});
