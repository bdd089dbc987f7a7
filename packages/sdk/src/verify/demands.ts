/** Who was asked for bytes on chain, and what came of it [CM10]. */
import { isPieced } from '../pieces.ts';
import { placesOf } from '../seats.ts';
import type { DemandView, RunView } from '../view.ts';
import type { Findings } from './clauses.ts';
import { placeName } from './clock.ts';

/**
 * [CM10] Names whoever did not publish what it was asked for. That alone is no fault of the run: where the bytes are
 * needed and nobody has them, the clause that needs them says so. What is asked of a stranger to the attempt is no
 * holder's promise.
 */
export function checkDemands(run: RunView, now: number, findings: Findings): void {
  if (!isPieced(run.charter)) return;
  const asked = [...run.demands.values()].filter((demand) => attemptSeats(run, demand));
  const those = (state: DemandView['state']): readonly DemandView[] => asked.filter((demand) => demand.state === state);
  const named = those('forfeited').map(
    (demand) =>
      `${demand.holder} withheld ${demand.piece} of ${placeName(demand)} (transaction ${demand.origin.transaction})`,
  );
  const waiting = those('open').map(
    (demand) =>
      `${demand.holder} is asked for ${demand.piece} of ${placeName(demand)}, due ${demand.due > now ? `in ${demand.due - now} s` : 'now'}`,
  );
  const count = `${asked.length} demands, ${those('answered').length} answered`;
  findings.record('CM10', 'PASS', [count, ...named, ...waiting].join('; '));
}

const attemptSeats = (run: RunView, { round, attempt, holder }: DemandView): boolean => {
  const view = run.attempts.find((each) => each.round === round && each.attempt === attempt);
  return view !== undefined && placesOf(view, holder) !== undefined;
};
