/** The plan that a run was begun with, as far as a re-plan holds the run to it. */
import { readFileSync } from 'node:fs';
import type { Plan, Planned, Point } from '@concord/planner';
import type { Charter } from '@concord/sdk';
import { SettingError } from '../settings/checks.ts';

/** Rounds and holders of a choice are those of the charter: it has one sum more than training rounds, for statistics. */
const isOf = (charter: Charter, { choice }: Point): boolean =>
  choice.trainingRounds + 1 === charter.limits.rounds &&
  (choice.committee ? choice.committee.shares === charter.aggregation.shares : charter.aggregation.holders === 1);

/** Throws SettingError for what is no plan, or is one of another charter. */
export function plannedFor(path: string, charter: Charter): Planned {
  let plan: Partial<Plan> | null;
  try {
    plan = JSON.parse(readFileSync(path, 'utf8')) as Partial<Plan> | null;
  } catch {
    throw new SettingError(
      '--plan',
      `${path} cannot be read as JSON: pass a plan.json that “concord plan --out” wrote`,
    );
  }
  const { version, question, prices, calibration, recommended, asDrafted } = plan ?? {};
  const whole =
    version === 1 &&
    Array.isArray(question?.records) &&
    Array.isArray(prices?.chains) &&
    calibration?.version === 1 &&
    typeof recommended?.choice?.chain === 'string' &&
    typeof asDrafted?.choice?.chain === 'string';
  if (!whole)
    throw new SettingError(
      '--plan',
      `${path} is no plan of version 1: pass a plan.json that “concord plan --out” wrote`,
    );
  const point = [recommended!, asDrafted!].find((each) => isOf(charter, each));
  if (!point || question!.members !== charter.members.length || question!.records.length !== question!.members)
    throw new SettingError(
      '--plan',
      `${path} is about other rounds, holders or members than this run’s: pass the plan that its charter was written from`,
    );
  return { prices: prices!, calibration, records: question!.records, chain: point.choice.chain };
}
