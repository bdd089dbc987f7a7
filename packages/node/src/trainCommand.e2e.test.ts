/**
 * Real processes on a real chain. Federated averaging: one member trains by a program of its own, one by a liar's that
 * answers with huge numbers, one by a broken one that answers with none. Gradients: one member by a program of its own.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { RunState } from '@concord/protocol';
import type { Fact, RunView } from '@concord/sdk';
import { untilFinished, verifiedByStranger } from '../../testing/src/audience.ts';
import { type Consortium, startConsortium } from '../../testing/src/consortium.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/train-command/train.mjs', import.meta.url));

/** Writes an update with the same number in every parameter of the small model. */
const ANSWER = `
const { writeFileSync } = require('node:fs');
const json = Buffer.from(JSON.stringify({ update: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } }));
const length = Buffer.alloc(8);
length.writeBigUInt64LE(BigInt(json.length));
writeFileSync(process.env.CONCORD_UPDATE, Buffer.concat([length, json, Buffer.from(new Float32Array(4).fill(Number(process.argv[2])).buffer)]));
`;

for (const averaging of [true, false])
  describe(averaging ? 'federated averaging' : 'gradients of records', () => {
    const folder = mkdtempSync(join(tmpdir(), 'concord-train-e2e-'));
    const answer = join(folder, 'answer.cjs');
    const [rounds, members] = averaging ? [3, 4] : [2, 3];
    let consortium: Consortium;
    let facts: readonly Fact[] = [];
    let run: RunView;
    let state: RunState;

    before(async () => {
      writeFileSync(answer, ANSWER);
      consortium = await startConsortium({
        members,
        rounds,
        averaging,
        trainCommands: {
          1: [process.execPath, EXAMPLE],
          ...(averaging && { 2: [process.execPath, answer, '1e30'], 3: [process.execPath, answer, 'NaN'] }),
        },
        // A member that has nothing to send is waited for until the last quarter of UPLOAD.
        phaseSeconds: averaging ? 12 : 30,
        blockMilliseconds: 150,
      });
      ({ facts, run, state } = await untilFinished(consortium));
    });
    after(async () => {
      await consortium?.stop();
      rmSync(folder, { recursive: true });
    });

    test('[LR22] a run with members that train by programs of their own finishes, every update counted that came', () => {
      const settled = run.attempts.filter((each) => each.settled);
      assert.equal(settled.length, rounds);
      // Round 0 is nobody's program's.
      for (const { round, verified } of settled) assert.equal(verified?.updates, round === 0 ? members : 3);
      for (const [i, { events }] of consortium.members.entries()) {
        const trained = events.filter(({ event }) => event === 'training by command');
        assert.equal(trained.length > 0, i === 1 || (i > 1 && averaging), `member ${i}`);
      }
    });

    if (averaging)
      test('[LR22] a member whose program answers with NaN says so, sends nothing, and goes on holding its share', async () => {
        const { events, endpoint } = consortium.members[3]!;
        const reasons = events.filter(({ event }) => event === 'failed').map(({ reason }) => String(reason));
        assert.ok(
          reasons.some((reason) => /tensor “update”: value 0 is NaN, need finite numbers/.test(reason)),
          reasons.join('; '),
        );
        const sent = events.filter(({ event, type }) => event === 'uploaded' && type === 'update');
        assert.deepEqual(new Set(sent.map(({ round }) => round)), new Set([0]));
        assert.equal(events.filter(({ event }) => event === 'settled').length, rounds);
        assert.equal((await fetch(`${endpoint}/status`)).status, 200);
      });

    test('[LR21] the model has moved, and no further than clipped updates and their noise can move it', async () => {
      const { parameters } = state.optimizer.model;
      assert.ok(parameters.some((value) => value !== 0));
      // The liar asked for 1e30; an int32 in Q16 that were cut would stand at its edge.
      assert.ok(parameters.every((value) => Math.abs(value) < 2 ** 30));
    });

    test('[RD3] a stranger verifies the run from public records: PASS, at the level that the charter promises', async () => {
      const clauses = await verifiedByStranger(consortium, facts);
      const spent = clauses.find(({ id }) => id === 'CH4')?.evidence ?? '';
      assert.match(spent, averaging ? /, member level$/ : /, record level$/);
    });
  });
