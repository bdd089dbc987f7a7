/** What “concord plan” and “concord charter lint” are asked about: a draft, its members, and what is known of their records. */
import { decodeCharterText } from '@concord/protocol';
import { anyMembers, compileAt, type Draft } from '@concord/planner';
import type { Address } from '@concord/sdk';
import type { Records } from '@concord/trainer';
import { readDraft, readMembers } from '../charterFile.ts';
import { readData } from '../refusals.ts';
import { integer, SettingError } from '../settings/checks.ts';

export interface Task {
  readonly draft: Draft;
  readonly members: readonly Address[];
  /** Records that each member is taken to hold; undefined: nobody said. */
  readonly rows: readonly number[] | undefined;
  /** What the person holds, file by file; it stays in this process. */
  readonly records: readonly Records[] | undefined;
}

export const taskArgs = {
  members: { type: 'string', description: 'file with one address a line, or addresses with commas between' },
  count: {
    type: 'string',
    description: 'how many members, while their addresses are not known (default: as many as --rows, else 3)',
  },
  data: {
    type: 'string',
    description:
      'records to pilot on, CSV; several files, one a member, with commas between. They do not leave this process',
  },
  rows: {
    type: 'string',
    description:
      'how many records members hold, “2000,1500,1200”, or one number for all; without --data the pilot makes up as many',
  },
} as const;

export interface TaskArgs {
  readonly file: string;
  readonly members?: string | undefined;
  readonly count?: string | undefined;
  readonly data?: string | undefined;
  readonly rows?: string | undefined;
}

const MOST_MEMBERS = 255;
/** A pilot makes up as many, in memory. */
const MOST_ROWS = 1_000_000;

function rowsOf(said: string): readonly number[] {
  return said.split(',').map((each) => integer(1, MOST_ROWS)(each.trim(), '--rows'));
}

/** One number a member. Throws SettingError where their numbers do not fit. */
function spread(rows: readonly number[], members: number): readonly number[] {
  if (rows.length === 1) return new Array<number>(members).fill(rows[0]!);
  if (rows.length !== members)
    throw new SettingError(
      '--rows',
      `have ${rows.length} numbers for ${members} members: give one for each, or one for all`,
    );
  return rows;
}

/** Reads what a command line says. Throws SettingError naming what to correct. */
export function readTask({ file, members: named, count, data, rows: said }: TaskArgs): Task {
  const draft = readDraft(file);
  const rows = said === undefined ? undefined : rowsOf(said);
  const files = data?.split(',').map((each) => each.trim()) ?? [];
  const known = Math.max(rows?.length ?? 0, files.length);
  const members =
    named !== undefined
      ? readMembers(named)
      : anyMembers(count === undefined ? Math.max(3, known) : integer(3, MOST_MEMBERS)(count, '--count'));
  if (files.length > members.length)
    throw new SettingError(
      '--data',
      `have ${files.length} files for ${members.length} members: one a member, as many as there are`,
    );
  const { trainingRounds, committee } = draft.terms;
  const choice = { trainingRounds, chain: '', hour: 0, ...(committee && { committee }) };
  const compiles = (held: readonly number[]): void => {
    const found = compileAt(draft, choice, members, held);
    if ('refused' in found) throw new SettingError(file, found.refused);
  };
  compiles([]);
  const text = decodeCharterText(draft.text);
  const records = files.length === 0 ? undefined : files.map((each) => readData(each, text));
  // Who brings a file for every member has said how many each holds; one file stands for all.
  const counted = records?.map(({ count: each }) => each);
  const mean = counted && Math.round(counted.reduce((a, b) => a + b, 0) / counted.length);
  const assumed = counted && (counted.length === members.length ? counted : [mean!]);
  const perMember = rows ?? assumed;
  compiles(perMember ?? []);
  return { draft, members, rows: perMember && spread(perMember, members.length), records };
}
