/** The end of a demo whose charter the contract would not even put to a vote. */
import { TransactionError } from '@concord/sdk';
import type { Renderer } from '../render.ts';
import { decimal } from './progress.ts';

export const isRefusedProposal = (error: unknown): error is TransactionError =>
  error instanceof TransactionError && error.functionName === 'propose' && error.code === 'FloorBroken';

export interface RefusedProposal {
  readonly refused: {
    /** The rule and the parameter, as the contract names them. */
    readonly rule: string;
    readonly have: string;
    readonly need: string;
    readonly why: string;
  };
}

/** Says which rule the charter breaks, by how much, and what that means where it is known. */
export function showRefusedProposal(render: Renderer, { values, have, need }: TransactionError): RefusedProposal {
  const rule = String(values['rule']);
  const why =
    rule === 'LG2 price'
      ? `one round with the noise in its struct costs ρ = ${decimal(BigInt(String(have)))}, and the ε that it promises pays for ρ = ${decimal(BigInt(String(need)))} in all`
      : `${rule} is ${String(have)}, must be ${String(need)}`;
  const [clause] = rule.split(' ');
  render.title('The charter is refused');
  render.line(`  BROKEN  ${clause}  by whoever proposed the charter: the contract does not put it to a vote`, 'bad');
  render.prose(why, '          → ');
  render.line();
  render.line('  FAIL: nobody voted, nothing was opened, nothing is spent', 'bad');
  return { refused: { rule, have: String(have), need: String(need), why } };
}
