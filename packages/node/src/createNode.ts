/** The only place where nodes are put together: plain configuration in, a running node out. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { addressOf, deriveSizes, publicKeyOf, Secret, shard, treePlan } from '@concord/protocol';
import {
  type Address,
  type ChainView,
  createConcordClient,
  currentAttempt,
  type Hex,
  paramsOf,
  readCharterText,
  type RunView,
} from '@concord/sdk';
import { parseCsv, readRecords } from '@concord/trainer';
import { sha256 } from '@noble/hashes/sha2.js';
import { type FollowOptions, followChain } from './adapters/chain.ts';
import { CommandError } from './adapters/command.ts';
import { loadKernels } from './adapters/kernels.ts';
import { loopback } from './adapters/loopback.ts';
import { nodePlatform, nodeRandom } from './adapters/platform.ts';
import { type Listening, serve } from './adapters/server.ts';
import { trainCommand } from './adapters/trainCommand.ts';
import { httpTransport } from './adapters/transport.ts';
import { headersRoute } from './api/headers.ts';
import { ipfsRoute } from './api/ipfs.ts';
import { postsRoute } from './api/posts.ts';
import { reportsRoute, sealsRoute } from './api/reports.ts';
import type { Route } from './api/route.ts';
import { statusRoute } from './api/status.ts';
import { Bell } from './bell.ts';
import { committeeRunsOf, runOf } from './core/attempt.ts';
import type { Me } from './core/duties.ts';
import { bytesToHex, hexToBytes } from './core/hex.ts';
import { entry } from './core/slot.ts';
import { endpointOf } from './endpoint.ts';
import { openJournal } from './journal.ts';
import { type Following, runLoop } from './loop.ts';
import { Meter } from './meter.ts';
import { createPeers } from './peers.ts';
import { type EncodeUpdate, type Head, type Holding, honestly, type Log, type Party, type Reporter } from './ports.ts';
import { type PlaceNow, reception } from './receive.ts';
import { joinsRoute, votesRoute } from './relay/carry.ts';
import { runRelay } from './relay/loop.ts';
import { createPurse } from './relay/purse.ts';
import { readPost } from './statements.ts';
import { describeRun } from './status.ts';
import { TurnedAway } from './turnedAway.ts';
import { Workbench } from './workbench.ts';

interface Common {
  readonly privateKey: Hex;
  readonly rpcUrl: string;
  readonly contracts: { readonly charters: Address; readonly rounds: Address; readonly inference: Address };
  /** Block in which the contracts were deployed; 0 unless told. */
  readonly fromBlock?: number;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Blocks above a fact before it counts. */
  readonly confirmations: number;
  readonly pollMilliseconds: number;
  readonly log?: Log;
}

export interface MemberConfig extends Common {
  /** The node's own folder; the journal in it must survive as long as the run. */
  readonly folder: string;
  /** The member's records as CSV. */
  readonly dataFile: string;
  /** The exact text that hashes to the charter's `textDigest`: what this member consents to. */
  readonly charterText: string;
  /** The charter that this member agreed to: its members and terms, which the text does not name. Unset: any with the text. */
  readonly charterId?: Hex;
  readonly relayerUrl: string;
  /** Program and arguments that train instead of this node, in every round but the first (LR22). */
  readonly trainCommand?: readonly string[];
  /** What others reach this node by, if it is not `http://host:port`. */
  readonly publicUrl?: string;
}

export interface AggregatorConfig extends Common {
  /** The node's own folder; the journal in it must survive as long as the runs. */
  readonly folder: string;
  /** What its stake was registered with, if that is not `http://host:port`. */
  readonly publicUrl?: string;
}

export type RelayerConfig = Common;

/** Parts that tests replace, by those of named liars: of whoever holds a share, and of a member. */
export interface HolderParts extends Partial<Holding> {
  /** What this node answers when it is asked for what it has said. */
  readonly readPost?: typeof readPost;
}
export interface MemberParts extends HolderParts {
  readonly encodeUpdate?: EncodeUpdate;
}

export interface RunningNode {
  readonly endpoint: string;
  status(): object;
  /** Settles when the node has stopped; rejects with what stopped it, unless that was `stop`. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Largest body while no run is known: nothing that is any use yet. */
const BEFORE_ANY_RUN = 1 << 20;

const clientOf = ({ rpcUrl, contracts, pollMilliseconds }: Common, account?: Hex) =>
  createConcordClient({ rpcUrl, ...contracts, pollMilliseconds, ...(account && { account }) });

const follow = (config: Common, log: Log, signal: AbortSignal): FollowOptions => ({
  fromBlock: BigInt(config.fromBlock ?? 0),
  confirmations: config.confirmations,
  pollMilliseconds: config.pollMilliseconds,
  signal,
  log,
});

function running(
  listening: Listening,
  endpoint: string,
  status: () => object,
  work: Promise<void>,
  controller: AbortController,
  release: () => void,
): RunningNode {
  const ended = work
    .catch((error: unknown) => {
      if (!controller.signal.aborted) throw error;
    })
    .finally(async () => {
      controller.abort();
      release();
      await listening.close();
    });
  return {
    endpoint,
    status,
    ended,
    stop() {
      controller.abort();
      return ended.catch(() => undefined);
    },
  };
}

/** What makes a node a member or an aggregator; the rest is the same. */
interface Part {
  readonly part: Me['part'];
  readonly reporter?: Reporter;
  readonly runsIn: (view: ChainView, me: Address) => readonly RunView[];
  /** Blobs to serve from the start. */
  readonly blobs: readonly Uint8Array[];
  readonly status: () => object;
  readonly parts: HolderParts;
}

/** Bytes of the longest report of a run, with room for what is around it. */
function longestReport(run: RunView): number {
  const { field, vectorLength, ringDegree, update, noise } = deriveSizes(paramsOf(run.charter.aggregation));
  const elements =
    vectorLength + ringDegree + Math.max(...[update, noise].map(({ bits, proofLength }) => bits + proofLength));
  return elements * field.bytes + BEFORE_ANY_RUN;
}

async function startParty(
  config: Common & Pick<MemberConfig, 'folder' | 'publicUrl'>,
  part: Part,
): Promise<RunningNode> {
  const log = config.log ?? (() => undefined);
  endpointOf(config, config.port);
  const secretKey = new Secret(hexToBytes(config.privateKey));
  const address: Address = bytesToHex(addressOf(publicKeyOf(secretKey)));
  const client = await clientOf(config);
  const { deployment } = client;
  mkdirSync(config.folder, { recursive: true });
  const journal = openJournal(join(config.folder, 'journal.sqlite'));
  for (const bytes of part.blobs) journal.putBlob(bytes);
  const controller = new AbortController();
  const meter = new Meter();
  const bell = new Bell();
  const components = { platform: nodePlatform, kernels: loadKernels() };

  let head: Head | undefined;
  const runsNow = (): readonly RunView[] => (head ? part.runsIn(head.view, address) : []);
  // What is computed for one run is of no use in another.
  const benches = new Map<Hex, Workbench>();
  const benchOf = (runId: Hex): Workbench => {
    const bench = benches.get(runId) ?? new Workbench(components, deployment, address);
    benches.set(runId, bench);
    return bench;
  };
  const placeNow: PlaceNow = (runId) => {
    const run = runsNow().find(({ charterId }) => charterId === runId);
    const view = run && currentAttempt(run);
    const workbench = benchOf(runId);
    const place = run && view && workbench.place(run, view);
    return place && { place, workbench };
  };
  const longest = (): number => Math.max(BEFORE_ANY_RUN, ...runsNow().map(longestReport));
  const turnedAway = new TurnedAway();
  const doors = reception({ journal, bell, components, secretKey }, placeNow);
  const status = (): object => {
    const at = head;
    const { bytesSent, bytesReceived, proofsChecked } = meter;
    const runs = at
      ? runsNow().map((run) => ({ ...describeRun(run, at), ...objectionIn(benches.get(run.charterId)) }))
      : [];
    return {
      [part.part]: address,
      ...part.status(),
      ...(part.part === 'member' ? runs[0] : { runs }),
      turnedAway: turnedAway.all,
      proofsChecked,
      bytesSent,
      bytesReceived,
    };
  };
  const { readPost: answer = readPost, ...holding } = part.parts;
  const routes: readonly Route[] = [
    ipfsRoute((digest) => journal.blob(digest)),
    reportsRoute(longest, turnedAway.at(doors.report)),
    sealsRoute(() => BEFORE_ANY_RUN, turnedAway.at(doors.seal)),
    headersRoute(bell, (slot, type) => journal.read(slot, entry.closed(type))),
    postsRoute(bell, (slot, kind) => answer({ journal, deployment }, config.privateKey, slot, kind)),
    statusRoute(status),
  ];
  const listening = await serve(routes, config, meter, (error) =>
    log('answer failed', { reason: String(error) }),
  ).catch((error: unknown) => {
    journal.close();
    throw error;
  });
  const endpoint = endpointOf(config, listening.port);
  const transport = httpTransport(meter);
  const everywhere: Omit<Party, 'workbench'> = {
    me: { address, endpoint, part: part.part },
    secretKey,
    deployment,
    journal,
    peers: createPeers(loopback(transport, endpoint, routes)),
    components,
    random: nodeRandom,
    holding: { ...honestly, ...holding },
    ...(part.reporter && { reporter: part.reporter }),
    bell,
    meter,
    log,
  };
  const following: Following = {
    runsIn: (view) => part.runsIn(view, address),
    partyIn: ({ charterId }) => ({ ...everywhere, workbench: benchOf(charterId) }),
    bell,
    log,
  };
  const heads = followChain(client, follow(config, log, controller.signal));
  const observe = (next: Head): void => {
    head = next;
  };
  const work = runLoop(following, heads, observe, controller.signal);
  return running(listening, endpoint, status, work, controller, () => {
    bell.close();
    transport.close();
    journal.close();
  });
}

const objectionIn = (bench: Workbench | undefined): object =>
  bench?.objection === undefined ? {} : { objection: bench.objection };

/**
 * Starts a member: it votes for the charter of its text, joins and trains until it is stopped, and in a consortium holds
 * a share. Throws when the text, the data or the folder cannot be used (CharterTextError, CsvError, SchemaError, SQLite's
 * errors), when it has a train command and the text grows trees (CommandError), when others could not reach it
 * (EndpointError), when the port is taken, and when nobody answers at `rpcUrl`.
 */
export async function startMember(config: MemberConfig, parts: MemberParts = {}): Promise<RunningNode> {
  const textBytes = new TextEncoder().encode(config.charterText);
  const textDigest = bytesToHex(sha256(textBytes));
  const text = readCharterText(textBytes, textDigest);
  const records = readRecords(parseCsv(readFileSync(config.dataFile, 'utf8')), text.schema);
  const { relayerUrl, charterId, dataFile, trainCommand: argv } = config;
  const consent = { textDigest, ...(charterId && { charterId }) };
  if (argv && treePlan(text))
    throw new CommandError('NOT_STARTED', 'the charter grows trees, from histograms that the node makes: leave the train command away');
  const train = argv && trainCommand({ argv, dataFile: resolve(dataFile) });
  const { encodeUpdate = shard, ...holderParts } = parts;
  return startParty(config, {
    part: 'member',
    reporter: { encodeUpdate, text, records, relayerUrl, ...(train && { train }) },
    runsIn(view, me) {
      const run = runOf(view, consent, me);
      return run ? [run] : [];
    },
    // Whoever verifies the run needs the text that its members consented to, and so do its aggregators.
    blobs: [textBytes],
    status: () => ({ records: records.count }),
    parts: holderParts,
  });
}

/**
 * Starts an aggregator: it holds shares in every committee that it is drawn into until it is stopped. It has no data and
 * sends no transaction; its stake is registered with the SDK's `registerAggregator`, under the address of `privateKey`
 * and with this node's endpoint. Throws as `startMember` does.
 */
export const startAggregator = (config: AggregatorConfig, parts: HolderParts = {}): Promise<RunningNode> =>
  startParty(config, { part: 'aggregator', runsIn: committeeRunsOf, blobs: [], status: () => ({}), parts });

/**
 * Starts a relayer: it lands what members have signed and pays for it. It holds no secret of any run and may be killed,
 * replaced or run twice. Throws when the port is taken or nobody answers at `rpcUrl`.
 */
export async function startRelayer(config: RelayerConfig): Promise<RunningNode> {
  const log = config.log ?? (() => undefined);
  const client = await clientOf(config, config.privateKey);
  const controller = new AbortController();
  const meter = new Meter();
  const purse = createPurse(client, log, () => performance.now());
  let head: Head | undefined;
  const status = (): object => {
    const at = head;
    return {
      relayer: bytesToHex(addressOf(publicKeyOf(new Secret(hexToBytes(config.privateKey))))),
      ...purse.status(),
      block: Number(head?.block ?? 0n),
      runs: at ? [...at.view.runs.values()].map((run) => describeRun(run, at)) : [],
      bytesSent: meter.bytesSent,
      bytesReceived: meter.bytesReceived,
    };
  };
  const routes = [votesRoute(client), joinsRoute(client), statusRoute(status)];
  const listening = await serve(routes, config, meter, (error) => log('answer failed', { reason: String(error) }));
  const transport = httpTransport(meter);
  const heads = followChain(client, follow(config, log, controller.signal));
  const observe = (next: Head): void => {
    head = next;
    void purse.look(next);
  };
  const work = runRelay({ client, peers: createPeers(transport), log }, heads, observe, controller.signal);
  return running(listening, `http://${config.host}:${listening.port}`, status, work, controller, () =>
    transport.close(),
  );
}
