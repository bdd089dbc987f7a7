/** The tools that only read. Each says what it found in words and as data; a tool that cannot says what to do next. */
import { CharterTextError, epsilonWad } from '@concord/protocol';
import {
  explainAmendment,
  explainCharter,
  type FinalModel,
  finalModelIn,
  finalModelOf,
  type Hex,
  onOneLine,
  predictHere,
  predictOnChain,
  readCharterText,
  waitingOf,
} from '@concord/sdk';
import { audit } from '../audit.ts';
import { cardOf } from '../model/card.ts';
import { cardText } from '../model/cardText.ts';
import { PHASE_WORDS, statusOf } from '../runStatus.ts';
import type { Input, ToolName } from './shapes.ts';
import type { Found, Source } from './source.ts';

/** What a tool could not do, and what to do next; told to the client as the tool's result. */
export class ToolError extends Error {
  readonly code = 'TOOL';
  constructor(message: string) {
    super(message);
    this.name = 'ToolError';
  }
}

export interface Answer {
  readonly words: string;
  readonly data: object;
}

/** What a call may use beside its input. */
export interface Call {
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number, message: string) => void;
}

export type Tool<N extends ToolName> = (input: Input<N>, call: Call) => Promise<Answer>;

/** The run that is meant. Throws ToolError naming those that there are. */
export async function find(source: Source, runId: string | undefined): Promise<Found> {
  const runs = await source.runs();
  const listed = runs.map(({ run }) => run.charterId).join(', ') || 'none yet';
  if (runId === undefined) {
    if (runs.length === 1) return runs[0]!;
    throw new ToolError(`runId: needed, as there are ${runs.length} runs (${listed}); list_runs tells more`);
  }
  const found = runs.find(({ run }) => run.charterId === runId.toLowerCase());
  if (found) return found;
  throw new ToolError(
    `runId: no run ${runId} here; there are: ${listed}. Check the id, or the deployment of this server`,
  );
}

/** The charter's text, believed because it hashes to what the chain says. Throws ToolError. */
export async function textOf({ run, blobs }: Found) {
  const { textDigest } = run.charter;
  const bytes = await blobs(textDigest);
  if (!bytes)
    throw new ToolError(
      `nobody serves the text of charter ${run.charterId} (SHA-256 ${textDigest}) yet: get it from whoever proposed it and start this server with --texts FILE`,
    );
  try {
    return readCharterText(bytes, textDigest);
  } catch (error) {
    if (error instanceof CharterTextError)
      throw new ToolError(`the text of charter ${run.charterId}: ${error.message}`);
    throw error;
  }
}

const wad = (value: bigint): number => Number(value) / 1e18;
const registeredIn = ({ facts, run }: Found): Hex | null => {
  const fact = facts.find((each) => each.kind === 'registered' && each.runId === run.charterId);
  return fact?.kind === 'registered' ? fact.modelId : null;
};

function summaryOf(found: Found) {
  const { run, now, deployment } = found;
  const { limits, members } = run.charter;
  return {
    runId: run.charterId,
    chainId: deployment.chainId,
    members,
    phase: waitingOf(run, now.time).phase,
    passed: run.passed !== undefined,
    finished: run.finished,
    settledRounds: run.attempts.filter(({ settled }) => settled).length,
    rounds: limits.rounds,
    epsilonSpent: wad(epsilonWad(run.rho, BigInt(limits.deltaExponent))),
    epsilonCap: wad(limits.epsilonCap),
    registeredModel: registeredIn(found),
  };
}

/** The tools that read, over one source. Models are kept once pulled and checked: a final model does not change. */
export function readingTools(source: Source): { readonly [N in Exclude<ToolName, 'vote'>]: Tool<N> } {
  const models = new Map<Hex, FinalModel>();
  const modelOf = async (found: Found): Promise<FinalModel> => {
    const kept = models.get(found.run.model);
    if (kept && kept.runId === found.run.charterId) return kept;
    const model = await finalModelOf(found.run, found.blobs, found.now.time);
    models.set(found.run.model, model);
    return model;
  };
  const named = async (runId: string | undefined, modelId: string | undefined): Promise<FinalModel> => {
    if (modelId === undefined) return modelOf(await find(source, runId));
    if (runId !== undefined) throw new ToolError('runId, modelId: give one of them');
    const id = modelId.toLowerCase() as Hex;
    const found = (await source.runs()).find((each) => registeredIn(each) === id);
    if (!found)
      throw new ToolError(`modelId: no model ${id} is registered here; list_runs tells those that are, or name a run`);
    return finalModelIn(found.facts, { modelId: id }, found.blobs, found.now.time);
  };
  return {
    list_runs: async () => {
      const runs = (await source.runs()).map(summaryOf);
      const words = runs.map(
        (run) =>
          `${run.runId}: ${run.phase}, ${run.members.length} members, ${run.settledRounds} of ${run.rounds} rounds, ε ${run.epsilonSpent.toFixed(3)} of ${run.epsilonCap}`,
      );
      return { words: words.join('\n') || 'No charter was proposed here yet.', data: { source: source.kind, runs } };
    },

    explain_charter: async ({ runId }) => {
      const found = await find(source, runId);
      const text = await textOf(found);
      const told = explainCharter(found.run.charter, text);
      const { columns, label, blank } = text.schema;
      const clauses = told.clauses.map(
        ({ id, sentence, enforcedBy }) => `${id} ${sentence} (enforced by: ${enforcedBy})`,
      );
      const authored = [`${told.name}: ${told.purpose}`, `Judged by: ${told.metric}`, ...clauses].map(onOneLine);
      const chapters = told.chapters.map(
        ({ title, sentences }) => `${title}:\n${sentences.map((each) => `- ${each}`).join('\n')}`,
      );
      return {
        words: [...authored, ...chapters].join('\n'),
        data: { ...told, columns, label, blank },
      };
    },

    run_status: async ({ runId }) => {
      const { run, now } = await find(source, runId);
      const status = await statusOf(run, now, { ask: source.kind === 'chain' });
      const means = PHASE_WORDS[status.phase] ?? status.phase;
      return { words: `${status.phase}: ${means}; waits for ${status.waitsFor}`, data: { ...status, means } };
    },

    verify_run: async ({ runId }, { signal, progress }) => {
      const { run } = await find(source, runId);
      const { rounds } = run.charter.limits;
      progress(0, rounds, 'reading the records');
      const records = await source.records(run.charterId);
      const { kept: _kept, ...report } = await audit(records, (round) => {
        signal.throwIfAborted();
        progress(round + 1, rounds, `round ${round} is checked`);
      });
      const open = report.clauses.filter(({ verdict }) => verdict === 'FAIL' || verdict === 'INCOMPLETE');
      const words = [
        `${report.verdict}: run ${run.charterId}`,
        ...open.map(
          ({ id, verdict, sentence, evidence }) =>
            `${verdict} ${id} ${sentence}${evidence === undefined ? '' : ` → ${evidence}`}`,
        ),
        ...(source.kind === 'archive'
          ? ['The logs are those that the archivist read: compare them with the chain before you rely on them.']
          : []),
      ];
      return { words: words.join('\n'), data: { runId: run.charterId, source: source.kind, ...report } };
    },

    get_model_card: async ({ runId }) => {
      const found = await find(source, runId);
      const model = await modelOf(found);
      const registered = registeredIn(found) === model.modelId;
      const card = cardOf(found.run, found.deployment, model, { readFrom: source.kind, registered });
      return { words: cardText(card), data: card };
    },

    predict: async ({ runId, modelId, record, through }) => {
      const model = await named(runId, modelId);
      if (through === 'contract' && !source.client)
        throw new ToolError('through: an archive has no contract; ask “here”, which computes the same bits');
      const told =
        through === 'contract' ? await predictOnChain(source.client!, model, record) : predictHere(model, record);
      return {
        words: `“${told.label}” with probability ${told.probability.toFixed(4)} (score ${told.score}), as the model estimates it; it can be wrong, see get_model_card`,
        data: told,
      };
    },

    explain_amendment: async ({ before, after }) => {
      const [old, now] = await Promise.all([before, after].map((id) => find(source, id)));
      const [a, b] = await Promise.all(
        [old!, now!].map(async (found) => ({ charter: found.run.charter, text: await textOf(found) })),
      );
      const { phase } = waitingOf(old!.run, old!.now.time);
      // A run that goes on may still spend all of its budget.
      const over = phase === 'FINISHED' || phase === 'FAILED';
      const told = explainAmendment(a!, b!, over ? { spentRho: old!.run.rho } : {});
      return { words: told.sentences.join('\n'), data: told };
    },
  };
}
