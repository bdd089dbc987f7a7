/**
 * What a member has to do now. Pure: the view, the clock and what the journal already holds decide, so a node that was
 * killed anywhere and started again finds the same duties, less those that it has already done.
 */
import type { Address, Hex } from '../../../sdk/src/facts.ts';
import {
  type AttemptView,
  currentAttempt,
  deadlineOf,
  type Phase,
  type RunView,
  runPhaseAt,
} from '../../../sdk/src/view.ts';
import { isCommittee } from '../../../sdk/src/seats.ts';
import { type AnswerDuty, answersDue } from './answers.ts';
import { type Holder, proposersOf, seatedIn } from './attempt.ts';
import { roundsLeft, type Spending } from './spending.ts';
import { entry, type Preimage, type Proposed, proposalOf, type TypeName } from './slot.ts';

export type Duty =
  | { readonly kind: 'vote' }
  | { readonly kind: 'join' }
  | { readonly kind: 'seat' }
  /** In place of the seat, or of the noise report beside a committee [RD18]. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'handOver' }
  | { readonly kind: 'takeHandOver' }
  | { readonly kind: 'upload'; readonly type: TypeName }
  | { readonly kind: 'closeList'; readonly type: TypeName }
  | { readonly kind: 'checkListed'; readonly type: TypeName }
  /** `patient`: both holders of every share are waited for; otherwise those who answer are enough. */
  | { readonly kind: 'propose'; readonly what: Proposed; readonly patient: boolean }
  /** `proposer`: whose proposal to sign, by its turn; a consortium has none and signs what everybody finds. */
  | { readonly kind: 'signClosed'; readonly type: TypeName; readonly proposer?: number }
  | { readonly kind: 'reveal'; readonly preimage: Preimage }
  | { readonly kind: 'verifyShares' }
  | { readonly kind: 'signVerified'; readonly proposer?: number }
  | { readonly kind: 'speakAggregateShare' }
  | { readonly kind: 'signSettled' }
  | AnswerDuty;

export interface Me {
  readonly address: Address;
  /** Where this node answers; what `Join` says. */
  readonly endpoint: string;
  /** A member reports, and holds a share in a consortium only; an aggregator holds shares in committees only. */
  readonly part: 'member' | 'aggregator';
}

export interface Known {
  /** Journal keys of the current attempt (slot.ts). */
  readonly said: ReadonlySet<string>;
  /** Members whose report of a type belongs into this holder's list: those of its group (AG16). */
  readonly group: (type: TypeName) => readonly Address[];
  /** Whether this node has the bytes with this SHA-256; nothing unless told [CM10]. */
  readonly has?: (digest: Hex) => boolean;
  /** Why this member takes no part in votes and uploads; holders serve all the same. */
  readonly objection?: string;
  /** Where this member stands beside the charter's caps, if it has some [RD18]. */
  readonly spending?: Spending;
  /** Nothing more is said in this attempt: the chain took back what was acted on, or the seat is lost [RD10][RD15]. */
  readonly silent?: boolean;
}

/**
 * A quarter of what a phase is allowed, in seconds: how long before a deadline a holder stops waiting for reports, so that
 * all can still sign and land, and how long a committee waits for whoever comes first in turn [CM7][CM8].
 */
export const quarterOf = (allowed: number): number => Math.max(1, Math.ceil(allowed / 4));

/** The duties of a node in a run at this block time (seconds), in the order in which to begin them. */
export function duties(run: RunView, me: Me, now: number, known: Known): readonly Duty[] {
  const answers = answersDue(run, me, now, known.has ?? (() => false));
  return [...membership(run, me, now, known), ...answers, ...attemptDuties(run, me, now, known)];
}

/** [CH6][CH11] A member votes once for a charter that it has no objection to, and says where it can be reached. */
function membership(run: RunView, me: Me, now: number, known: Known): Duty[] {
  if (me.part !== 'member' || !run.charter.members.includes(me.address)) return [];
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
  if (!attempt || !phase || phase === 'FINISHED' || known.silent) return [];
  if (wishesToStop(run, attempt, me, known)) return [{ kind: 'stop' }];
  if (phase === 'SEAT') return maySit(run, attempt, me, known) ? [{ kind: 'seat' }] : [];
  // [RD4] Past its deadline a phase can only be voided; in SEAT the deadline opens the smaller committee [RD6].
  const deadline = deadlineOf(attempt, run.charter);
  if (now > deadline) return [];
  const quarter = quarterOf(allowance(run, phase));
  const began = deadline - allowance(run, phase);
  const holders = seatedIn(attempt);
  const mine = holders.find(({ address }) => address === me.address);
  const type = phase === 'NOISE' ? 'noise' : phase === 'UPLOAD' ? 'update' : undefined;
  const late = now >= deadline - quarter;
  const reports = me.part === 'member' && (isCommittee(run.charter) ? run.charter.members.includes(me.address) : mine);
  const willing = reports && !late && known.objection === undefined;
  const turn = Math.floor((now - began) / quarter);
  const held = mine && isCommittee(run.charter) === (me.part === 'aggregator');
  return [
    ...(type && willing ? unsaid(known, entry.delivered(type), { kind: 'upload', type }) : []),
    ...(me.part === 'member'
      ? [...looking(attempt.noise, 'noise', known), ...looking(attempt.uploads, 'update', known)]
      : []),
    ...(held && !isCommittee(run.charter) ? consortiumDuties(phase, known, late) : []),
    ...(held && isCommittee(run.charter) ? committeeDuties(phase, known, late, { mine, holders, turn }) : []),
  ];
}

/**
 * [RD18] A member whose caps leave no room takes no part in the attempt, unless it has begun to; until the attempt is charged
 * others may find the same.
 */
function wishesToStop(run: RunView, attempt: AttemptView, me: Me, { said, spending, objection }: Known): boolean {
  const member = me.part === 'member' && run.charter.members.includes(me.address) && objection === undefined;
  if (!member || !spending || attempt.verified) return false;
  if (said.has(entry.post('Stop'))) return true;
  const begun = said.has(entry.post('Seat')) || said.has(entry.ownReport('noise'));
  const late = isCommittee(run.charter) ? attempt.noise : attempt.seated;
  return !begun && !late && roundsLeft(run.charter, spending) === 0;
}

/** [WI2] A member that has a receipt looks once whether the closed list has its report. */
const looking = (closed: object | undefined, type: TypeName, known: Known): Duty[] =>
  closed && known.said.has(entry.delivered(type))
    ? unsaid(known, entry.looked(type), { kind: 'checkListed', type })
    : [];

type Deciding = Exclude<Phase, 'SEAT' | 'FINISHED'>;

const allowance = ({ charter }: RunView, phase: Deciding): number =>
  charter.deadlines[phase.toLowerCase() as Lowercase<Deciding>];

/** [RD6] Members sit in a consortium; in a committee those who were drawn [CM4]. */
function maySit(run: RunView, attempt: AttemptView, me: Me, { said, objection }: Known): boolean {
  if (isCommittee(run.charter))
    return (
      me.part === 'aggregator' &&
      !said.has(entry.post('CommitteeSeat')) &&
      attempt.draw?.committee.includes(me.address) === true
    );
  const member = me.part === 'member' && run.charter.members.includes(me.address);
  return member && objection === undefined && !said.has(entry.post('Seat'));
}

/** The duty, unless the journal has what it would say. */
const unsaid = ({ said }: Known, key: string, duty: Duty): Duty[] => (said.has(key) ? [] : [duty]);

function consortiumDuties(phase: Deciding, known: Known, late: boolean): Duty[] {
  switch (phase) {
    case 'NOISE':
    case 'UPLOAD': {
      const type = phase === 'NOISE' ? 'noise' : 'update';
      return [...closing(type, known, late), ...unsaid(known, closedPost(type), { kind: 'signClosed', type })];
    }
    case 'OPEN':
      return unsaid(known, entry.post('open'), { kind: 'reveal', preimage: 'open' });
    case 'QUERY':
      return unsaid(known, entry.post('query'), { kind: 'reveal', preimage: 'query' });
    case 'VERIFY':
      return [
        ...unsaid(known, entry.post('verifierFile'), { kind: 'verifyShares' }),
        ...unsaid(known, entry.post('Verified'), { kind: 'signVerified' }),
      ];
    case 'UNMASK':
      return unsaid(known, entry.post('Unmasked'), { kind: 'speakAggregateShare' });
    case 'SETTLE':
      return unsaid(known, entry.post('Settled'), { kind: 'signSettled' });
    default:
      return phase satisfies never;
  }
}

const closedPost = (type: TypeName): string => entry.post(type === 'noise' ? 'NoiseClosed' : 'UploadsClosed');

/** A list closes when every member of the group has brought its report, or a quarter before the deadline. */
function closing(type: TypeName, { said, group }: Known, late: boolean): Duty[] {
  const complete = group(type).every((member) => said.has(entry.received(type, member)));
  return (late || complete) && !said.has(entry.closed(type)) ? [{ kind: 'closeList', type }] : [];
}

interface Committee {
  readonly mine: Holder;
  readonly holders: readonly Holder[];
  /** Quarters of the phase's time that have passed. */
  readonly turn: number;
}

/**
 * A standby does all that its primary does, except that it reveals preimages that are the primary's only when a quarter
 * of the time has passed [CM7]. What is signed once by all is proposed first, by one after the other [CM8].
 */
function committeeDuties(phase: Deciding, known: Known, late: boolean, { mine, holders, turn }: Committee): Duty[] {
  const partner = holders.some(({ share, role }) => share === mine.share && role !== mine.role);
  const reveal = (preimage: Preimage): Duty[] => {
    const may = mine.role === 0 || !partner || (turn >= 1 && known.said.has(entry.handedOver));
    return may ? unsaid(known, entry.post(preimage), { kind: 'reveal', preimage }) : [];
  };
  const proposers = proposersOf(holders);
  const propose = (what: Proposed): Duty[] => {
    const mineAt = proposers.findIndex(({ address }) => address === mine.address);
    const may = mineAt >= 0 && turn >= mineAt;
    return may ? unsaid(known, entry.post(proposalOf(what)), { kind: 'propose', what, patient: turn < 1 }) : [];
  };
  const heard = proposers.slice(0, turn + 1).map((_, proposer) => proposer);
  const handOver =
    mine.role === 0
      ? unsaid(known, entry.post('handOver'), { kind: 'handOver' })
      : unsaid(known, entry.handedOver, { kind: 'takeHandOver' });
  const standIn = partner && phase !== 'SETTLE' ? handOver : [];
  switch (phase) {
    case 'NOISE':
    case 'UPLOAD': {
      const type = phase === 'NOISE' ? 'noise' : 'update';
      const sign = heard.flatMap((proposer) => unsaid(known, closedPost(type), { kind: 'signClosed', type, proposer }));
      return [...standIn, ...closing(type, known, late), ...propose(type), ...sign];
    }
    case 'OPEN':
      return [...standIn, ...reveal('open')];
    case 'QUERY':
      return [...standIn, ...reveal('query')];
    case 'VERIFY': {
      const sign = heard.flatMap((proposer) =>
        unsaid(known, entry.post('Verified'), { kind: 'signVerified', proposer }),
      );
      const verify = unsaid(known, entry.post('verifierFile'), { kind: 'verifyShares' });
      return [...standIn, ...verify, ...propose('file'), ...sign];
    }
    case 'UNMASK':
      return [...standIn, ...unsaid(known, entry.post('Unmasked'), { kind: 'speakAggregateShare' }), ...reveal('draw')];
    case 'SETTLE':
      // Its partner's word may have been landed before it said its own: the two together tell who lied [CM7].
      return [
        ...unsaid(known, entry.post('Unmasked'), { kind: 'speakAggregateShare' }),
        ...unsaid(known, entry.post('Settled'), { kind: 'signSettled' }),
      ];
    default:
      return phase satisfies never;
  }
}
