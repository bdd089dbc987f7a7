/** What the holders of every share found out about the listed reports, in one file or two a share. */
import { equalBytes, merkleRoot } from '@concord/protocol';
import { bytesToHex } from 'viem';
import type { Address } from '../facts.ts';
import { decodeFileList, decodeVerifierFile, type Finding } from '../records.ts';
import { Broken } from './clauses.ts';
import type { OpenedScene } from './scene.ts';

export interface Files {
  /** files[j − 1][i]: what the holders of share j found about report i; where they disagree, one of them. */
  readonly files: readonly (readonly Finding[])[];
  /** Reports (by place) about which the two holders of a share differ, and the first such share (CM8). */
  readonly conflicts: ReadonlyMap<number, number>;
}

/** A file in the list, by the place of its holder. */
interface Place {
  readonly share: number;
  readonly holder: Address;
  readonly digest: Uint8Array;
}

/** The digest that stands for a file that there is not (CM8). */
const isAbsent = (digest: Uint8Array): boolean => digest.every((byte) => byte === 0);

/** [AG13] (CM8) The files under the root that the holders signed, over these reports in order. Throws Broken. */
export async function filesOf(scene: OpenedScene, headerHashes: readonly Uint8Array[]): Promise<Files> {
  const places = await placesIn(scene);
  const shares = Array.from({ length: scene.attempt.shares }, (_, i) => i + 1);
  const copies = await Promise.all(
    shares.map((share) =>
      Promise.all(
        places.filter((place) => place.share === share).map((place) => findingsOf(scene, place, headerHashes)),
      ),
    ),
  );
  for (const [i, { length }] of copies.entries())
    if (length === 0) throw new Broken('CM8', 'FAIL', `${scene.name}: nobody has checked share ${i + 1}`);
  const conflicts = new Map<number, number>();
  for (const [i, [primary, standby]] of copies.entries())
    standby?.forEach((finding, at) => {
      if (!sameFinding(primary![at]!, finding) && !conflicts.has(at)) conflicts.set(at, i + 1);
    });
  if (conflicts.size > 1 && 50 * conflicts.size > headerHashes.length)
    throw new Broken(
      'CM8',
      'FAIL',
      `${scene.name}: holders disagree about ${conflicts.size} of ${headerHashes.length} reports, more than 2 %`,
    );
  return { files: copies.map(([first]) => first!), conflicts };
}

/** The list: a digest for each holder in seat order, 32 zero bytes for a file that a committee does without. */
async function placesIn(scene: OpenedScene): Promise<readonly Place[]> {
  const { verified, holders, name, attempt } = scene;
  const what = `${name}: list of verifier files`;
  const list = await scene.obtain({ digest: verified.blob, clause: 'AG13', what, promisedBy: holders });
  const digests = decodeFileList(list);
  if (digests?.length !== holders.length)
    throw new Broken('AG13', 'FAIL', `${what} has ${digests?.length ?? 'no'} entries, needs ${holders.length}`);
  const root = bytesToHex(merkleRoot(digests));
  if (root !== verified.verifierRoot)
    throw new Broken('AG13', 'FAIL', `${what}: root is ${root}, the chain holds ${verified.verifierRoot}`);
  const places = digests.map((digest, i): Place => ({ digest, share: (i % attempt.shares) + 1, holder: holders[i]! }));
  const listed = places.filter(({ digest }) => holders.length === attempt.shares || !isAbsent(digest));
  const stranger = listed.find(({ share, holder }) => !scene.holdersOf(share).includes(holder));
  if (stranger) throw new Broken('CM8', 'FAIL', `${what} has a file by ${stranger.holder}, whose seat is empty`);
  return listed;
}

async function findingsOf(
  scene: OpenedScene,
  { share, holder, digest }: Place,
  headerHashes: readonly Uint8Array[],
): Promise<readonly Finding[]> {
  const what = `${scene.name}: verifier file of share ${share} (${holder})`;
  const demand = `--file ${holder}`;
  const wanted = { digest: bytesToHex(digest), clause: 'AG13', what, promisedBy: [holder], demand } as const;
  const bytes = await scene.obtainFile(wanted);
  const decoded = decodeVerifierFile(bytes);
  const complete =
    decoded?.share === share &&
    decoded.findings.length === headerHashes.length &&
    decoded.findings.every((finding, at) => equalBytes(finding.headerHash, headerHashes[at]!));
  if (!complete) throw new Broken('AG13', 'FAIL', `${what} does not list the attempt's reports in order`);
  return decoded.findings;
}

const sameBytes = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a && b ? equalBytes(a, b) : a === b;

/** Status and bytes. */
const sameFinding = ({ shares: a }: Finding, { shares: b }: Finding): boolean =>
  (a === undefined) === (b === undefined) && sameBytes(a?.own, b?.own) && sameBytes(a?.public, b?.public);
