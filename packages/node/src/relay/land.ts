/** One transaction per phase, when everything that it needs has been said. Landing twice reverts and changes nothing [RD2]. */
import {
  begin,
  closeNoise,
  closeUploads,
  type CommitteeSeat,
  draw,
  type Hex,
  holdersOf,
  isCommittee,
  type Landed,
  openRound,
  queryRound,
  recordUnmasked,
  recordUnmaskedCommittee,
  recordVerified,
  seat,
  seatCommittee,
  settle,
  voidAttempt,
} from '@concord/sdk';
import { delay, within } from '../clock.ts';
import type { Landing } from '../core/landings.ts';
import { agreed, type Errand, preimages, statementOf, statements } from './gather.ts';

/** How long a late committee is waited for once the seat deadline has passed, milliseconds. */
const LAST_CALL = 2_000;

/** Sends what was gathered, when it is called. */
type Sending = () => Promise<Landed>;

/**
 * Gathers what a transition needs; what it resolves with sends it. Rejects with GatherError, and then with the SDK's
 * TransactionError; trying again is safe.
 */
export async function prepare(landing: Landing, errand: Errand): Promise<Sending> {
  const { client, run } = errand;
  const runId = run.charterId;
  if (landing.kind === 'void') return () => voidAttempt(client, runId);
  if (landing.kind === 'begin') return () => begin(client, runId);
  if (landing.kind === 'draw') return () => draw(client, runId);
  if (landing.kind === 'seatPresent')
    return isCommittee(run.charter) ? seatDrawn(errand, true) : seatPresent(errand, landing.least);
  const holders = holdersOf(errand.view);
  switch (landing.phase) {
    case 'SEAT':
      return isCommittee(run.charter) ? seatDrawn(errand, false) : seatAll(errand);
    case 'NOISE': {
      const { statement, signatures } = await agreed(errand, 'NoiseClosed');
      return () => closeNoise(client, { runId, holders, root: statement.root, blob: statement.blob, signatures });
    }
    case 'OPEN': {
      const opening = await preimages(errand, 'open');
      return () => openRound(client, { runId, preimages: opening });
    }
    case 'UPLOAD': {
      const { statement, signatures } = await agreed(errand, 'UploadsClosed');
      return () => closeUploads(client, { runId, holders, root: statement.root, blob: statement.blob, signatures });
    }
    case 'QUERY': {
      const querying = await preimages(errand, 'query');
      return () => queryRound(client, { runId, preimages: querying });
    }
    case 'VERIFY': {
      const { statement, signatures } = await agreed(errand, 'Verified');
      const { verifierRoot, acceptRoot, updates, noises, blob } = statement;
      return () =>
        recordVerified(client, { runId, holders, verifierRoot, acceptRoot, updates, noises, blob, signatures });
    }
    case 'UNMASK': {
      const all = await statements(errand, 'Unmasked');
      const shareDigests = all.map(({ statement }) => statement.shareDigest);
      const signatures = all.map(({ signature }) => signature);
      if (!isCommittee(run.charter)) return () => recordUnmasked(client, { runId, holders, shareDigests, signatures });
      const drawPreimages = await preimages(errand, 'draw');
      return () => recordUnmaskedCommittee(client, { runId, holders, shareDigests, drawPreimages, signatures });
    }
    case 'SETTLE': {
      const { statement, signatures } = await agreed(errand, 'Settled');
      const { aggregateRoot, modelHash, blob } = statement;
      return () => settle(client, { runId, holders, aggregateRoot, modelHash, blob, signatures });
    }
    default:
      return landing.phase satisfies never;
  }
}

const ZERO: Hex = `0x${'00'.repeat(32)}`;

/**
 * [CM5] Those who were drawn sit: all of them, or past the seat deadline those who answer, if every share has one. A
 * missing seat is the drawn address and zeros.
 */
async function seatDrawn(errand: Errand, present: boolean): Promise<Sending> {
  const { client, run, view } = errand;
  const drawn = view.draw?.committee ?? [];
  const signal = present ? within(errand.clock, LAST_CALL, errand.signal) : errand.signal;
  const asked = drawn.map((holder) => statementOf({ ...errand, signal }, holder, 'CommitteeSeat'));
  const said = present
    ? (await Promise.allSettled(asked)).map((each) => (each.status === 'fulfilled' ? each.value : undefined))
    : await Promise.all(asked);
  errand.signal.throwIfAborted();
  const shares = drawn.length / 2;
  const empty = said.findIndex((seat, i) => i < shares && !seat && !said[shares + i]);
  if (empty >= 0) throw new RangeError(`neither holder of share ${empty + 1} answers: start one of them, or wait`);
  const seating = {
    runId: run.charterId,
    roster: run.snapshot?.roster ?? [],
    seats: said.map((seat, i): CommitteeSeat => {
      const { sealKey, openCommit, queryCommit, drawCommit } = seat?.statement ?? {
        sealKey: ZERO,
        openCommit: ZERO,
        queryCommit: ZERO,
        drawCommit: ZERO,
      };
      return { holder: drawn[i]!, sealKey, openCommit, queryCommit, drawCommit };
    }),
    signatures: said.map((seat): Hex => seat?.signature ?? '0x'),
  };
  return () => seatCommittee(client, seating);
}

/** [RD6] Every member sits. */
async function seatAll(errand: Errand): Promise<Sending> {
  const members = errand.run.charter.members;
  return landSeats(errand, await Promise.all(members.map((member) => statementOf(errand, member, 'Seat'))));
}

/** [RD6] Past the seat deadline: those who answer, if they are enough. */
async function seatPresent(errand: Errand, least: number): Promise<Sending> {
  const signal = within(errand.clock, LAST_CALL, errand.signal);
  const asked = errand.run.charter.members.map((member) => statementOf({ ...errand, signal }, member, 'Seat'));
  const present = (await Promise.allSettled(asked)).flatMap((each) =>
    each.status === 'fulfilled' ? [each.value] : [],
  );
  errand.signal.throwIfAborted();
  if (present.length < least) {
    await delay(errand.clock, LAST_CALL, errand.signal);
    throw new RangeError(`${present.length} members answered, need ${least} to sit: start the others, or wait`);
  }
  return landSeats(errand, present);
}

type SaidSeat = Awaited<ReturnType<typeof statementOf<'Seat'>>>;

/** Members are listed in ascending order, which is the order of seats [RD9]. */
const landSeats =
  (errand: Errand, said: readonly SaidSeat[]): Sending =>
  () =>
    seat(errand.client, {
      runId: errand.run.charterId,
      seats: said.map(({ holder, statement: { sealKey, openCommit, queryCommit } }) => ({
        holder,
        sealKey,
        openCommit,
        queryCommit,
      })),
      signatures: said.map(({ signature }) => signature),
    });
