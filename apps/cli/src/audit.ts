/** The auditor, shown to people: every clause in plain words with its verdict. */
import { type Clause, type ConcordClient, fetchBlob, getFacts, type Hex, type Verification, verifyRun } from '@concord/sdk';
import { loadKernels, nodePlatform } from '@concord/node';
import type { Renderer, Tone } from './render.ts';

const TONES: Readonly<Record<Clause['verdict'], Tone>> = {
  PASS: 'good',
  FAIL: 'bad',
  INCOMPLETE: 'warn',
  'NOT ENFORCED IN THIS VERSION': 'faint',
};

export async function auditRun(options: {
  readonly client: ConcordClient;
  readonly runId: Hex;
  readonly fromBlock: bigint;
  /** Endpoints that may have the run's bytes; who serves them is not trusted. Default: those that members announced. */
  readonly sources?: readonly string[];
  readonly render: Renderer;
}): Promise<Verification> {
  const { client, runId, fromBlock, render } = options;
  const head = await client.reader.getBlock();
  const facts = await getFacts(client, fromBlock, head.number);
  const announced = facts.flatMap((fact) =>
    'endpoint' in fact && (fact.kind !== 'joined' || fact.charterId === runId) ? [fact.endpoint] : [],
  );
  const sources = options.sources ?? [...new Set(announced)];
  const report = await verifyRun({
    runId,
    facts,
    deployment: client.deployment,
    now: Number(head.timestamp),
    blobs: (digest) => fetchBlob(sources, digest).catch(() => undefined),
    components: { platform: nodePlatform, kernels: await loadKernels() },
  });
  for (const clause of report.clauses) {
    const mark = clause.verdict === 'NOT ENFORCED IN THIS VERSION' ? 'NOT ENFORCED' : clause.verdict;
    render.prose(clause.sentence, `  ${render.paint(mark.padEnd(12), TONES[clause.verdict])} ${clause.id.padEnd(5)} `);
    if (clause.evidence !== undefined) render.prose(clause.evidence, `${' '.repeat(20)}→ `);
  }
  return report;
}
