/** Who broke which rule, by what evidence: from the chain, the verifier, and what nodes say about themselves in public. */
import { epsilonWad } from '@concord/protocol';
import { type Address, isCommittee, priceOf, type RunView, type Verification } from '@concord/sdk';
import { decimal, epsilonOf } from './progress.ts';
import type { MemberStatus } from './status.ts';
import type { Slashing } from './twoTongues.ts';

export interface Accusation {
  readonly clause: string;
  readonly sentence: string;
  /** Who it was, as far as the evidence says. */
  readonly who: string;
  readonly evidence: readonly string[];
}

export interface Seen {
  readonly run: RunView;
  readonly report: Pick<Verification, 'clauses' | 'refused' | 'voids'>;
  /** What members and holders say about themselves; the same where members hold the shares. */
  readonly members: readonly MemberStatus[];
  readonly holders: readonly MemberStatus[];
  readonly proposer: Address;
  readonly slashings: readonly (Slashing & { readonly burned: bigint })[];
  readonly nameOf: (address: string) => string;
}

export function accusations(seen: Seen): readonly Accusation[] {
  return [...refused(seen), ...turnedAway(seen), ...voids(seen), ...slashed(seen), ...objected(seen)];
}

const sentenceOf = ({ report }: Seen, clause: string): string =>
  report.clauses.find(({ id }) => id === clause)?.sentence ?? '';

/** Reports that were listed and broke a rule. */
function refused(seen: Seen): Accusation[] {
  const { report, nameOf, run } = seen;
  const rounds = run.attempts.filter(({ settled }) => settled).length;
  const members = new Map(report.refused.toReversed().map((each) => [each.member, each]));
  return [...members.values()].map(({ member, clause, why }) => ({
    clause,
    sentence: sentenceOf(seen, clause),
    who: nameOf(member),
    evidence: [
      why,
      `Its reports were kept out in ${report.refused.filter((each) => each.member === member).length} of ${rounds} rounds; sums, model and budget are those of the others.`,
    ],
  }));
}

/** [AG4] Reports that more than half of the holders' nodes refused at the door as made for another place. */
function turnedAway(seen: Seen): Accusation[] {
  const { holders, nameOf, run } = seen;
  const all = holders.flatMap((status) => {
    const stale = status.turnedAway.filter(({ code }) => code === 'CONTEXT');
    return [...new Map(stale.map((each) => [`${each.member} ${each.round}`, each])).values()];
  });
  const named = new Map(all.map((each) => [`${each.member} ${each.round}`, each]));
  return [...named.values()].flatMap(({ member, round, type, why }): Accusation[] => {
    const by = all.filter((each) => each.member === member && each.round === round).length;
    if (2 * by <= holders.length) return [];
    const verified = run.attempts.findLast((each) => each.round === round)?.verified;
    return [
      {
        clause: 'AG4',
        sentence: sentenceOf(seen, 'AG4'),
        who: nameOf(member),
        evidence: [
          `round ${round}: ${by} of ${holders.length} holders turned away the ${type} report that came in its name: ${why}`,
          ...(verified
            ? [`Its place stayed empty: ${verified.updates} of ${run.charter.members.length} updates were summed.`]
            : []),
        ],
      },
    ];
  });
}

/** Attempts whose sum was opened and that came to nothing. */
function voids(seen: Seen): Accusation[] {
  const { report, nameOf, run } = seen;
  const holders = run.charter.aggregation.shares;
  return report.voids.flatMap(({ clause, by, among, why, charged }): Accusation[] => {
    if (!clause) return [];
    const all = isCommittee(run.charter) ? 'one of the holders' : `one of the ${holders} holders`;
    const nobody = among ? among.map(nameOf).join(' or ') : all;
    const cap = decimal(run.charter.limits.epsilonCap);
    return [
      {
        clause,
        sentence: sentenceOf(seen, clause),
        who: by ? nameOf(by) : nobody,
        evidence: [
          why,
          ...(clause === 'AG18' && !among
            ? ['One of them lied about its sum, and with one holder a share nobody can say which.']
            : []),
          `Nothing was settled: the attempt is void${charged ? `, and its ε is spent: ${epsilonOf(run).toFixed(2)} of ${cap}` : ''}.`,
        ],
      },
    ];
  });
}

/** [CM9] Holders that said two things. */
const slashed = ({ slashings, nameOf }: Seen): Accusation[] =>
  slashings.map(({ holder, round, said, burned, transaction }) => ({
    clause: 'CM9',
    sentence: 'A holder says one thing about an attempt, and the same to everybody.',
    who: nameOf(holder),
    evidence: [
      `round ${round}: under its one signature the accepted reports are ${said[0]}, and under another ${said[1]}`,
      `Both were shown to the contract, which burned its stake of ${decimal(burned)} ether (transaction ${transaction}).`,
    ],
  }));

/** [CH4][LG2] A charter that its members will not vote for. */
function objected(seen: Seen): Accusation[] {
  const { members, run, proposer } = seen;
  const { aggregation, limits } = run.charter;
  const objections = members.flatMap(({ objection }) => objection ?? []);
  const [first] = objections;
  if (first === undefined || run.passed) return [];
  const clause = /^(\w+): /.exec(first)?.[1] ?? 'CH3';
  const price = priceOf(aggregation);
  const epsilon = (rounds: number): bigint => epsilonWad(BigInt(rounds) * price, BigInt(limits.deltaExponent));
  let paid = 0;
  while (paid < limits.rounds && epsilon(paid + 1) <= limits.epsilonCap) paid++;
  return [
    {
      clause,
      sentence: sentenceOf(seen, clause),
      who: `${proposer}, who proposed the charter`,
      evidence: [
        `${objections.length} of ${members.length} members refuse to vote: ${first}`,
        `With the noise in its struct, σ = ${aggregation.sigma}, its ${limits.rounds} rounds spend ε = ${decimal(epsilon(limits.rounds))}; it promises ${decimal(limits.epsilonCap)}.`,
        `Had they voted, the contract would charge ${paid} rounds, up to ε = ${decimal(epsilon(paid))}, and refuse to record the next one [LG2]. ${run.votes.size} votes were cast.`,
      ],
    },
  ];
}
