/**
 * What a member's own node says that it has spent on a run, beside the caps of its charter's text [RD18]. Only the node
 * counts it: nothing of it is on chain before members sign to stop.
 */
import { existsSync } from 'node:fs';
import type { Address, Hex, RunView } from '@concord/sdk';
import { SettingError } from './settings/checks.ts';
import { MEMBER_PORT } from './settings/defaults.ts';
import { readKey } from './settings/keyFile.ts';
import type { Settings } from './settings/settings.ts';

/** Whose node is asked: the one that the command line names, or that of the key in the folder. */
export type OwnNode =
  | { readonly url: string }
  /** `local`: where the folder's settings let the node listen, unless the system chose its port. */
  | { readonly member: Address; readonly local?: string }
  | { readonly unreadable: string };

const COUNTS = ['bytesSent', 'seconds', 'memberBytes', 'memberSeconds', 'roundsLeft'] as const;

export interface OwnSpending {
  /** Null: not known. */
  readonly member: Address | null;
  /** URL of the node that answered; null: none did. */
  readonly node: string | null;
  /** Bytes and seconds of this run, the caps, and the rounds that still fit under both; null where nobody tells. */
  readonly spent: { readonly [K in (typeof COUNTS)[number]]: number } | null;
  /** Why `spent` is null, and what to do. */
  readonly unknownBecause: string | null;
}

/** Undefined where neither a node is named nor a key is in the folder. */
export function ownNodeOf(settings: Settings, url: string | undefined): OwnNode | undefined {
  if (url !== undefined) return { url };
  const key = settings.need('key');
  if (!existsSync(key)) return undefined;
  const host = settings.need('host');
  const port = settings.get('port') ?? MEMBER_PORT;
  const local = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  try {
    return { member: readKey(key).address, ...(port !== 0 && { local }) };
  } catch (error) {
    if (error instanceof SettingError) return { unreadable: error.message };
    throw error;
  }
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** What a node says about itself; undefined: nobody answers with JSON within two seconds. */
async function askedAt(url: string): Promise<Json | undefined> {
  try {
    const response = await fetch(`${url}/status`, { signal: AbortSignal.timeout(2_000) });
    const said: unknown = await response.json();
    return response.ok && isObject(said) ? said : undefined;
  } catch {
    return undefined;
  }
}

const ADVICE = 'only a member’s own node counts it: see that “concord member” runs, or name it with --node URL';

/** Asks a member's node what it has spent on this run; undefined where the folder's key is none of its members'. */
export async function ownSpending(run: RunView, own: OwnNode): Promise<OwnSpending | undefined> {
  const nothing = { member: null, node: null, spent: null };
  if ('unreadable' in own) return { ...nothing, unknownBecause: `whose node to ask is not known: ${own.unreadable}` };
  const member = 'member' in own ? own.member : undefined;
  if (member !== undefined && !run.charter.members.includes(member)) return undefined;
  const announced = member && run.endpoints.get(member);
  const places = 'url' in own ? [own.url] : [announced, own.local].filter((each) => each !== undefined);
  const heard: string[] = [];
  for (const node of new Set(places)) {
    const said = await askedAt(node);
    const objection = said ? objectionTo(said, run.charterId, member) : 'does not answer';
    if (!said || objection !== undefined) {
      heard.push(`${node} ${objection}`);
      continue;
    }
    return { member: said['member'] as Address, node, ...countIn(said['caps']) };
  }
  const silence = heard.length === 0 ? 'no node of it was announced' : heard.join(', ');
  return { ...nothing, member: member ?? null, unknownBecause: `${silence}; ${ADVICE}` };
}

/** A node's count beside its caps, or why there is none. */
function countIn(caps: unknown): Pick<OwnSpending, 'spent' | 'unknownBecause'> {
  if (!isObject(caps))
    return { spent: null, unknownBecause: 'nobody counts it, for the charter’s text caps neither bytes nor seconds' };
  const spent = Object.fromEntries(COUNTS.map((name) => [name, caps[name]])) as NonNullable<OwnSpending['spent']>;
  return Object.values(spent).every((value) => Number.isFinite(value) && value >= 0)
    ? { spent, unknownBecause: null }
    : { spent: null, unknownBecause: 'the node has counted nothing of this run yet: ask again once it takes part' };
}

/** Why an answer is not about this member's part in this run; undefined: it is. */
function objectionTo({ member, run }: Json, runId: Hex, expected: Address | undefined): string | undefined {
  if (typeof member !== 'string' || !/^0x[0-9a-f]{40}$/.test(member)) return 'is no member’s node';
  if (expected !== undefined && member !== expected) return `is the node of ${member}, not of ${expected}`;
  if (run === runId) return undefined;
  return run === undefined ? 'does not know this run yet' : 'takes part in another run';
}
