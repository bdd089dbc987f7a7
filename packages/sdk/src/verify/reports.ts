/** The reports of a settled attempt: which were listed, whether each is what it claims, and which of them count. */
import {
  type Accepted,
  type AcceptSet,
  acceptSet,
  type Components,
  checkPlace,
  createQuery,
  decide,
  decodeHeader,
  decodeReport,
  decodeVerifierShare,
  type Elements,
  encodeVerifierShare,
  equalBytes,
  groupOf,
  type Header,
  NOISE,
  type PublicReport,
  type Query,
  ReportError,
  type ReportType,
  recover,
  reportDigest,
  UPDATE,
  verifyPublicShare,
} from '@concord/protocol';
import { bytesToHex, hexToBytes, keccak256 } from 'viem';
import type { Address, Hex } from '../facts.ts';
import { compareEntries, decodeHeaderBlob, type Finding, type HeaderEntry, headersRoot, memberOf } from '../records.ts';
import { Broken, type ClauseId } from './clauses.ts';
import { filesOf } from './files.ts';
import type { OpenedScene } from './scene.ts';

/** A report whose header was made for this attempt and signed by a member that may report. */
interface Listed {
  readonly header: Header;
  readonly headerHash: Uint8Array;
  /** Who and what, for evidence. */
  readonly name: string;
  readonly group: number;
  /** The report itself, or why its bytes are not what the header commits to: then it does not count (AG15). */
  readonly report: PublicReport | string;
}

/** Why a listed report does not count, and by which rule. */
interface Refusal {
  readonly clause: ClauseId;
  readonly why: string;
}

/** A listed report that does not count: whose it is, and the rule by which it was refused. */
export interface RefusedReport {
  readonly member: Address;
  readonly round: number;
  readonly report: 'update' | 'noise';
  readonly clause: ClauseId;
  readonly why: string;
}

export interface Judged {
  readonly accepted: AcceptSet;
  /** T of every report of the accept set. */
  readonly commitments: readonly Elements[];
  readonly refused: readonly RefusedReport[];
}

const NAMES = { 1: 'update', 2: 'noise' } as const satisfies Record<ReportType, string>;

const requireEqual = (clause: ClauseId, what: string, have: Hex, need: Hex): void => {
  if (have !== need) throw new Broken(clause, 'FAIL', `${what} is ${have}, the chain holds ${need}`);
};

/** [AG11] The entries under the root that the holders signed. */
async function entriesOf(scene: OpenedScene, type: ReportType): Promise<readonly HeaderEntry[]> {
  const { root, blob } = type === NOISE ? scene.noise : scene.uploads;
  const what = `${scene.name}: list of ${NAMES[type]} reports`;
  const bytes = await scene.obtain({ digest: blob, clause: 'AG11', what, promisedBy: scene.holders });
  const entries = decodeHeaderBlob(bytes, scene.attempt.shares);
  if (!entries) throw new Broken('AG11', 'FAIL', `${what} is not a sorted list of headers`);
  requireEqual('AG11', `${what}: root`, bytesToHex(headersRoot(entries)), root);
  return entries;
}

/** [AG15] One listed report. A header that no holder may list is Broken; a body that is not the header's is a reason. */
async function inspect(
  scene: OpenedScene,
  entry: HeaderEntry,
  type: ReportType,
  components: Components,
): Promise<Listed> {
  const member = bytesToHex(memberOf(entry));
  const name = `${scene.name}: ${NAMES[type]} report of ${member}`;
  if (!scene.members.includes(member)) throw new Broken('CH6', 'FAIL', `${name}, who may not report`);
  const group = groupOf(memberOf(entry), type, scene.groups);
  const promisedBy = scene.holdersOf(group);
  const wanted = { digest: bytesToHex(entry.reportDigest), clause: 'AG15', what: name, promisedBy } as const;
  const report = decodeReport(await scene.obtain(wanted), type, scene.attempt, components);
  const headerHash = keccak256(entry.header, 'bytes');
  if (!(report instanceof ReportError)) {
    const listed = equalBytes(report.headerHash, headerHash) && equalBytes(report.signature, entry.signature);
    if (listed) return { header: report.header, headerHash, name, group, report };
  }
  const header = requireHeader(scene, entry, type, name);
  const reason = report instanceof ReportError ? report.message : 'another header or signature than listed';
  return { header, headerHash, name, group, report: reason };
}

/** [AG4][AG15] The header alone: every holder checks this before it signs a list. */
function requireHeader(scene: OpenedScene, entry: HeaderEntry, type: ReportType, name: string): Header {
  const header = decodeHeader(entry.header);
  const error = header instanceof ReportError ? header : checkPlace(header, type, scene.attempt);
  if (error) throw new Broken(error.code === 'CONTEXT' ? 'AG4' : 'AG15', 'FAIL', `${name}: ${error.message}`);
  const signer = recover(reportDigest(scene.attempt.domain, keccak256(entry.header, 'bytes')), entry.signature);
  if (!signer || !equalBytes(signer, memberOf(entry)))
    throw new Broken('AG15', 'FAIL', `${name} is not signed by its member`);
  return header as Header;
}

/**
 * [AG13][AG14][AG15] Why a report does not count, or undefined. V₀ is made here from the public report; what the holder
 * of its group said about it must be the same, for everybody could have seen that.
 */
function refusalOf(
  { report, header, name, group }: Listed,
  findings: readonly Finding[],
  query: Query,
  scene: OpenedScene,
  components: Components,
): Refusal | undefined {
  if (typeof report === 'string') return { clause: 'AG15', why: `${name}: ${report}` };
  const complaint = findings.findIndex((finding) => !finding.shares);
  if (complaint >= 0) return { clause: 'AG14', why: `${name}: complaint by share ${complaint + 1}` };
  const open = verifyPublicShare(report, query, scene.attempt, components);
  const shares: Elements[] = [open];
  for (const [i, finding] of findings.entries()) {
    const place = `${name}: verifier share ${i + 1}`;
    const said = finding.shares?.public;
    if ((said !== undefined) !== (group === i + 1))
      throw new Broken('AG13', 'FAIL', `${place} ${said ? 'carries a' : 'lacks the'} public share of group ${group}`);
    if (said && !equalBytes(said, encodeVerifierShare(open)))
      throw new Broken('AG13', 'FAIL', `${place}: the public share is not what the report gives`);
    const own = decodeVerifierShare(finding.shares!.own, header.type, scene.attempt);
    if (own instanceof ReportError) return { clause: 'AG14', why: `${place}: ${own.message}` };
    shares.push(own);
  }
  const decision = decide(report, shares, query, scene.attempt, components);
  return decision.accepted ? undefined : { clause: 'AG14', why: `${name}: ${decision.error.code}` };
}

/** Everything about the reports of one attempt. Throws Broken at the first thing that does not hold. */
export async function judgeReports(scene: OpenedScene, components: Components): Promise<Judged> {
  const types = [UPDATE, NOISE] as const;
  const entries = await Promise.all(types.map((type) => entriesOf(scene, type)));
  const sorted = entries
    .flatMap((list, i) => list.map((entry) => ({ entry, type: types[i]! })))
    .sort((a, b) => compareEntries(a.entry, b.entry));
  const listed: Listed[] = [];
  for (const { entry, type } of sorted) listed.push(await inspect(scene, entry, type, components));
  const headerHashes = listed.map(({ headerHash }) => headerHash);
  const { files, conflicts } = await filesOf(scene, headerHashes);
  const query = createQuery(scene.attempt, hexToBytes(scene.query.beacon), components);
  const names = listed.map(({ name }) => name);
  const refusals = listed.map((each, at): Refusal | undefined => {
    const findings = files.map((file) => file[at]!);
    // Two headers by one member and type are both out, whatever they prove (AG16).
    if (names.indexOf(each.name) !== names.lastIndexOf(each.name))
      return { clause: 'AG16', why: `${each.name}: two headers` };
    const conflict = conflicts.get(at);
    if (conflict) return { clause: 'CM8', why: `${each.name}: the holders of share ${conflict} disagree` };
    return refusalOf(each, findings, query, scene, components);
  });
  const accepted = checkAccepted(scene, listed, refusals);
  const byHash = new Map(listed.map(({ headerHash, report }) => [bytesToHex(headerHash), report]));
  const commitments = accepted.leaves.map(({ headerHash }) => {
    const report = byHash.get(bytesToHex(headerHash));
    return (report as PublicReport).commitment;
  });
  const refused = refusals.flatMap((refusal, at): RefusedReport[] => {
    const { header } = listed[at]!;
    const of = { member: bytesToHex(header.member), round: scene.round, report: NAMES[header.type] };
    return refusal ? [{ ...of, ...refusal }] : [];
  });
  return { accepted, commitments, refused };
}

/** [AG14][AG15][AG16] The recorded set is the one that the rules make of the reports that are not refused. */
function checkAccepted(
  scene: OpenedScene,
  listed: readonly Listed[],
  refusals: readonly (Refusal | undefined)[],
): AcceptSet {
  const { verified, uploads, name } = scene;
  // k = N: an update counts only beside its own member's noise (AG16).
  const setOf = (counts: (i: number) => boolean): AcceptSet =>
    acceptSet(
      listed.filter((_, i) => counts(i)).map(({ header, headerHash }): Accepted => ({ ...header, headerHash })),
      { ...scene.groups, ownNoise: true },
    );
  const accepted = setOf((i) => !refusals[i]);
  const root = bytesToHex(accepted.tree.root);
  requireEqual('AG16', `${name}: upload root of the accept set`, verified.uploadRoot, uploads.root);
  const isRecorded = (counts: (i: number) => boolean): boolean =>
    bytesToHex(setOf(counts).tree.root) === verified.acceptRoot;
  for (const [at, refusal] of refusals.entries()) {
    if (!refusal || root === verified.acceptRoot) continue;
    const alone = isRecorded((i) => !refusals[i] || i === at);
    if (alone || isRecorded((i) => !refusals[i] || refusals[i].clause === refusal.clause))
      throw new Broken(refusal.clause, 'FAIL', `a refused report was counted: ${refusal.why}`);
  }
  const refused = refusals.flatMap((refusal) => refusal?.why ?? []).join('; ');
  requireEqual('AG16', `${name}: accept root${refused && ` (refused: ${refused})`}`, root, verified.acceptRoot);
  const { updates, noises } = accepted;
  if (updates !== verified.updates || noises !== verified.noises)
    throw new Broken(
      'AG16',
      'FAIL',
      `${name}: ${updates} updates and ${noises} noise reports count, recorded are ${verified.updates} and ${verified.noises}`,
    );
  return accepted;
}
