/** Demands of a run as the command line names them, and from when on what can be done about them [CM10]. */
import { type DemandView, duration, type Hex, type RunView, timeOf } from '@concord/sdk';
import { hash, SettingError } from './settings/checks.ts';

export interface NamedDemand {
  readonly demandId: Hex;
  readonly demand: DemandView;
}

/** Seconds between a demand and the moment from which a holder that never answered can be slashed [CM10]. */
const SLASH_DELAY = 86_400;

/** Seconds since 1970: the moment at which the holder's stake can be burned. */
export const slashableFrom = ({ due }: DemandView, { charter }: RunView): number =>
  due - charter.deadlines.verify + SLASH_DELAY;

const wordsOf = ([id, { holder, round, attempt, due, state }]: readonly [Hex, DemandView]): string =>
  `${id} (${holder}, round ${round}, attempt ${attempt}, ${state}, due ${timeOf(due)})`;

/** The demand of this id, or the only one that `fits`. Throws SettingError listing what there is. */
export function demandMeant(run: RunView, id: string | undefined, fits: (demand: DemandView) => boolean): NamedDemand {
  const all = [...run.demands];
  const list = all.length === 0 ? 'none' : all.map(wordsOf).join('; ');
  if (id !== undefined) {
    const demandId = hash(id, '--demand');
    const demand = run.demands.get(demandId);
    if (demand) return { demandId, demand };
    throw new SettingError('--demand', `no demand ${demandId} was made in run ${run.charterId}; there are: ${list}`);
  }
  const [only, ...others] = all.filter(([, demand]) => fits(demand));
  if (only && others.length === 0) return { demandId: only[0], demand: only[1] };
  throw new SettingError('--demand', `${only ? 'several' : 'none'} can be meant, name one; there are: ${list}`);
}

/** “2026-… (in 3 hours)”. */
export const momentOf = (at: number, now: number): string => `${timeOf(at)} (in ${duration(at - now)})`;
