/**
 * What a member has to do now. Pure: the view, the clock and what the journal already holds decide, so a node that was
 * killed anywhere and started again finds the same duties, less those that it has already done.
 */
import type { Address } from '../../../sdk/src/facts.ts';
import {
  type AttemptView,
  currentAttempt,
  deadlineOf,
  type RunView,
  runPhaseAt,
  shareIndexOf,
} from '../../../sdk/src/view.ts';
import { entry, type TypeName } from './slot.ts';

export type Duty =
  | { readonly kind: 'vote' }
  | { readonly kind: 'join' }
  | { readonly kind: 'seat' }
  | { readonly kind: 'upload'; readonly type: TypeName }
  | { readonly kind: 'closeList'; readonly type: TypeName }
  | { readonly kind: 'signClosed'; readonly type: TypeName }
  | { readonly kind: 'reveal'; readonly preimage: 'open' | 'query' }
  | { readonly kind: 'verifyShares' }
  | { readonly kind: 'signVerified' }
  | { readonly kind: 'speakAggregateShare' }
  | { readonly kind: 'signSettled' };

export interface Me {
  readonly address: Address;
  /** Where this node answers; what `Join` says. */
  readonly endpoint: string;
}

export interface Known {
  /** Journal keys of the current attempt (slot.ts). */
  readonly said: ReadonlySet<string>;
  /** Members whose report of a type belongs into this holder's list: those of its group (AG16). */
  readonly group: (type: TypeName) => readonly Address[];
  /** Why this member takes no part in votes and uploads; holders serve all the same. */
  readonly objection?: string;
}

/** Seconds before a deadline at which a holder stops waiting for reports: time for all holders to sign and land. */
export const closingMargin = (allowed: number): number => Math.max(1, Math.ceil(allowed / 4));

/** The duties of a member at this block time (seconds), in the order in which to begin them. */
export function duties(run: RunView, me: Me, now: number, known: Known): readonly Duty[] {
  return [...membership(run, me, now, known), ...attemptDuties(run, me, now, known)];
}

/** [CH6][CH11] A member votes once for a charter that it has no objection to, and says where it can be reached. */
function membership(run: RunView, me: Me, now: number, known: Known): Duty[] {
  if (!run.charter.members.includes(me.address)) return [];
  const open = !run.passed && now <= run.proposed.time + Number(run.charter.votingSeconds);
  const vote = open && !run.votes.has(me.address) && known.objection === undefined;
  return [
    ...(vote ? [{ kind: 'vote' } as const] : []),
    ...(run.endpoints.get(me.address) === me.endpoint || run.finished ? [] : [{ kind: 'join' } as const]),
  ];
}

function attemptDuties(run: RunView, me: Me, now: number, known: Known): Duty[] {
  const attempt = currentAttempt(run);
  const phase = runPhaseAt(run, now);
  if (!attempt || !phase) return [];
  // [RD4] Past its deadline a phase can only be voided; in SEAT the deadline opens the smaller committee [RD6].
  if (phase !== 'SEAT' && now > deadlineOf(attempt, run.charter)) return [];
  const unsaid = (key: string, duty: Duty): Duty[] => (known.said.has(key) ? [] : [duty]);
  if (phase === 'SEAT') {
    const member = run.charter.members.includes(me.address) && known.objection === undefined;
    return member ? unsaid(entry.post('Seat'), { kind: 'seat' }) : [];
  }
  if (shareIndexOf(attempt, me.address) === undefined) return [];
  switch (phase) {
    case 'NOISE':
      return collecting(run, attempt, 'noise', now, known);
    case 'OPEN':
      return unsaid(entry.post('open'), { kind: 'reveal', preimage: 'open' });
    case 'UPLOAD':
      return collecting(run, attempt, 'update', now, known);
    case 'QUERY':
      return unsaid(entry.post('query'), { kind: 'reveal', preimage: 'query' });
    case 'VERIFY':
      return [
        ...unsaid(entry.post('verifierFile'), { kind: 'verifyShares' }),
        ...unsaid(entry.post('Verified'), { kind: 'signVerified' }),
      ];
    case 'UNMASK':
      return unsaid(entry.post('Unmasked'), { kind: 'speakAggregateShare' });
    case 'SETTLE':
      return unsaid(entry.post('Settled'), { kind: 'signSettled' });
    case 'FINISHED':
      return [];
    default:
      return phase satisfies never;
  }
}

/** NOISE and UPLOAD: send the own report, close the list of the own group, agree on the union of all lists. */
function collecting(run: RunView, attempt: AttemptView, type: TypeName, now: number, known: Known): Duty[] {
  const { said } = known;
  const allowed = run.charter.deadlines[type === 'noise' ? 'noise' : 'upload'];
  const late = now >= deadlineOf(attempt, run.charter) - closingMargin(allowed);
  const complete = known.group(type).every((member) => said.has(entry.received(type, member)));
  const agreed = said.has(entry.post(type === 'noise' ? 'NoiseClosed' : 'UploadsClosed'));
  const upload = !late && known.objection === undefined && !said.has(entry.delivered(type));
  const close = (late || complete) && !said.has(entry.closed(type));
  return [
    ...(upload ? [{ kind: 'upload', type } as const] : []),
    ...(close ? [{ kind: 'closeList', type } as const] : []),
    ...(agreed ? [] : [{ kind: 'signClosed', type } as const]),
  ];
}
