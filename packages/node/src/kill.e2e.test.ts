/**
 * Kills by seed: every role three times, at drawn moments of drawn phases, with SIGKILL, and started again on the same
 * folder. The chain keeps no log, so it is stopped (SIGSTOP) and goes on. `CONCORD_SEED=<seed> npm test -- kill.e2e`
 * plays the same draw again; how far a machine has got at each moment is its own.
 */
import assert from 'node:assert/strict';
import { createHash, randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type AttemptView,
  decodeHeaderBlob,
  fetchBlob,
  type Hex,
  memberOf,
  phaseAt,
  PHASES,
  sharesOf,
} from '@concord/sdk';
import { bytesToHex } from './core/hex.ts';
import {
  type Consortium,
  type ConsortiumOptions,
  type NodeProcess,
  startConsortium,
} from '../../testing/src/consortium.ts';
import { describeAttempts, type Eavesdropper, eavesdrop } from '../../testing/src/eavesdrop.ts';

const SEED = process.env['CONCORD_SEED'] ?? String(randomInt(1_000_000));
const PATIENCE = 130_000;
const KILLS = 3;

type Role = 'member' | 'primary' | 'standby' | 'relayer' | 'chain';

interface Kill {
  readonly role: Role;
  readonly round: number;
  readonly phase: string;
  /** Which of those who have the role. */
  readonly which: number;
  /** Milliseconds after the phase was first seen. */
  readonly after: number;
  readonly downFor: number;
}

/** The same numbers for the same seed: 0 ≤ n < below. */
const drawer = (name: string) => {
  let count = 0;
  return (below: number): number =>
    createHash('sha256').update(`${SEED}/${name}/${count++}`).digest().readUInt32BE() % below;
};

/** Each role `KILLS` times, no two in the same phase of the same round. */
function scheduleOf(name: string, roles: readonly Role[], rounds: number): readonly Kill[] {
  const draw = drawer(name);
  const moments = Array.from({ length: rounds }, (_, round) =>
    PHASES.slice(0, -1).map((phase) => ({ round, phase })),
  ).flat();
  return roles
    .flatMap((role) => Array.from({ length: KILLS }, () => role))
    .map((role) => {
      const [moment] = moments.splice(draw(moments.length), 1);
      return { role, ...moment!, which: draw(64), after: draw(400), downFor: draw(1_200) };
    });
}

const RUNS: readonly { readonly name: string; readonly roles: readonly Role[]; readonly options: ConsortiumOptions }[] =
  [
    {
      name: 'members that hold the shares',
      roles: ['member', 'relayer', 'chain'],
      options: { members: 3, rounds: 2, phaseSeconds: 20, blockMilliseconds: 150 },
    },
    {
      name: 'a committee of three pairs',
      roles: ['member', 'primary', 'standby'],
      options: {
        members: 3,
        rounds: 2,
        committee: { shares: 3, aggregators: 6 },
        phaseSeconds: 16,
        blockMilliseconds: 150,
      },
    },
  ];

for (const { name, roles, options } of RUNS)
  describe(`${name}, killed by seed ${SEED}`, () => {
    const schedule = scheduleOf(name, roles, options.rounds);
    const done: Kill[] = [];
    let run: Consortium;
    let listener: Eavesdropper;
    let finished = false;
    let seconds = 0;

    const targetOf = ({ role, which }: Kill, attempt: AttemptView): NodeProcess | undefined => {
      const pick = <T>(all: readonly T[]): T | undefined => all[which % all.length];
      if (role === 'member') return pick(run.members);
      if (role === 'relayer') return run.relayer;
      const shares = sharesOf(attempt);
      const seats = attempt.seated?.seats ?? [];
      const holders = role === 'primary' ? seats.slice(0, shares) : seats.slice(shares);
      // Before anybody is seated whoever may be drawn is as good.
      const holder = pick(holders)?.holder ?? pick(run.aggregators)?.address;
      return run.aggregators.find(({ address }) => address === holder);
    };

    /** Whoever is being killed or started again is left alone meanwhile. */
    const busy = new Set<NodeProcess | 'chain'>();

    const kill = async (kill: Kill, target: NodeProcess | 'chain'): Promise<void> => {
      busy.add(target);
      await delay(kill.after);
      if (target === 'chain') run.chain.pause();
      else await target.kill();
      await delay(kill.downFor);
      if (target === 'chain') run.chain.resume();
      else await target.restart();
      busy.delete(target);
      done.push(kill);
    };

    before(async () => {
      run = await startConsortium(options);
      listener = eavesdrop(run);
      const started = performance.now();
      const left = [...schedule];
      const flying: Promise<void>[] = [];
      finished = await listener.until(() => {
        const now = listener.attempts.at(-1);
        // A phase that was over before anybody looked is made up for in the next one.
        const reached = ({ round, phase }: Kill): boolean =>
          !!now &&
          (now.round > round ||
            (now.round === round && PHASES.indexOf(phaseAt(now)) >= PHASES.indexOf(phase as 'SEAT')));
        const next = left.find(reached);
        const target = next && (next.role === 'chain' ? 'chain' : targetOf(next, now!));
        if (target && !busy.has(target)) {
          left.splice(left.indexOf(next), 1);
          flying.push(kill(next, target));
        }
        return listener.attempts.filter(({ settled }) => settled).length === options.rounds;
      }, PATIENCE);
      await Promise.all(flying);
      await listener.look();
      seconds = (performance.now() - started) / 1_000;
    });
    after(() => run?.stop());

    test('[RD7] the run ends', (t) => {
      t.diagnostic(`CONCORD_SEED=${SEED}: ${seconds.toFixed(0)} s, attempts ${describeAttempts(listener.attempts)}`);
      for (const each of done)
        t.diagnostic(
          `${each.role} ${each.which} in ${each.round}/${each.phase} + ${each.after} ms for ${each.downFor} ms`,
        );
      assert.ok(finished);
      for (const role of roles) assert.ok(done.filter((each) => each.role === role).length >= KILLS - 1, role);
    });

    test('[RD10] nobody says two things', () => {
      assert.deepEqual(listener.contradictions, []);
    });

    test('[WI2] every report that was acknowledged is listed', async () => {
      const endpoints = [...run.members, ...run.aggregators].map(({ endpoint }) => endpoint);
      const lists = new Map<Hex, readonly string[]>();
      for (const { address, events } of run.members)
        for (const { round, attempt, type } of events.filter(({ event }) => event === 'uploaded')) {
          const view = listener.attempts.find((each) => each.round === round && each.attempt === attempt);
          const blob = (type === 'noise' ? view?.noise : view?.uploads)?.blob;
          if (!blob) continue;
          const listed =
            lists.get(blob) ??
            decodeHeaderBlob(await fetchBlob(endpoints, blob), sharesOf(view!))!.map((entry) =>
              bytesToHex(memberOf(entry)),
            );
          lists.set(blob, listed);
          assert.ok(listed.includes(address), `${type} of ${address}, round ${round}, attempt ${attempt}`);
        }
      assert.ok(lists.size >= 2 * options.rounds);
    });

    test('[RD3] a stranger finds nothing wrong', async () => {
      const { clauses } = await listener.verify();
      assert.deepEqual(
        clauses.filter(({ verdict }) => verdict === 'FAIL' || verdict === 'INCOMPLETE'),
        [],
      );
    });
  });
