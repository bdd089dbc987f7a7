/** What must hold after every move, whoever was killed: each rule looks at what was said, written and mined. */
import { epsilonWad } from '@concord/protocol';
import {
  type AttemptView,
  type ChainView,
  cidOf,
  decodeHeaderBlob,
  type Fact,
  type Hex,
  memberOf,
  type RunView,
} from '@concord/sdk';
import { bytesToHex } from 'viem';
import { slotName, type Slot } from '../../../node/src/core/slot.ts';
import type { Write } from './disk.ts';
import type { Exchange } from './network.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

interface Receipt {
  readonly holder: string;
  readonly slot: string;
  readonly type: string;
  readonly member: string;
  readonly digest: string;
}

/** What the rules need to know of the world. */
export interface Seen {
  readonly runId: Hex;
  /** Bytes by SHA-256 in anybody's folder. */
  readonly blob: (digest: Hex) => Uint8Array | undefined;
  /** Has this node signed this statement kind with this root? */
  readonly signed: (name: string, slot: Slot, kind: 'NoiseClosed' | 'UploadsClosed', root: Hex) => boolean;
}

export class Rules {
  /** In words; empty as long as everything holds. */
  readonly broken: string[] = [];
  /** Transitions that a relayer held back while gas was dear [RD19]. */
  heldBack = 0;
  /** Receipts of holders that did not sign the list which leaves the report out: a share's other holder did [CM8]. */
  readonly overruled: string[] = [];
  readonly #seen: Seen;
  readonly #said = new Map<string, string>();
  readonly #acceptRoots = new Map<string, string>();
  readonly #receipts = new Map<string, Receipt>();
  /** CIDs of aggregate shares, and the attempts that they are of. */
  readonly #shares = new Map<string, Slot>();
  #view: ChainView | undefined;
  #rho = 0n;

  constructor(seen: Seen) {
    this.#seen = seen;
  }

  /** [RD10] A journal says a thing once; [RD18] who wishes to stop does not sit; [AG17] whatever is an aggregate share is remembered as one. */
  wrote(node: string, { slot, key, bytes }: Write): void {
    if (!slot || !key.startsWith('post/')) return;
    const statement = JSON.parse(text(bytes)) as { readonly kind?: string; readonly shareDigest?: Hex };
    this.#once(`${node} ${slotName(slot)} ${key} journaled`, text(bytes));
    if (key === 'post/Stop' || key === 'post/Seat') this.#once(`${node} ${slotName(slot)} sits or stops`, key);
    if (statement.shareDigest) this.#shares.set(cidOf(statement.shareDigest), slot);
  }

  /** Something leaves a node. */
  heard({ to: node, method, path, body, status, reply }: Exchange): void {
    if (status !== 200) return;
    const [, what, ...rest] = path.split('/');
    if (what === 'ipfs') this.#published(rest[0]!);
    const [runId, round, attempt, kind, member] = rest;
    const slot = { runId: runId as Hex, round: Number(round), attempt: Number(attempt) };
    const name = slotName(slot);
    if (what === 'posts') this.#post(node, slot, kind!, text(reply));
    if (what === 'headers' && text(reply).includes('"closed":true'))
      this.#once(`${node} ${name} list of ${kind}`, text(reply));
    if (what === 'reports' && method === 'PUT') {
      const digest = String((JSON.parse(text(reply)) as { reportDigest?: string }).reportDigest);
      this.#once(`${node} ${name} receipt for ${kind} of ${member}`, digest);
      const receipt = { holder: node, slot: name, type: kind!, member: member!, digest };
      this.#receipts.set(`${node} ${name} ${kind} ${member}`, receipt);
    }
    if (what === 'seals' && method === 'PUT')
      this.#once(`${node} ${name} seal for ${kind} of ${member}`, bytesToHex(body));
  }

  /** [WI3] Nobody complains about a seal that it has acknowledged; [RD9] nobody loses the secrets of a seat. */
  logged(node: string, event: string, details: Readonly<Record<string, unknown>>): void {
    if (event === 'held back') this.heldBack += 1;
    const { member, type, round, attempt, reason } = details;
    if (String(reason).startsWith('SEAT_LOST')) this.broken.push(`RD9: ${node} has lost its seat: ${reason}`);
    const slot = slotName({ runId: this.#seen.runId, round: Number(round), attempt: Number(attempt) });
    if (event === 'complaint' && this.#said.has(`${node} ${slot} seal for ${type} of ${member}`))
      this.broken.push(
        `WI3: ${node} complains about the seal for ${type} of ${member} in ${slot}, which it acknowledged`,
      );
  }

  /** A block was mined, with these facts. */
  mined(facts: readonly Fact[], view: ChainView): void {
    this.#view = view;
    for (const run of view.runs.values()) this.#charged(run);
    for (const fact of facts) {
      const run = 'runId' in fact ? view.runs.get(fact.runId) : undefined;
      if (!run || !('attempt' in fact)) continue;
      const at = run.attempts.find((each) => each.round === fact.round && each.attempt === fact.attempt)!;
      if (fact.kind === 'noiseClosed') this.#listed(run, at, 'noise');
      if (fact.kind === 'uploadsClosed') this.#listed(run, at, 'update');
      if (fact.kind === 'verified') this.#counted(run, at);
    }
  }

  /** [RD10] One statement of a kind in an attempt, and one accept root in all of them. */
  #post(node: string, slot: Slot, kind: string, reply: string): void {
    const name = slotName(slot);
    this.#once(`${node} ${name} ${kind}`, reply);
    const { acceptRoot } = JSON.parse(reply) as { readonly acceptRoot?: string };
    if (acceptRoot === undefined) return;
    const before = this.#acceptRoots.get(`${node} ${name}`);
    if (before !== undefined && before !== acceptRoot)
      this.broken.push(`RD10: ${node} speaks for the accept roots ${before} and ${acceptRoot} in ${name}`);
    this.#acceptRoots.set(`${node} ${name}`, acceptRoot);
    if (kind === 'Unmasked' && this.#attempt(slot)?.verified?.acceptRoot !== acceptRoot)
      this.broken.push(`LG1: ${node} speaks its aggregate share of ${name} before the chain has charged for it`);
  }

  #published(cid: string): void {
    const slot = this.#shares.get(cid);
    if (slot && !this.#attempt(slot)?.verified)
      this.broken.push(`LG1: an aggregate share of ${slotName(slot)} is public and not charged for`);
  }

  /** [LG1][LG2] What is spent never falls and never passes the cap. */
  #charged({ rho, charter }: RunView): void {
    const { epsilonCap, deltaExponent } = charter.limits;
    if (rho < this.#rho) this.broken.push(`LG1: ρ fell from ${this.#rho} to ${rho}`);
    if (epsilonWad(rho, BigInt(deltaExponent)) > epsilonCap) this.broken.push(`LG2: ρ = ${rho} is beyond the cap`);
    this.#rho = rho;
  }

  /** [WI2] Whoever has a receipt is listed. */
  #listed(run: RunView, at: AttemptView, type: 'noise' | 'update'): void {
    const { root, blob } = (type === 'noise' ? at.noise : at.uploads)!;
    const slot = { runId: run.charterId, round: at.round, attempt: at.attempt };
    const entries = this.#entries(at, blob);
    if (!entries) {
      this.broken.push(`RD3: nobody has the ${type} list ${blob} that the chain names`);
      return;
    }
    const listed = new Set(entries.map((each) => `${bytesToHex(memberOf(each))} ${bytesToHex(each.reportDigest)}`));
    if (listed.size !== entries.length)
      this.broken.push(`AG16: a report stands twice in the ${type} list of ${slotName(slot)}`);
    const kind = type === 'noise' ? 'NoiseClosed' : 'UploadsClosed';
    for (const { holder, member, digest, slot: name, type: of } of this.#receipts.values()) {
      if (name !== slotName(slot) || of !== type || listed.has(`${member} ${digest}`)) continue;
      const what = `${holder} gave ${member} a receipt for its ${type} in ${name}, and the list leaves it out`;
      if (this.#seen.signed(holder, slot, kind, root)) this.broken.push(`WI2: ${what}`);
      else this.overruled.push(what);
    }
  }

  /** [AG16] What counts was listed, each once. */
  #counted(run: RunView, at: AttemptView): void {
    const counts = { noise: at.verified!.noises, update: at.verified!.updates };
    for (const type of ['noise', 'update'] as const) {
      const entries = this.#entries(at, (type === 'noise' ? at.noise : at.uploads)!.blob) ?? [];
      const members = new Set(entries.map((each) => bytesToHex(memberOf(each))));
      if (counts[type] > members.size)
        this.broken.push(
          `AG16: ${counts[type]} reports of type ${type} count in round ${at.round}, of ${members.size}`,
        );
      if (counts[type] > run.charter.members.length)
        this.broken.push('AG16: more reports count than there are members');
    }
  }

  #entries(at: AttemptView, blob: Hex) {
    const bytes = this.#seen.blob(blob);
    const shares = at.seated!.seats.length / (at.draw ? 2 : 1);
    return bytes && decodeHeaderBlob(bytes, shares);
  }

  #attempt({ runId, round, attempt }: Slot): AttemptView | undefined {
    const attempts = this.#view?.runs.get(runId)?.attempts;
    return attempts?.find((each) => each.round === round && each.attempt === attempt);
  }

  #once(name: string, what: string): void {
    const before = this.#said.get(name);
    if (before !== undefined && before !== what) this.broken.push(`RD10: ${name}: first ${before}, then ${what}`);
    this.#said.set(name, what);
  }
}
