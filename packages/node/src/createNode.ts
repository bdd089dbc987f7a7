/** The only place where nodes are put together: plain configuration in, a running node out. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { addressOf, deriveSizes, publicKeyOf, Secret, shard, treePlan } from '@concord/protocol';
import {
  type Address,
  type ChainView,
  answer as publishAnswer,
  type ConcordClient,
  createConcordClient,
  currentAttempt,
  type Hex,
  paramsOf,
  readCharterText,
  type RunView,
  TransactionError,
} from '@concord/sdk';
import { parseCsv, readRecords } from '@concord/trainer';
import { sha256 } from '@noble/hashes/sha2.js';
import { followChain } from './adapters/chain.ts';
import { systemClock } from './adapters/clock.ts';
import { CommandError } from './adapters/command.ts';
import { loadKernels } from './adapters/kernels.ts';
import { loopback } from './adapters/loopback.ts';
import { nodeComputed, nodePlatform, nodeRandom } from './adapters/platform.ts';
import { serve } from './adapters/server.ts';
import { trainCommand } from './adapters/trainCommand.ts';
import { httpTransport } from './adapters/transport.ts';
import { headersRoute } from './api/headers.ts';
import { ipfsRoute } from './api/ipfs.ts';
import { postsRoute } from './api/posts.ts';
import { reportsRoute, sealsRoute } from './api/reports.ts';
import type { Route } from './api/route.ts';
import { statusRoute } from './api/status.ts';
import { Bell } from './bell.ts';
import type {
  AggregatorConfig,
  HolderParts,
  MemberConfig,
  MemberParts,
  NodeConfig,
  RelayerConfig,
  RunningNode,
} from './config.ts';
import { committeeRunsOf, runOf } from './core/attempt.ts';
import type { Me } from './core/duties.ts';
import { bytesToHex, hexToBytes } from './core/hex.ts';
import { entry, type Slot, type TypeName } from './core/slot.ts';
import { endpointOf } from './endpoint.ts';
import { openJournal } from './journal.ts';
import { type Following, runLoop } from './loop.ts';
import { Meter } from './meter.ts';
import { takenBack } from './perform/standing.ts';
import { createPeers, type Peers } from './peers.ts';
import { type Head, honestly, type Party, type Reporter } from './ports.ts';
import { type PlaceNow, reception } from './receive.ts';
import { createRelayer } from './relay/createRelayer.ts';
import { clientOf, follow, running } from './running.ts';
import { readPost } from './statements.ts';
import { Spendings } from './spendings.ts';
import { describeRun } from './status.ts';
import { TurnedAway } from './turnedAway.ts';
import { Workbench } from './workbench.ts';
import type { World } from './world.ts';

/** The world of this process: its clock and randomness, files, HTTP. */
const processWorld: World = {
  clock: systemClock,
  random: nodeRandom,
  components: () => ({ platform: nodePlatform, kernels: loadKernels() }),
  computed: nodeComputed,
  openJournal: (folder) => openJournal(join(folder, 'journal.sqlite')),
  connect: createConcordClient,
  listen: serve,
  transport: httpTransport,
};

/** Largest body while no run is known: nothing that is any use yet. */
const BEFORE_ANY_RUN = 1 << 20;

/** What makes a node a member or an aggregator; the rest is the same. */
interface Part {
  readonly part: Me['part'];
  readonly reporter?: Reporter;
  readonly runsIn: (view: ChainView, me: Address) => readonly RunView[];
  /** Blobs to serve from the start. */
  readonly blobs: readonly Uint8Array[];
  readonly status: () => object;
  readonly parts: HolderParts;
  readonly publish: (peers: Peers, client: ConcordClient) => Party['publish'];
}

/** Bytes of the longest report of a run, with room for what is around it. */
function longestReport(run: RunView): number {
  const { field, vectorLength, ringDegree, update, noise } = deriveSizes(paramsOf(run.charter.aggregation));
  const elements =
    vectorLength + ringDegree + Math.max(...[update, noise].map(({ bits, proofLength }) => bits + proofLength));
  return elements * field.bytes + BEFORE_ANY_RUN;
}

/** How many others may need what a node says about a run: its holders and its members. */
const othersIn = ({ charter: { members, aggregation } }: RunView): number =>
  aggregation.holders === 2 ? 2 * aggregation.shares + members.length : members.length - 1;

async function startParty(
  config: NodeConfig & Pick<MemberConfig, 'folder' | 'publicUrl'>,
  part: Part,
  world: World,
): Promise<RunningNode> {
  const { clock } = world;
  const log = config.log ?? (() => undefined);
  endpointOf(config, config.port);
  const secretKey = new Secret(hexToBytes(config.privateKey));
  const address: Address = bytesToHex(addressOf(publicKeyOf(secretKey)));
  const client = await clientOf(world, config, part.part === 'aggregator' ? config.privateKey : undefined);
  const { deployment } = client;
  const journal = world.openJournal(config.folder);
  for (const bytes of part.blobs) journal.putBlob(bytes);
  const controller = new AbortController();
  const meter = new Meter(world.computed);
  const caps = part.reporter?.text.caps;
  const spendings = caps && new Spendings(caps, journal, meter);
  const bell = new Bell(clock);
  const components = world.components();

  let head: Head | undefined;
  let trouble: string | undefined;
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
    // Of a run that strangers made up there is no bench to keep.
    if (!run || !view) return undefined;
    const workbench = benchOf(runId);
    const place = workbench.place(run, view);
    return place && workbench.silence === undefined ? { place, workbench } : undefined;
  };
  /** What was said about an attempt is told for as long as the chain has the facts that it was said on [RD15]. */
  const stands = (slot: Slot): boolean => {
    const run = runsNow().find(({ charterId }) => charterId === slot.runId);
    const view = run?.attempts.find(({ round, attempt }) => round === slot.round && attempt === slot.attempt);
    return view === undefined || takenBack({ journal }, slot, view) === undefined;
  };
  const longest = (): number => Math.max(BEFORE_ANY_RUN, ...runsNow().map(longestReport));
  const turnedAway = new TurnedAway();
  const doors = reception({ journal, bell, components, secretKey }, placeNow);
  const status = (): object => {
    const at = head;
    const { bytesSent, bytesReceived, proofsChecked } = meter;
    const runs = at
      ? runsNow().map((run) => ({
          ...describeRun(run, at),
          ...spendings?.describe(run),
          ...objectionIn(benches.get(run.charterId)),
        }))
      : [];
    return {
      [part.part]: address,
      ...part.status(),
      ...(part.part === 'member' ? runs[0] : { runs }),
      ...(trouble !== undefined && { chainTrouble: trouble }),
      turnedAway: turnedAway.all,
      proofsChecked,
      bytesSent,
      bytesReceived,
    };
  };
  const { readPost: answer = readPost, readList = (closed) => closed, serves = () => true, ...holding } = part.parts;
  const listOf = (slot: Slot, type: TypeName): Uint8Array | undefined => {
    const closed = stands(slot) ? journal.read(slot, entry.closed(type)) : undefined;
    return closed && readList(closed);
  };
  const blobOf = (digest: string): Uint8Array | undefined => (serves(digest) ? journal.blob(digest) : undefined);
  const routes: readonly Route[] = [
    ipfsRoute(blobOf),
    reportsRoute(longest, turnedAway.at(doors.report)),
    sealsRoute(() => BEFORE_ANY_RUN, turnedAway.at(doors.seal)),
    headersRoute(bell, listOf),
    postsRoute(bell, (slot, kind) =>
      stands(slot) ? answer({ journal, deployment }, config.privateKey, slot, kind) : undefined,
    ),
    statusRoute(status),
  ];
  const listening = await world
    .listen(routes, config, meter, (error) => log('answer failed', { reason: String(error) }))
    .catch((error: unknown) => {
      journal.close();
      throw error;
    });
  const endpoint = endpointOf(config, listening.port);
  const transport = world.transport(meter);
  const peers = createPeers(loopback(transport, endpoint, routes), clock);
  const everywhere: Omit<Party, 'workbench'> = {
    me: { address, endpoint, part: part.part },
    secretKey,
    deployment,
    journal,
    peers,
    components,
    random: world.random,
    clock,
    holding: { ...honestly, ...holding },
    publish: part.publish(peers, client),
    ...(part.reporter && { reporter: timed(part.reporter, meter) }),
    ...(spendings && { spendings }),
    bell,
    meter,
    log,
  };
  const following: Following = {
    has: (digest) => blobOf(digest.slice(2)) !== undefined,
    runsIn: (view) => part.runsIn(view, address),
    partyIn: ({ charterId }) => ({ ...everywhere, workbench: benchOf(charterId) }),
    bell,
    clock,
    log,
  };
  const onTrouble = (what: string): void => {
    trouble = what;
  };
  const heads = followChain(client, follow(world, config, log, controller.signal, onTrouble));
  const observe = (next: Head): void => {
    head = next;
    trouble = undefined;
    meter.others = Math.max(0, ...runsNow().map(othersIn));
  };
  const work = runLoop(following, heads, observe, controller.signal);
  return running(listening, endpoint, status, work, controller, () => {
    bell.close();
    transport.close();
    journal.close();
  });
}

/** What a program of the member's own takes is counted too [RD18]. */
function timed(reporter: Reporter, meter: Meter): Reporter {
  const { train } = reporter;
  if (!train) return reporter;
  return {
    ...reporter,
    train: async (...asked) => {
      const began = performance.now();
      try {
        return await train(...asked);
      } finally {
        meter.computed(performance.now() - began);
      }
    },
  };
}

const objectionIn = (bench: Workbench | undefined): object => ({
  ...(bench?.objection !== undefined && { objection: bench.objection }),
  ...(bench && bench.leftOut.length > 0 && { leftOut: bench.leftOut }),
  ...(bench?.silence !== undefined && { silent: bench.silence }),
});

/**
 * Starts a member: it votes for the charter of its text, joins and trains until it is stopped, and in a consortium holds
 * a share. Throws when the text, the data or the folder cannot be used (CharterTextError, CsvError, SchemaError,
 * JournalError), when it has a train command and the text grows trees (CommandError), when others could not reach it
 * (EndpointError), when the port is taken, and when nobody answers at `rpcUrl` (ChainError).
 */
export async function startMember(
  config: MemberConfig,
  parts: MemberParts = {},
  world: World = processWorld,
): Promise<RunningNode> {
  const textBytes = new TextEncoder().encode(config.charterText);
  const textDigest = bytesToHex(sha256(textBytes));
  const text = readCharterText(textBytes, textDigest);
  const records = readRecords(parseCsv(readFileSync(config.dataFile, 'utf8')), text.schema);
  const { relayerUrl, charterId, dataFile, trainCommand: argv } = config;
  const consent = { textDigest, ...(charterId && { charterId }) };
  if (argv && treePlan(text))
    throw new CommandError(
      'NOT_STARTED',
      'the charter grows trees, from histograms that the node makes: leave the train command away',
    );
  const train = argv && trainCommand({ argv, dataFile: resolve(dataFile) });
  const { encodeUpdate = shard, ...holderParts } = parts;
  const part: Part = {
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
    // A member holds no gas: its relayer carries what it is asked for.
    publish: (peers) => async (demandId, bytes, signal) => {
      await peers.hand(relayerUrl, 'answers', { demandId, data: bytesToHex(bytes) }, signal);
    },
  };
  return startParty(config, part, world);
}

/**
 * Starts an aggregator: it holds shares in every committee that it is drawn into until it is stopped. It has no data and
 * sends no transaction but answers to demands, whose bonds pay for them [CM10]; its stake is registered with the SDK's `registerAggregator`, under the address of `privateKey`
 * and with this node's endpoint. Throws as `startMember` does.
 */
export function startAggregator(
  config: AggregatorConfig,
  parts: HolderParts = {},
  world: World = processWorld,
): Promise<RunningNode> {
  const part: Part = {
    ...{ part: 'aggregator', runsIn: committeeRunsOf, blobs: [], status: () => ({}), parts },
    publish: (_, client) => async (demandId, bytes) => {
      await publishAnswer(client, demandId, bytes).catch((error: unknown) => {
        // Somebody else was first.
        const over = error instanceof TransactionError && ['NotDemanded', 'AlreadyPublished'].includes(error.code);
        if (!over) throw error;
      });
    },
  };
  return startParty(config, part, world);
}

/**
 * Starts a relayer: it lands what members have signed and pays for it. It holds no secret of any run and may be killed,
 * replaced or run twice. Throws when the port is taken or nobody answers at `rpcUrl`.
 */
export const startRelayer = (config: RelayerConfig, world: World = processWorld): Promise<RunningNode> =>
  createRelayer(config, world);
