/** The plan that a run was begun with, as far as a re-plan holds the run to it. */
import type { Planned, Point } from '@concord/planner';
import type { Charter } from '@concord/sdk';
import { SettingError } from '../settings/checks.ts';
import { noPlan, planFieldsIn } from './planFile.ts';

/** Rounds and holders of a choice are those of the charter: it has one sum more than training rounds, for statistics. */
const isOf = (charter: Charter, { choice }: Point): boolean =>
  choice.trainingRounds + 1 === charter.limits.rounds &&
  (choice.committee ? choice.committee.shares === charter.aggregation.shares : charter.aggregation.holders === 1);

/** Throws SettingError for what is no plan, or is one of another charter. */
export function plannedFor(path: string, charter: Charter): Planned {
  const { version, question, prices, calibration, recommended, asDrafted } = planFieldsIn(path, '--plan');
  const whole =
    version === 1 &&
    Array.isArray(question?.records) &&
    Array.isArray(prices?.chains) &&
    calibration?.version === 1 &&
    typeof recommended?.choice?.chain === 'string' &&
    typeof asDrafted?.choice?.chain === 'string';
  if (!whole) throw noPlan(path, '--plan');
  const point = [recommended!, asDrafted!].find((each) => isOf(charter, each));
  if (!point || question!.members !== charter.members.length || question!.records.length !== question!.members)
    throw new SettingError(
      '--plan',
      `${path} is about other rounds, holders or members than this run’s: pass the plan that its charter was written from`,
    );
  return { prices: prices!, calibration, records: question!.records, chain: point.choice.chain };
}
