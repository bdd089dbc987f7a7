/** What tools take and give, as schemas that clients are shown and that both ends check. */
import { z } from 'zod';

const hex = (digits: number, what: string) =>
  z.string().regex(new RegExp(`^0x[0-9a-fA-F]{${digits}}$`), `need ${what}: 0x and ${digits} hex digits`);
const hash = hex(64, 'a 32-byte id');
const address = hex(40, 'an address');

export const runId = hash.describe(
  'run id (= charter id), as list_runs tells it; needless where there is only one run',
);
const optionalRun = { runId: runId.optional() };

/** Every input is a strict object: an option that nobody knows is refused, not ignored. */
export const inputs = {
  list_runs: z.strictObject({}),
  explain_charter: z.strictObject(optionalRun),
  run_status: z.strictObject(optionalRun),
  verify_run: z.strictObject(optionalRun),
  get_model_card: z.strictObject(optionalRun),
  predict: z.strictObject({
    ...optionalRun,
    modelId: hash.describe('id under which the model is registered, instead of a run id').optional(),
    record: z
      .record(z.string().max(200), z.union([z.number(), z.string().max(60), z.null()]))
      .describe('values by column name, as explain_charter lists them; null where a field is blank'),
    through: z
      .enum(['here', 'contract'])
      .default('here')
      .describe('here: on this machine, nothing leaves it; contract: the RPC sees the standardised features'),
  }),
  explain_amendment: z.strictObject({
    before: hash.describe('charter id of the one that holds'),
    after: hash.describe('charter id of the one that is proposed'),
  }),
  vote: z.strictObject({
    runId: hash.describe('charter id; must be given, so that nobody votes on the only one there happens to be'),
    support: z.boolean().describe('true: yes, false: no. A member votes once and cannot take it back'),
  }),
};

const count = z.number().int().nonnegative();
const clause = z.object({ id: z.string(), sentence: z.string(), enforcedBy: z.string() });
const privacy = z.object({
  unit: z.enum(['record', 'member']),
  adjacency: z.literal('zero-out'),
  epsilonCap: z.number(),
  epsilonAfterAllRounds: z.number(),
  deltaExponent: count,
  delta: z.number(),
  noiseMultiplier: z.number(),
  noiseMultiplierIfAllBring: z.number(),
  honestContributors: count,
  colludersWithstood: count,
});

export const outputs = {
  list_runs: z.object({
    source: z.enum(['chain', 'archive']),
    runs: z.array(
      z.object({
        runId: hash,
        chainId: count,
        members: z.array(address),
        phase: z.string(),
        passed: z.boolean(),
        finished: z.boolean(),
        settledRounds: count,
        rounds: count,
        epsilonSpent: z.number(),
        epsilonCap: z.number(),
        registeredModel: hash.nullable(),
      }),
    ),
  }),
  explain_charter: z.object({
    version: z.literal(1),
    charterId: hash,
    name: z.string(),
    purpose: z.string(),
    metric: z.string(),
    clauses: z.array(clause),
    chapters: z.array(z.object({ id: z.string(), title: z.string(), sentences: z.array(z.string()) })),
    columns: z.array(z.object({ name: z.string(), transform: z.string(), bound: z.number() })),
    label: z.string(),
    blank: z.enum(['zero', 'refuse']),
    facts: z.looseObject({ privacy }),
  }),
  run_status: z.object({
    charterId: hash,
    phase: z.string(),
    means: z.string(),
    round: count.optional(),
    attempt: count.optional(),
    rounds: count,
    settled: count,
    voided: count,
    epsilon: z.number(),
    epsilonCap: z.number(),
    deltaExponent: count,
    members: count,
    votes: count,
    joined: count,
    committee: z.boolean(),
    gasCap: count.nullable(),
    gasLeft: count.nullable(),
    roundsThatGasPaysFor: count.nullable(),
    waitsFor: z.string(),
    secondsLeft: z.number().optional(),
    missing: z.array(z.object({ address, endpoint: z.string().optional(), said: z.boolean().optional() })),
    ended: z.enum(['rounds', 'gas', 'privacy', 'stopped', 'sunset']).nullable(),
    endedBecause: z.string().nullable(),
    stopReadings: z.array(z.object({ member: address, bytesSent: count, milliseconds: count })),
  }),
  verify_run: z.object({
    runId: hash,
    verdict: z.enum(['PASS', 'FAIL', 'INCOMPLETE']),
    source: z.enum(['chain', 'archive']),
    clauses: z.array(
      z.object({
        id: z.string(),
        sentence: z.string(),
        verdict: z.enum(['PASS', 'FAIL', 'INCOMPLETE', 'NOT ENFORCED IN THIS VERSION']),
        evidence: z.string().optional(),
      }),
    ),
    refused: z.array(z.looseObject({ member: address, round: count, clause: z.string(), why: z.string() })),
    voids: z.array(
      z.looseObject({ round: count, attempt: count, phase: z.string(), charged: z.boolean(), why: z.string() }),
    ),
  }),
  get_model_card: z.looseObject({
    concord: z.literal('model-card'),
    version: z.literal(1),
    name: z.string(),
    purpose: z.string(),
    model: z.looseObject({ modelId: hash, parameters: count }),
    lineage: z.looseObject({ check: z.string(), modelId: hash }),
    data: z.looseObject({ members: count }),
    privacy: z.looseObject({ epsilon: z.number(), delta: z.number(), unit: z.string(), adjacency: z.string() }),
    evaluation: z.looseObject({}).nullable(),
    limits: z.array(z.string()),
    use: z.looseObject({ terms: z.looseObject({}).nullable(), enforced: z.boolean() }),
    clauses: z.array(clause),
  }),
  predict: z.object({
    runId: hash,
    modelId: hash,
    label: z.string(),
    score: z.number().int().describe('logit in units of 2^-16; positive: label 1 is more likely than not'),
    probability: z.number(),
    by: z.enum(['here', 'contract']),
  }),
  explain_amendment: z.object({
    version: z.literal(1),
    before: hash,
    after: hash,
    declared: z.boolean(),
    changes: z.array(
      z.object({
        clause: z.string(),
        whom: z.string(),
        effect: z.enum(['better', 'worse', 'different']),
        sentence: z.string(),
      }),
    ),
    together: z.object({ epsilon: z.number(), deltaExponent: count, unit: z.enum(['record', 'member']) }),
    sentences: z.array(z.string()),
  }),
  vote: z.object({
    runId: hash,
    voter: address,
    support: z.boolean(),
    already: z.boolean().describe('the vote stood on chain before'),
    transaction: hash.nullable(),
  }),
};

export type ToolName = keyof typeof inputs;
export type Input<N extends ToolName> = z.infer<(typeof inputs)[N]>;
