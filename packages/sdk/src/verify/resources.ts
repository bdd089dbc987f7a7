/** What a run may cost its members, and who ended it before its last round. */
import {
  type Attempt,
  type CharterText,
  type Components,
  NOISE,
  type prepareRun,
  reportBytes,
  UPDATE,
} from '@concord/protocol';
import { bytesToHex } from 'viem';
import { attemptOf } from '../attempt.ts';
import type { Address, Deployment, Hex } from '../facts.ts';
import { decodeHeaderBlob, memberOf } from '../records.ts';
import { stopsNeeded } from '../runEnd.ts';
import { isCommittee } from '../seats.ts';
import { recover } from '../signing.ts';
import type { RunView } from '../view.ts';
import { Broken, type Findings } from './clauses.ts';
import { type BlobSource, obtain } from './evidence.ts';

interface Context {
  readonly prepared: ReturnType<typeof prepareRun>;
  readonly deployment: Deployment;
  readonly blobs: BlobSource;
  readonly components: Components;
}

const UNCAPPED = 'Bytes and compute-seconds of a member stay within a cap: the charter sets none.';

/**
 * [CH8] Every member whom the records show to have sent more than the cap. They show the least that it sent: each listed
 * report left it once, and in a consortium so did its part of each opened sum. Seconds leave no trace.
 */
export async function checkResources(
  run: RunView,
  text: CharterText | undefined,
  context: Context,
  findings: Findings,
): Promise<void> {
  if (!text) return findings.record('CH8 resources', 'INCOMPLETE', 'the text of the charter is not known');
  const { caps } = text;
  if (!caps) return findings.leave('CH8 resources', UNCAPPED);
  const sent = await leastSent(run, context);
  for (const [member, bytes] of sent)
    findings.check(
      'CH8 resources',
      bytes <= caps.memberBytes,
      () => `${member} sent at least ${bytes} bytes for the run, the cap is ${caps.memberBytes}`,
    );
  const most = Math.max(0, ...sent.values());
  findings.record(
    'CH8 resources',
    'PASS',
    `the records show at most ${most} of ${caps.memberBytes} bytes of a member; what it served more than once, and its seconds, only its own node counts`,
  );
}

async function leastSent(run: RunView, context: Context): Promise<ReadonlyMap<Address, number>> {
  const { prepared, deployment, components } = context;
  const sent = new Map<Address, number>();
  const add = (member: Address, bytes: number): void => {
    sent.set(member, (sent.get(member) ?? 0) + bytes);
  };
  for (const view of run.attempts) {
    const attempt = attemptOf(run, view, prepared, deployment, components.platform);
    if (!attempt) continue;
    for (const [type, list] of [
      [NOISE, view.noise],
      [UPDATE, view.uploads],
    ] as const)
      for (const member of list ? await listedIn(list.blob, attempt, context) : [])
        add(member, reportBytes(attempt, type));
    if (view.unmasked && !isCommittee(run.charter))
      for (const { holder } of view.seated!.seats) add(holder, 1 + shareLength(attempt));
  }
  return sent;
}

const shareLength = ({ sizes }: Attempt): number => sizes.vectorLength * sizes.field.bytes;

/** Who stands in a list of reports; nobody where it is not published: the clauses of its round say so. */
async function listedIn(blob: Hex, attempt: Attempt, { blobs, components }: Context): Promise<readonly Address[]> {
  try {
    const wanted = { digest: blob, clause: 'AG11', what: 'a list of reports', promisedBy: [] } as const;
    const entries = decodeHeaderBlob(await obtain(blobs, wanted, components.platform), attempt.shares);
    return (entries ?? []).map((entry) => bytesToHex(memberOf(entry)));
  } catch (error) {
    if (error instanceof Broken) return [];
    throw error;
  }
}

/** [RD17] Enough of the members, each in its own name, for the very round that was under way. */
export async function checkStop(
  { stopped, charter, charterId }: RunView,
  deployment: Deployment,
  findings: Findings,
): Promise<void> {
  if (!stopped) return;
  const { round, readings, signatures } = stopped;
  const need = stopsNeeded(charter);
  const signers = new Set<Address>();
  for (const [i, { member, bytesSent, milliseconds }] of readings.entries()) {
    const statement = { kind: 'Stop', runId: charterId, round, bytesSent, milliseconds } as const;
    const signer = await recover(deployment, statement, signatures[i] ?? '0x').catch(() => undefined);
    findings.check('CH6', signer === member, () => `${member} did not sign that the run stops in round ${round}`);
    findings.check('CH6', charter.members.includes(member), () => `${member} stopped the run and is no member`);
    signers.add(member);
  }
  findings.check(
    'RD7',
    signers.size >= need,
    () => `${signers.size} of ${charter.members.length} members stopped the run, ${need} are needed`,
  );
}
