/** A plan.json that “concord plan --out” wrote, before anybody knows whether it is whole. */
import { readFileSync } from 'node:fs';
import type { Plan } from '@concord/planner';
import { SettingError } from '../settings/checks.ts';

const todo = 'pass a plan.json that “concord plan --out” wrote';

/** Its fields, as far as it has any. Throws SettingError naming the option where it cannot be read. */
export function planFieldsIn(path: string, option: string): Partial<Plan> {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as Partial<Plan> | null) ?? {};
  } catch {
    throw new SettingError(option, `${path} cannot be read as JSON: ${todo}`);
  }
}

export const noPlan = (path: string, option: string): SettingError =>
  new SettingError(option, `${path} is no plan of version 1: ${todo}`);
