/** A choice as a member's node would compile it; what does not compile, or what a member would not join, is no choice. [PL1] */
import { CharterTextError } from '@concord/protocol';
import { type Address, CharterTermsError, type CompiledCharter, compileCharter } from '@concord/sdk';
import { draftAt } from './draftAt.ts';
import type { Choice, Draft } from './types.ts';

/** The commitment's matrix is drawn when a charter is proposed; nothing that is costed depends on it. */
const ANY_SEED = `0x${'00'.repeat(32)}` as const;

export type CompiledChoice =
  | { readonly compiled: CompiledCharter }
  /** Why this is no choice, and what to correct, in a sentence. */
  | { readonly refused: string };

/** So many addresses, where only the number of members is known: their order and values cost nothing. */
export const anyMembers = (count: number): readonly Address[] =>
  Array.from({ length: count }, (_, i): Address => `0x${(i + 1).toString(16).padStart(40, '0')}`);

/** Compiles a choice for these members, who hold so many records each. Throws nothing that a draft can cause. */
export function compileAt(
  draft: Draft,
  choice: Choice,
  members: readonly Address[],
  records: readonly number[],
): CompiledChoice {
  try {
    const compiled = compileCharter(draftAt(draft, choice), members, ANY_SEED);
    const { unit, maxRecords } = compiled.charter.aggregation;
    const most = Math.max(0, ...records);
    if (unit === 1 && most > maxRecords)
      return { refused: `CH2: a member holds ${most} records, the charter allows ${maxRecords}: raise maxRecords` };
    return { compiled };
  } catch (error) {
    if (error instanceof CharterTextError || error instanceof CharterTermsError) return { refused: error.message };
    throw error;
  }
}
