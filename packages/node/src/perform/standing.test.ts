import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Secret } from '@concord/protocol';
import { type AttemptView, currentAttempt, type Deployment, type Hex, PHASES } from '@concord/sdk';
import { runInPhase } from '../../../testing/src/stages.ts';
import { loadKernels } from '../adapters/kernels.ts';
import { systemClock } from '../adapters/clock.ts';
import { nodePlatform, nodeRandom } from '../adapters/platform.ts';
import { Bell } from '../bell.ts';
import { duties } from '../core/duties.ts';
import { bytesToHex } from '../core/hex.ts';
import { entry } from '../core/slot.ts';
import { openJournal } from '../journal.ts';
import { Meter } from '../meter.ts';
import { honestly, type Party } from '../ports.ts';
import { said } from '../statements.ts';
import { Workbench } from '../workbench.ts';
import { seat } from './seat.ts';
import { rememberBasis, silenceIn, takenBack } from './standing.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-standing-'));
after(() => rmSync(folder, { recursive: true }));
const components = { platform: nodePlatform, kernels: loadKernels() };
const word = (digits: string): Hex => `0x${digits.repeat(32)}`;
const deployment: Deployment = {
  chainId: 31_337,
  charters: `0x${'11'.repeat(20)}`,
  rounds: `0x${'22'.repeat(20)}`,
  inference: `0x${'33'.repeat(20)}`,
};
const never = (): Promise<never> => Promise.reject(new Error('nobody is asked'));

let journals = 0;
function member(address: Hex): Party {
  const journal = openJournal(join(folder, `${journals++}.sqlite`));
  after(() => journal.close());
  return {
    me: { address, endpoint: `http://${address}`, part: 'member' },
    secretKey: new Secret(nodeRandom(32)),
    deployment,
    journal,
    peers: { blob: never, post: never, putReport: never, putSeal: never, headers: never, hand: never },
    components,
    random: nodeRandom,
    holding: honestly,
    bell: new Bell(systemClock),
    workbench: new Workbench(components, deployment, address),
    meter: new Meter(),
    clock: systemClock,
    publish: never,
    log: () => undefined,
  };
}

const stage = runInPhase('UNMASK');
const run = stage.run();
const slot = { runId: run.charterId, round: 0, attempt: 0 };
const me = stage.members[0]!;
const FACTS = {
  seated: (view: AttemptView, other: Hex) => ({ ...view, seated: { ...view.seated!, committeeHash: other } }),
  noise: (view: AttemptView, root: Hex) => ({ ...view, noise: { ...view.noise!, root } }),
  open: (view: AttemptView, beacon: Hex) => ({ ...view, open: { ...view.open!, beacon } }),
  uploads: (view: AttemptView, root: Hex) => ({ ...view, uploads: { ...view.uploads!, root } }),
  query: (view: AttemptView, beacon: Hex) => ({ ...view, query: { ...view.query!, beacon } }),
  verified: (view: AttemptView, acceptRoot: Hex) => ({ ...view, verified: { ...view.verified!, acceptRoot } }),
} as const;

/** The attempt as it stands, with the seat that this member said. */
function seatedAs(party: Party): AttemptView {
  seat(party, slot, false);
  const { sealKey } = said(party.journal, slot, 'Seat') as { readonly sealKey: Hex };
  const view = currentAttempt(run)!;
  const seats = view.seated!.seats.map((each) => (each.holder === me ? { ...each, sealKey } : each));
  return { ...view, seated: { ...view.seated!, seats } };
}

describe('[RD15] facts that were taken back', () => {
  const party = member(me);
  const view = seatedAs(party);
  const place = party.workbench.place(run, view)!;
  rememberBasis(party, slot, view);

  for (const [name, otherwise] of Object.entries(FACTS))
    test(`another ${name} fact than was acted on silences the node, the same one again does not`, () => {
      const changed = otherwise(view, word('0f'));
      assert.equal(takenBack(party, slot, changed), name);
      assert.match(silenceIn(party, { place, view: changed }) ?? '', new RegExp(`took back the ${name} fact`));
      // What is remembered is the first, whatever is seen later.
      rememberBasis(party, slot, changed);
      assert.equal(silenceIn(party, { place, view }), undefined);
    });

  test('a fact that is gone and not yet there again silences nobody', () => {
    const { verified: _, query: __, ...earlier } = view;
    assert.equal(takenBack(party, slot, earlier), undefined);
  });

  test('another attempt is another matter', () => {
    assert.equal(takenBack(party, { ...slot, attempt: 1 }, FACTS.open(view, word('0f'))), undefined);
  });

  for (const phase of PHASES.slice(0, -1))
    test(`a silent node has no duty in ${phase}`, () => {
      const now = runInPhase(phase as Exclude<(typeof PHASES)[number], 'FINISHED'>);
      const known = { said: new Set<string>(), group: () => [], silent: true };
      const joined = { address: now.members[0]!, endpoint: `http://${now.members[0]}`, part: 'member' } as const;
      assert.deepEqual(duties(now.run(), joined, now.now(), known), []);
    });
});

describe('[RD10] a journal that was lost', () => {
  test('whose seat on chain it has no secrets of is silent: what it said is gone too', () => {
    const lost = member(me);
    const view = seatedAs(member(me));
    const place = lost.workbench.place(run, view)!;
    assert.match(
      silenceIn(lost, { place, view }) ?? '',
      /^SEAT_LOST: the journal does not hold the secrets of the seat/,
    );
  });

  test('beside a committee a member has no seat to lose', () => {
    const lost = member(me);
    const view = seatedAs(member(me));
    const place = { ...lost.workbench.place(run, view)!, share: 0 };
    assert.equal(silenceIn(lost, { place, view }), undefined);
  });

  test('keeps the basis of what it says', () => {
    const party = member(me);
    const view = seatedAs(party);
    rememberBasis(party, slot, view);
    assert.equal(bytesToHex(party.journal.read(slot, entry.basis('query'))!), view.query!.beacon);
  });
});
