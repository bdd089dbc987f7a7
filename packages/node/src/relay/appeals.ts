/** Appeals against finished models, carried for accounts without gas, and the texts of those that stand [GU14]. */
import {
  APPEAL_TEXT_BYTES,
  AppealError,
  appealText,
  carryAppeal,
  type ConcordClient,
  decodeAppeal,
  type Hex,
  isSigned,
  type SignedAppeal,
  type SignedWithdrawal,
  standingStatement,
  TransactionError,
} from '@concord/sdk';
import { refusal, type Reply, type Route } from '../api/route.ts';

type Signed = SignedAppeal | SignedWithdrawal;

/** Texts kept at a time, of at most 1 KB each; the oldest goes first. */
const TEXTS = 1_024;
const DAY = 86_400_000;
/** Of a body: a text whose every character is escaped, and the longest signature. */
const MOST = 6 * APPEAL_TEXT_BYTES + 2 * 4_096 + 2_048;

export interface AppealDesk {
  readonly route: Route;
  /** Text of an appeal that stands; `digest` is lower-case hex without prefix. */
  text(digest: string): Uint8Array | undefined;
}

/** Of what it may carry in a day: anybody can make accounts, and every one of them could appeal. */
function budget(perDay: number, now: () => number) {
  let since = now();
  let left = perDay;
  return {
    take(): boolean {
      if (now() - since >= DAY) [since, left] = [now(), perDay];
      if (left === 0) return false;
      left -= 1;
      return true;
    },
    giveBack(): void {
      left = Math.min(perDay, left + 1);
    },
  };
}

/** `now` in milliseconds. */
export function appealDesk(client: ConcordClient, perDay: number, now: () => number): AppealDesk {
  const { deployment } = client;
  const texts = new Map<Hex, Uint8Array>();
  const today = budget(perDay, now);
  const keep = (signed: Signed): void => {
    if (signed.kind !== 'appeal') return;
    const { bytes, digest } = appealText(signed.text);
    texts.delete(digest);
    texts.set(digest, bytes);
    if (texts.size > TEXTS) texts.delete(texts.keys().next().value!);
  };

  const carry = async (signed: Signed): Promise<Reply> => {
    if (perDay === 0 || !deployment.appeals)
      return refusal(
        503,
        'NOT_HERE',
        'this relayer carries no appeals: ask another, or “concord appeal carry --key FILE”',
      );
    if (signed.chainId !== deployment.chainId || signed.appeals !== deployment.appeals.toLowerCase())
      return refusal(
        422,
        'ELSEWHERE',
        `signed for another place than ${deployment.appeals} on chain ${deployment.chainId}`,
      );
    if (!(await isSigned(client, signed)))
      return refusal(422, 'SIGNATURE', `the ${signed.kind} is not signed by ${signed.account}`);
    const before = await standingStatement(client, signed.runId, signed.account);
    if (signed.kind === 'appeal' && before === appealText(signed.text).digest) {
      keep(signed);
      return { status: 200, body: { already: true } };
    }
    if (!today.take())
      return refusal(
        503,
        'ENOUGH',
        `this relayer carries ${perDay} appeals a day, and did: come again tomorrow, or “concord appeal carry --key FILE”`,
      );
    const { transaction } = await carryAppeal(client, signed).catch((error: unknown) => {
      // What was refused before it was sent cost nothing: whoever has no account to spend must not use up the day.
      if (error instanceof TransactionError && error.transaction === undefined) today.giveBack();
      throw error;
    });
    keep(signed);
    if (signed.kind === 'withdrawal') texts.delete(before);
    return { status: 200, body: { transaction } };
  };

  return {
    text: (digest) => texts.get(`0x${digest}`),
    route: {
      method: 'POST',
      path: '/appeals',
      most: () => MOST,
      async answer({ body }) {
        try {
          return await carry(decodeAppeal(new TextDecoder().decode(body)));
        } catch (error) {
          if (error instanceof AppealError) return refusal(400, error.code, error.message);
          if (!(error instanceof TransactionError)) throw error;
          return refusal(error.code === 'NOT_SENT' ? 503 : 422, error.code, error.message);
        }
      },
    },
  };
}
