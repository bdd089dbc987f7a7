/** A vote, a join or an appeal handed to a relayer, which carries it to the chain and pays [CH6][WI7]. */
import { encodeAppeal, type SignedAppeal, type SignedWithdrawal } from '../appeals.ts';
import type { Deployment, Hex } from '../facts.ts';
import { addressOf, sign } from '../signing.ts';

/** A relayer said no, or nobody answered at its address. */
export class RelayerError extends Error {
  readonly code: string;
  readonly relayer: string;
  constructor(code: string, relayer: string, message: string) {
    super(`the relayer at ${relayer}: ${message}`);
    this.name = 'RelayerError';
    this.code = code;
    this.relayer = relayer;
  }
}

export interface Handed {
  /** Undefined: it stood on chain already. */
  readonly transaction: Hex | undefined;
}

const PATIENCE = 60_000;

async function hand(relayer: string, what: 'votes' | 'joins' | 'appeals', body: string): Promise<Handed> {
  let status: number;
  let answer: Readonly<Record<string, unknown>>;
  try {
    const response = await fetch(`${relayer}/${what}`, {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(PATIENCE),
    });
    status = response.status;
    answer = (await response.json()) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RelayerError('UNREACHABLE', relayer, `no answer (${reason}); check its address, or ask another relayer`);
  }
  if (status !== 200) throw new RelayerError(String(answer['code']), relayer, String(answer['message']));
  const { transaction } = answer;
  return { transaction: typeof transaction === 'string' ? (transaction as Hex) : undefined };
}

export interface Signer {
  readonly privateKey: Hex;
  readonly deployment: Deployment;
  /** URL without a slash at its end. */
  readonly relayer: string;
}

/** Signs a vote and hands it over; resolves when it stands on chain. Throws RelayerError. */
export async function handVote(signer: Signer, charterId: Hex, support: boolean): Promise<Handed> {
  const { privateKey, deployment, relayer } = signer;
  const signature = await sign(privateKey, deployment, { kind: 'Vote', charterId, support });
  return hand(relayer, 'votes', JSON.stringify({ charterId, voter: addressOf(privateKey), support, signature }));
}

/** Signs where this member is reached and hands it over; resolves when it stands on chain. Throws RelayerError. */
export async function handJoin(signer: Signer, charterId: Hex, endpoint: string): Promise<Handed> {
  const { privateKey, deployment, relayer } = signer;
  const signature = await sign(privateKey, deployment, { kind: 'Join', charterId, endpoint });
  return hand(relayer, 'joins', JSON.stringify({ charterId, member: addressOf(privateKey), endpoint, signature }));
}

/**
 * Hands over what an account signed against a model; resolves when it stands on chain. A relayer that carried it serves its
 * text, also one that has forgotten it and is handed it again [GU14]. Throws RelayerError.
 */
export const handAppeal = (relayer: string, signed: SignedAppeal | SignedWithdrawal): Promise<Handed> =>
  hand(relayer, 'appeals', encodeAppeal(signed));
