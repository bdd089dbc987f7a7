import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '@concord/protocol';
import { recover } from '@concord/sdk';
import { membersOf } from '../../../testing/src/committee.ts';
import { runInPhase } from '../../../testing/src/stages.ts';
import { systemClock } from '../adapters/clock.ts';
import { hexToBytes } from '../core/hex.ts';
import type { Json, Peers } from '../peers.ts';
import type { Party, Reporter } from '../ports.ts';
import { join } from './membership.ts';

const { address, secretKey } = membersOf(1, 'membership')[0]!;
const run = runInPhase('SEAT').run();
const deployment = {
  chainId: 1,
  charters: `0x${'11'.repeat(20)}`,
  rounds: `0x${'22'.repeat(20)}`,
  inference: `0x${'33'.repeat(20)}`,
} as const;
const endpoint = 'https://member.example';

/** A member whose relayer gives this answer, and what it was handed. */
function member(answer: Json): { readonly party: Party; readonly handed: Json[] } {
  const handed: Json[] = [];
  const hand: Peers['hand'] = async (_, __, message) => {
    handed.push(message);
    return answer;
  };
  const me = { address, endpoint, part: 'member' as const };
  return {
    handed,
    party: {
      ...{ me, secretKey: new Secret(hexToBytes(secretKey)), deployment },
      ...{ clock: systemClock, peers: { hand } },
    } as unknown as Party,
  };
}
const reporter = { relayerUrl: 'https://relayer.example' } as Reporter;
const signal = new AbortController().signal;

test('[CH6] a join is signed by the member for its endpoint', async () => {
  const { party, handed } = member({ transaction: '0x1' });
  await join(party, reporter, run, signal);
  const statement = { kind: 'Join', charterId: run.charterId, endpoint } as const;
  assert.equal(await recover(deployment, statement, handed[0]!['signature'] as `0x${string}`), address);
});

test('[CH6] a member that moves back to an address that it had before is told so, for the contract never lets it', async () => {
  const { party } = member({ already: true });
  await assert.rejects(
    join(party, reporter, run, signal),
    /https:\/\/member.example was announced before: .*set publicUrl to an address that it never had/,
  );
});
