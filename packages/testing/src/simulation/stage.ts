/** What a simulation begins with: contracts on a chain, stakes, a proposed charter, and everybody's keys and data. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Caps, Components } from '@concord/protocol';
import {
  type Charter,
  compileCharter,
  createConcordClient,
  type Deployed,
  type Deployment,
  deploy,
  type Fact,
  getFacts,
  type Hex,
  propose,
  recover,
  registerAggregator,
  sign,
} from '@concord/sdk';
import { custom } from 'viem';
import { loadKernels } from '../../../node/src/adapters/kernels.ts';
import { nodePlatform } from '../../../node/src/adapters/platform.ts';
import { cappedText, smallTerms, smallText, tableOf, textOf } from '../charter.ts';
import { type Member, membersOf } from '../committee.ts';
import { SimulatedChain } from './chain.ts';
import type { Disk } from './disk.ts';

/** What is put on chain before anything begins: it is the same for every seed. */
export interface Stage {
  readonly members: number;
  /** Statistics and training rounds. */
  readonly rounds: number;
  readonly committee?: { readonly shares: number; readonly aggregators: number };
  /** Seconds for each phase. */
  readonly phaseSeconds: number;
  readonly relayers: number;
  /** The charter's text, `smallText` unless told. */
  readonly text?: unknown;
  /** Columns of the records and so weights of the model; 3 unless told. */
  readonly features?: number;
  /** Rows of every member; 20 unless told. */
  readonly rows?: number;
  /** 1 unless told. */
  readonly blockSeconds?: number;
  /** Blocks above a fact before a node believes it; 0 unless told. */
  readonly confirmations?: number;
  /** What the run may cost in gas, and each member; without it, whatever it takes. */
  readonly gasCap?: number;
  readonly caps?: Caps;
}

/** Seconds: when the chain begins. */
const BEGINNING = 1_700_000_000;
const STAKE = 10n ** 18n;
export const PORT = 7_000;

export interface SetStage {
  readonly stage: Stage;
  readonly chain: SimulatedChain;
  readonly deployed: Deployed;
  readonly facts: readonly Fact[];
  readonly charter: Charter;
  readonly runId: Hex;
  readonly people: People;
  readonly charterText: string;
  readonly dataFiles: readonly string[];
  readonly components: Components;
  /** Folders of nodes, by name, as they were left; none before anything began. */
  readonly disks: ReadonlyMap<string, Disk>;
  /** Removes the members' files. */
  clear(): void;
}

export interface People {
  readonly relayers: readonly Member[];
  readonly members: readonly Member[];
  readonly aggregators: readonly Member[];
}

export const hostOf = (name: string): string => `${name}.example`;
export const endpointOf = (name: string): string => `http://${hostOf(name)}:${PORT}`;

export const clientFor = (chain: SimulatedChain, deployed: Deployment, account?: Hex) =>
  createConcordClient({
    ...deployed,
    rpcUrl: '',
    transport: custom({ request: (asked) => chain.request(asked) }, { retryCount: 0 }),
    ...(account && { account }),
  });

/** Deploys the contracts, registers the stakes and proposes the charter. */
export async function setStage(stage: Stage): Promise<SetStage> {
  const people: People = {
    relayers: membersOf(stage.relayers, 'relayer'),
    members: membersOf(stage.members, 'member'),
    aggregators: membersOf(stage.committee?.aggregators ?? 0, 'aggregator'),
  };
  const everybody = Object.values(people).flat() as readonly Member[];
  const chain = await SimulatedChain.create(
    BEGINNING,
    everybody.map(({ address }) => address),
  );
  /** Mines whatever is sent until the work is done. */
  const mined = async <T>(work: Promise<T>): Promise<T> => {
    let pending = true;
    const over = (): void => {
      pending = false;
    };
    work.then(over, over);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!pending) return work;
      if (chain.pending > 0) await chain.mine(Number(chain.head.timestamp) + 1);
    }
  };
  const account = people.relayers[0]!.secretKey;
  await loadSignatures(account);
  const transport = custom({ request: (asked) => chain.request(asked) }, { retryCount: 0 });
  const deployed = await mined(deploy({ rpcUrl: '', account, transport }));
  for (const [i, { secretKey }] of people.aggregators.entries()) {
    const staker = await clientFor(chain, deployed, secretKey);
    await mined(registerAggregator(staker, { endpoint: endpointOf(`aggregator-${i}`), stake: STAKE }));
  }
  const s = stage.phaseSeconds;
  const terms = {
    ...smallTerms(stage.rounds - 1, 3),
    gasCap: stage.gasCap ?? 0,
    deadlines: { seat: s, noise: s, open: s, upload: s, query: s, verify: s, unmask: s, settle: s },
    ...(stage.committee && { committee: { shares: stage.committee.shares } }),
  };
  const addresses = people.members.map(({ address }) => address);
  const { features = smallText.model.inputs, rows = 20 } = stage;
  const own = stage.caps && cappedText(stage.caps);
  const text = stage.text ?? own ?? (features === smallText.model.inputs ? smallText : textOf(features));
  const { charter, textBytes } = compileCharter({ text, terms }, addresses, `0x${'ab'.repeat(32)}`);
  const client = await clientFor(chain, deployed, account);
  const { charterId } = await mined(propose(client, charter));
  const folder = mkdtempSync(join(tmpdir(), 'concord-simulation-'));
  return {
    stage,
    chain,
    deployed,
    facts: await getFacts(client, 0n, chain.head.number),
    charter,
    runId: charterId,
    people,
    charterText: new TextDecoder().decode(textBytes),
    dataFiles: people.members.map((_, i) => {
      const path = join(folder, `${i}.csv`);
      writeFileSync(path, tableOf(i, rows, features));
      return path;
    }),
    components: { platform: nodePlatform, kernels: loadKernels() },
    disks: new Map(),
    clear: () => rmSync(folder, { recursive: true }),
  };
}

/** What a process loads when it first checks a signature is loaded here, so that no play waits for it. */
async function loadSignatures(key: Hex): Promise<void> {
  const word: Hex = `0x${'00'.repeat(32)}`;
  const nobody: Hex = `0x${'00'.repeat(20)}`;
  const deployment = { chainId: 1, charters: nobody, rounds: nobody, inference: nobody };
  const vote = { kind: 'Vote', charterId: word, support: true } as const;
  await recover(deployment, vote, await sign(key, deployment, vote));
}
