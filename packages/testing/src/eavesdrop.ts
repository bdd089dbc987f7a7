/** Listens to everything that nodes say while a run goes on, and notices whoever says two things. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type AttemptView,
  emptyView,
  type Fact,
  fold,
  gateways,
  getFacts,
  type Verification,
  verifyRun,
} from '@concord/sdk';
import { loadKernels, nodePlatform } from '@concord/node';
import type { Consortium } from './consortium.ts';

const KINDS = [
  'Seat',
  'CommitteeSeat',
  'NoiseClosed',
  'open',
  'UploadsClosed',
  'query',
  'verifierFile',
  'Verified',
  'Unmasked',
  'Settled',
];

export interface Eavesdropper {
  /** What was heard, by `address round/attempt/kind`. */
  readonly heard: ReadonlyMap<string, string>;
  /** Everything that was said in two ways, in words. */
  readonly contradictions: readonly string[];
  /** The facts up to the chain's head at the last look. */
  readonly facts: readonly Fact[];
  readonly attempts: readonly AttemptView[];
  /** Looks once. */
  look(): Promise<void>;
  /** Looks again and again until this holds, or so long has passed; says which. */
  until(holds: () => boolean | Promise<boolean>, milliseconds: number): Promise<boolean>;
  /** What a stranger finds, from the chain and from what these nodes serve. */
  verify(): Promise<Verification>;
}

export const describeAttempts = (attempts: readonly AttemptView[]): string =>
  attempts
    .map(
      ({ round, attempt, voided, verified }) =>
        `${round}/${attempt}${voided ? (verified ? ' void, charged' : ' void') : ''}`,
    )
    .join(', ');

export function eavesdrop(run: Consortium): Eavesdropper {
  const { client, runId, fromBlock } = run;
  const nodes = [...run.members, ...run.aggregators];
  const heard = new Map<string, string>();
  const contradictions: string[] = [];
  let facts: readonly Fact[] = [];
  let attempts: readonly AttemptView[] = [];
  const hear = async (i: number, { round, attempt }: AttemptView, kind: string): Promise<void> => {
    const { address, endpoint } = nodes[i]!;
    const signal = AbortSignal.timeout(2_000);
    const response = await fetch(`${endpoint}/posts/${runId}/${round}/${attempt}/${kind}`, { signal }).catch(
      () => undefined,
    );
    const said = response?.ok ? await response.text().catch(() => undefined) : undefined;
    if (said === undefined) return;
    const name = `${address} ${round}/${attempt}/${kind}`;
    const before = heard.get(name);
    if (before === undefined) heard.set(name, said);
    else if (before !== said) contradictions.push(`${name}: ${before}, then ${said}`);
  };
  const look = async (): Promise<void> => {
    // The chain may be standing still, or be taken back between two questions.
    const head = await client.reader.getBlockNumber().catch(() => 0n);
    const told: readonly Fact[] = await getFacts(client, fromBlock, head).catch(() => facts);
    try {
      attempts = told.reduce(fold, emptyView).runs.get(runId)?.attempts ?? [];
      facts = told;
    } catch {
      return;
    }
    for (const attempt of attempts.slice(-2))
      await Promise.all(nodes.flatMap((_, i) => KINDS.map((kind) => hear(i, attempt, kind))));
  };
  return {
    heard,
    contradictions,
    get facts() {
      return facts;
    },
    get attempts() {
      return attempts;
    },
    look,
    async until(holds, milliseconds) {
      const started = performance.now();
      while (performance.now() - started < milliseconds) {
        await look();
        if (await holds()) return true;
        await delay(120);
      }
      return false;
    },
    verify: async () =>
      verifyRun({
        runId,
        facts,
        deployment: client.deployment,
        blobs: gateways(nodes.map(({ endpoint }) => endpoint)),
        now: Number((await client.reader.getBlock()).timestamp),
        components: { platform: nodePlatform, kernels: loadKernels() },
      }),
  };
}
