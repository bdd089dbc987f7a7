/** What the auditor checks, clause by clause, and how a finding is put on record. */

/** Clauses that the auditor checks, in the order of a run, as anybody can read them. */
export const SENTENCES = {
  CH1: 'The charter is the one that was voted on: its id and its text hash to what the chain holds.',
  AG1: 'The parameters of the secure aggregation meet every floor.',
  CH3: 'The run started from the very model that the charter describes.',
  CH6: 'Nobody voted, joined, sat or reported but those who may, each in its own name.',
  CH11: 'More than half of the members voted for the charter while the vote was open.',
  RD7: 'Rounds followed one another without a gap, and the run is complete: up to its last round, or as far as its charter and its members let it go.',
  RD4: 'Every phase ended within its deadline, and nothing was void before its own.',
  CM2: 'Every committee was drawn from the staked aggregators as they stood before anybody could know the draw.',
  CM4: 'Those who held the shares are exactly those whom the draw chose by stake.',
  CH7: 'Every share had a holder of its own, in a committee as large as the charter asks for.',
  CH8: 'Rounds, sunset and gas stayed within the limits of the charter.',
  'CH8 resources': 'No member had to send more bytes than the charter’s cap for each of them.',
  CH5: 'No sum was opened over fewer members, or with less noise, than the charter allows.',
  LG1: 'Every opened sum was charged at its full price, and nothing was refunded.',
  CH4: 'The privacy spent stays within the promised budget.',
  AG11: 'The lists of reports are those that the holders signed for.',
  AG15: 'Every listed report is signed by its member, and every one that counts is complete and well-formed.',
  AG4: 'Every report was made for this chain, run, round, attempt and model, and for no other.',
  AG13: "The holders' verifier shares are those that they signed for, and the public part is right.",
  CM8: 'Every share was checked by a holder, and reports that its two holders disagreed about are few and left out.',
  AG14: 'Every report that counts has proven its norm bound.',
  AG16: 'The accepted reports are exactly those that the rules accept.',
  AG17: 'The aggregate shares are those that the holders signed for.',
  AG18: 'The opened sum is the only one that the commitments of the accepted reports allow.',
  LR10: 'Each model is exactly what the training rule makes of the model before and the opened sum.',
  CM10: 'Holders who were asked on chain for bytes that they had promised published them, or are named.',
  IN5: 'The model registered for use is the one that the run ended with.',
  CH10: 'The model is offered to those, at the price, for the purpose and until the time that the charter says, and every use on record kept to that.',
} as const;

export type ClauseId = keyof typeof SENTENCES;

/** Clauses that say something only where shares are held by drawn committees. */
const COMMITTEE: ReadonlySet<ClauseId> = new Set(['CM2', 'CM4', 'CM8']);

/** Clauses of the charter that nothing in this version enforces, said so that nobody takes them for checked. */
export const NOT_ENFORCED = {
  CH2: "Records fit the charter's schema: each member's own node checks that, and nobody else can see the records.",
  CH9: 'Members are rewarded for what they contribute.',
  CH12: 'The model reaches what the charter asks for on held-out records: whoever registers it checks that, and nobody else can see the records. Updates that harm it are not rolled back.',
} as const;

export type Verdict = 'PASS' | 'FAIL' | 'INCOMPLETE';

export interface Clause {
  readonly id: string;
  readonly sentence: string;
  readonly verdict: Verdict | 'NOT ENFORCED IN THIS VERSION';
  /** What was found: the first thing that broke, or is missing, or (PASS) the numbers. */
  readonly evidence?: string;
}

/** Thrown where checking cannot go on: the clause that broke, or lacks something, and what was found. */
export class Broken extends Error {
  readonly clause: ClauseId;
  readonly verdict: 'FAIL' | 'INCOMPLETE';
  constructor(clause: ClauseId, verdict: 'FAIL' | 'INCOMPLETE', evidence: string) {
    super(evidence);
    this.name = 'Broken';
    this.clause = clause;
    this.verdict = verdict;
  }
}

interface Finding {
  readonly verdict: Verdict;
  readonly evidence?: string;
}

const RANK: Readonly<Record<Verdict, number>> = { PASS: 0, INCOMPLETE: 1, FAIL: 2 };

/** Collects findings. The first of the worst verdict stays on record for each clause; of passes, the last. */
export class Findings {
  readonly #found = new Map<ClauseId, Finding>();
  readonly #unenforced = new Map<ClauseId, string>();

  record(clause: ClauseId, verdict: Verdict, evidence?: string): void {
    const before = this.#found.get(clause);
    if (before) {
      const worse = RANK[before.verdict] - RANK[verdict];
      if (worse > 0 || (worse === 0 && (verdict !== 'PASS' || evidence === undefined))) return;
    }
    this.#found.set(clause, { verdict, ...(evidence !== undefined && { evidence }) });
  }

  /** Nothing enforces this clause in this run: why. */
  leave(clause: ClauseId, sentence: string): void {
    this.#unenforced.set(clause, sentence);
  }

  /** FAIL with this evidence unless it holds. */
  check(clause: ClauseId, holds: boolean, evidence: () => string): void {
    if (holds) this.record(clause, 'PASS');
    else this.record(clause, 'FAIL', evidence());
  }

  /** Runs steps that put their own passes on record; a Broken one is recorded, and returned. */
  async attempt(steps: () => Promise<void> | void): Promise<Broken | undefined> {
    try {
      await steps();
      return undefined;
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      this.record(error.clause, error.verdict, error.message);
      return error;
    }
  }

  /**
   * All clauses in order, of a consortium's run or a committee's, whose files are named by their pieces or (version 1) not.
   * What was never reached is INCOMPLETE.
   */
  clauses(committee: boolean, pieced: boolean): readonly Clause[] {
    const ids = (Object.keys(SENTENCES) as ClauseId[]).filter(
      (id) => (committee || !COMMITTEE.has(id)) && (pieced || id !== 'CM10') && !this.#unenforced.has(id),
    );
    const checked = ids.map((id): Clause => {
      const found = this.#found.get(id) ?? { verdict: 'INCOMPLETE', evidence: 'there was nothing to check yet' };
      return { id, sentence: SENTENCES[id], ...found };
    });
    const unenforced = {
      ...NOT_ENFORCED,
      ...Object.fromEntries(this.#unenforced),
      ...(!pieced && { CM10: 'Promised bytes can be asked for on chain: from version 2 on.' }),
    };
    const others = Object.entries(unenforced).map(
      ([id, sentence]): Clause => ({ id, sentence, verdict: 'NOT ENFORCED IN THIS VERSION' }),
    );
    return [...checked, ...others];
  }
}

/** FAIL if one clause fails, otherwise INCOMPLETE if one is, otherwise PASS. */
export function verdictOf(clauses: readonly Clause[]): Verdict {
  const has = (verdict: Verdict): boolean => clauses.some((clause) => clause.verdict === verdict);
  return has('FAIL') ? 'FAIL' : has('INCOMPLETE') ? 'INCOMPLETE' : 'PASS';
}
