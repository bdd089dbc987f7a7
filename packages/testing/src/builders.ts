/**
 * A whole run in memory: facts and blobs as a chain and its members would have left them, made by the protocol's own
 * functions, without chain, network or clock. Reproducible from a seed, so that a failing test can be run again.
 */
import {
  type Attempt,
  type Caps,
  type CharterText,
  type Components,
  coordinatesRoot,
  encodeRunState,
  merkleRoot,
  NOISE,
  nextState,
  prepareRun,
  type Random,
  ReportError,
  type ReportType,
  type RunState,
  runStateHash,
  startState,
  stateParts,
  UPDATE,
  unshard,
} from '@concord/protocol';
import {
  attemptOf,
  type AttemptView,
  type Charter,
  charterIdOf,
  compareEntries,
  compileCharter,
  currentAttempt,
  type Deployment,
  encodeAggregateShare,
  encodeFileList,
  encodeHeaderBlob,
  encodeVerifierFile,
  type Finding,
  headersRoot,
  type Hex,
  paramsOf,
  priceOf,
  rulesOf,
} from '@concord/sdk';
import { bytesToHex, hexToBytes, sha256 } from 'viem';
import { adaptiveText, averagingText, cappedText, memberTerms, smallTerms, smallText } from './charter.ts';
import { Committee, type Held, type Member, membersOf } from './committee.ts';
import { Ledger } from './ledger.ts';
import { type At, type CommitteeOptions, registerAll, seatDrawn, seatMembers, snapshotFor, wordOf } from './seating.ts';
import { vectorOf } from './vectors.ts';

export interface RunOptions {
  /** At least 3. */
  readonly members: number;
  /** Rounds in all: one for statistics, the others for training; at least 2. */
  readonly rounds: number;
  /** The same seed gives the same run. */
  readonly seed?: string;
  /** Place (by address) of a member whose updates break the norm bound and claim not to; needs four members. */
  readonly liar?: number;
  /** Whether round 1 takes a second attempt, the first being void. */
  readonly voids?: boolean;
  /** Drawn pairs hold the shares instead of the members. */
  readonly committee?: CommitteeOptions;
  /** Trains by federated averaging, protecting members, instead of by the gradients of protected records. */
  readonly averaging?: boolean;
  /** Trains on gated waves by the adaptive step. */
  readonly adaptive?: boolean;
  /** The promised ε, 8 unless told. */
  readonly epsilon?: number;
  /** What the run may cost a member, and its transactions; nothing is told of either unless a test does. */
  readonly caps?: Caps;
  readonly gasCap?: number;
  /** Seconds since 1970; none unless told. Facts are told all the same: a test that is about it leaves the later ones out. */
  readonly sunset?: number;
}

export interface BuiltRun {
  readonly runId: Hex;
  readonly charter: Charter;
  readonly charterText: Uint8Array;
  readonly deployment: Deployment;
  readonly members: readonly Member[];
  readonly ledger: Ledger;
}

const DEPLOYMENT: Deployment = {
  chainId: 31_337,
  charters: '0x1111111111111111111111111111111111111111',
  rounds: '0x2222222222222222222222222222222222222222',
  inference: '0x3333333333333333333333333333333333333333',
};

/** An AES-128-CTR keystream from a text. */
function randomFrom(seed: string, { platform }: Components): Random {
  const key = sha256(new TextEncoder().encode(seed), 'bytes');
  const stream = platform.aesCtr(key.subarray(0, 16), key.subarray(16));
  return (count) => Uint8Array.from(stream.read(count));
}

/** Builds a finished run whose model is registered. */
export function aRun(options: RunOptions, components: Components): BuiltRun {
  const {
    members: count,
    rounds,
    seed = 'a run',
    liar,
    voids = false,
    committee,
    averaging = false,
    adaptive = false,
    epsilon = 8,
    caps,
    gasCap = 0,
    sunset = 0,
  } = options;
  const random = randomFrom(seed, components);
  const members = membersOf(count, seed);
  const addresses = members.map(({ address }) => address);
  const out = (liar === undefined ? 0 : 1) + (committee?.conflicts?.length ?? 0);
  const terms = {
    ...(averaging ? memberTerms : smallTerms)(rounds - 1, count - out),
    epsilon,
    gasCap,
    sunset,
    ...(committee && { committee: { shares: committee.shares } }),
  };
  const { charter, text, textBytes } = compileCharter(
    { text: averaging ? averagingText : adaptive ? adaptiveText : caps ? cappedText(caps) : smallText, terms },
    addresses,
    bytesToHex(random(32)),
  );
  const runId = charterIdOf(charter);
  const ledger = new Ledger();
  ledger.keep(textBytes);
  if (committee) registerAll(ledger, committee, seed);
  ledger.post({ kind: 'proposed', charterId: runId, proposer: addresses[0]!, charter });
  for (const voter of addresses) ledger.post({ kind: 'voted', charterId: runId, voter, support: true });
  for (const member of addresses)
    ledger.post({ kind: 'joined', charterId: runId, member, endpoint: `https://${member}.example` });

  const prepared = prepareRun(paramsOf(charter.aggregation), components);
  const stage: Stage = {
    runId,
    charter,
    text,
    members,
    prepared,
    ledger,
    seed,
    random,
    components,
    liar,
    drawn: committee,
  };
  let state = startState(text, hexToBytes(charter.textDigest));
  for (let round = 0; round < rounds; round++) {
    if (voids && round === 1) {
      const { at } = sit(stage);
      ledger.wait(charter.deadlines.noise);
      ledger.post({ kind: 'voided', ...at, phase: 1 });
      if (committee) snapshotFor(ledger, { ...at, attempt: at.attempt + 1 });
    }
    state = play(stage, state);
  }
  ledger.post({ kind: 'registered', runId, modelId: bytesToHex(stateParts(state).modelHash) });
  ledger.post({ kind: 'offered', runId, terms: { callers: [], price: 0n, purpose: 'any', until: 0n } });
  ledger.post({ kind: 'used', runId, caller: addresses[0]!, purpose: 'a test', paid: 0n });
  return { runId, charter, charterText: textBytes, deployment: DEPLOYMENT, members, ledger };
}

interface Stage {
  readonly runId: Hex;
  readonly charter: Charter;
  readonly text: CharterText;
  readonly members: readonly Member[];
  readonly prepared: ReturnType<typeof prepareRun>;
  readonly ledger: Ledger;
  readonly seed: string;
  readonly random: Random;
  readonly components: Components;
  readonly liar: number | undefined;
  readonly drawn: CommitteeOptions | undefined;
}

interface Seated {
  readonly committee: Committee;
  readonly at: At;
}

const viewOf = ({ ledger, runId }: Stage): AttemptView => currentAttempt(ledger.run(runId))!;

const placed = (stage: Stage): Attempt => {
  const { ledger, runId, prepared, components } = stage;
  return attemptOf(ledger.run(runId), viewOf(stage), prepared, DEPLOYMENT, components.platform)!;
};

function sit(stage: Stage): Seated {
  const { ledger, members, random, components, runId, seed, drawn } = stage;
  const { round, attempt } = viewOf(stage);
  const at = { runId, round, attempt };
  const committee = new Committee(drawn?.shares ?? members.length, drawn ? 2 : 1, random, components);
  if (drawn) seatDrawn(ledger, at, drawn, committee.keys, seed);
  else {
    const addresses = members.map(({ address }) => address);
    seatMembers(ledger, at, addresses, committee.keys, seed);
  }
  return { committee, at };
}

interface Uploaded {
  readonly held: readonly Held[];
  readonly root: Hex;
  readonly blob: Hex;
}

function upload(stage: Stage, committee: Committee, type: ReportType): Uploaded {
  const { ledger, members, charter, random, liar } = stage;
  const attempt = placed(stage);
  const params = paramsOf(charter.aggregation);
  const held = members
    .map((member, i) => {
      const vector = vectorOf(type, params, random, type === UPDATE && i === liar);
      return committee.report(member, type, vector, attempt);
    })
    .sort((a, b) => compareEntries(a.entry, b.entry));
  for (const { bytes } of held) ledger.keep(bytes);
  const entries = held.map(({ entry }) => entry);
  return { held, root: bytesToHex(headersRoot(entries)), blob: ledger.keep(encodeHeaderBlob(entries)) };
}

/** Places, among all reports in order, of the updates that the holders of share 1 disagree about. */
function conflictsOf({ members, drawn }: Stage, held: readonly Held[]): ReadonlySet<number> {
  const about = (drawn?.conflicts ?? []).map((place) => members[place]!.address);
  const sorted = held.toSorted((a, b) => compareEntries(a.entry, b.entry));
  const isAbout = ({ report: { header } }: Held): boolean =>
    header.type === UPDATE && about.includes(bytesToHex(header.member));
  return new Set(sorted.flatMap((each, i) => (isAbout(each) ? [i] : [])));
}

/** The verified list: a file for each seat, 32 zero bytes for one that nobody published. */
function filesOf(
  { ledger, drawn }: Stage,
  findings: readonly (readonly Finding[])[],
  conflicts: ReadonlySet<number>,
): readonly Uint8Array[] {
  const files = findings.map((each, i) => encodeVerifierFile({ share: i + 1, findings: each }));
  if (!drawn) return files.map((file) => hexToBytes(ledger.keepPieced(file)));
  // The standby of share 1 complains where it disagrees.
  const other = findings[0]!.map((finding, i) => (conflicts.has(i) ? { headerHash: finding.headerHash } : finding));
  const copies = [...files, encodeVerifierFile({ share: 1, findings: other }), ...files.slice(1)];
  return copies.map((file, seat) =>
    seat === drawn.missing || seat === drawn.silent ? new Uint8Array(32) : hexToBytes(ledger.keepPieced(file)),
  );
}

/** One round from SEAT to SETTLE; returns the next state. */
function play(stage: Stage, state: RunState): RunState {
  const { ledger, charter, text, seed, components, runId } = stage;
  const { committee, at } = sit(stage);
  const noise = upload(stage, committee, NOISE);
  ledger.post({ kind: 'noiseClosed', ...at, root: noise.root, blob: noise.blob });
  ledger.post({ kind: 'opened', ...at, beacon: wordOf(seed, at.round, 'open') });
  const updates = upload(stage, committee, UPDATE);
  ledger.post({ kind: 'uploadsClosed', ...at, root: updates.root, blob: updates.blob });
  ledger.post({ kind: 'queried', ...at, beacon: wordOf(seed, at.round, 'query') });

  const attempt = placed(stage);
  const { drawBeacon, open, query } = viewOf(stage);
  const held = [...noise.held, ...updates.held];
  const beacon = hexToBytes(query!.beacon);
  const groups = {
    shares: attempt.shares,
    drawBeacon: hexToBytes(drawBeacon),
    openBeacon: hexToBytes(open!.beacon),
  };
  const findings = committee.findings(held, beacon, attempt, groups);
  const conflicts = conflictsOf(stage, held);
  const accepted = committee.accept(held, findings, beacon, attempt, groups, conflicts);
  const digests = filesOf(stage, findings, conflicts);
  ledger.post({
    kind: 'verified',
    ...at,
    uploadRoot: updates.root,
    verifierRoot: bytesToHex(merkleRoot(digests)),
    acceptRoot: bytesToHex(accepted.tree.root),
    updates: accepted.updates,
    noises: accepted.noises,
    blob: ledger.keep(encodeFileList(digests)),
    rho: ledger.run(runId).rho + priceOf(charter.aggregation),
  });
  if (stage.drawn) snapshotFor(ledger, { runId, round: at.round + 1, attempt: 0 });

  const aggregates = committee.aggregates(held, accepted, attempt);
  const shareDigests = aggregates.map((each, i) => ledger.keepPieced(encodeAggregateShare(i + 1, each)));
  ledger.post({ kind: 'unmasked', ...at, shareDigests });
  if (stage.drawn) ledger.post({ kind: 'drawRevealed', runId, round: at.round, mix: wordOf(seed, at.round, 'mix') });
  const counted = new Set(accepted.leaves.map(({ headerHash }) => `${headerHash}`));
  const reports = held.filter(({ report }) => counted.has(`${report.headerHash}`)).map(({ report }) => report);
  const commitments = reports.map(({ commitment }) => commitment);
  const opened = unshard(aggregates, commitments, accepted, attempt, components);
  if (opened instanceof ReportError) throw opened;
  const next = nextState(rulesOf(charter, text), state, Array.from(opened.sum, BigInt), accepted.updates);
  ledger.post({
    kind: 'settled',
    ...at,
    aggregateRoot: bytesToHex(coordinatesRoot(opened.aggregate)),
    modelHash: bytesToHex(runStateHash(next)),
    blob: ledger.keep(encodeRunState(next)),
  });
  return next;
}
