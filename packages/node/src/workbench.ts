/** What a node would otherwise compute or fetch again within one attempt of a run. All of it can be lost at any moment. */
import {
  type CharterText,
  type Components,
  type KeyPair,
  type NoiseSampler,
  noiseSampler,
  prepareRun,
  type PublicReport,
  type Query,
  type Secret,
  type Signed,
} from '@concord/protocol';
import { type Address, type AttemptView, type Deployment, type Hex, paramsOf, type RunView } from '@concord/sdk';
import { type Place, placeOf } from './core/attempt.ts';
import { slotName } from './core/slot.ts';
import type { Accepting, LeftOut } from './core/items.ts';

/** Decoded reports and the query of one attempt. */
export interface Bench {
  readonly name: string;
  /** By report digest, hex. */
  readonly reports: Map<string, PublicReport>;
  /** Seeds of this holder's share by header hash, hex; undefined: a complaint. */
  readonly seeds: Map<string, Secret | undefined>;
  /** The seat's sealing key. */
  key?: KeyPair;
  query?: { readonly beacon: Hex; readonly query: Query };
  /** By the beacon of the query, and the SHA-256 of the list of verifier-share files that it follows from. */
  readonly accepting: Map<string, Promise<Accepting>>;
}

export class Workbench {
  readonly #components: Components;
  readonly #deployment: Deployment;
  readonly #address: Address;
  #run: { readonly id: Hex; readonly prepared: ReturnType<typeof prepareRun> } | undefined;
  #place: { readonly name: string; readonly place: Place | undefined } | undefined;
  #bench: Bench | undefined;
  /** Why this member takes no part now, as last computed. */
  objection: string | undefined;
  /** Reports of this member that holders acknowledged and left out [WI2]. */
  readonly leftOut: LeftOut[] = [];
  /** Why this node says nothing in the current attempt. */
  silence: string | undefined;
  #seat: { readonly place: Place; readonly lost: string | undefined } | undefined;
  #objectionTo = '';
  #sampler: NoiseSampler | undefined;
  /** An aggregator's copy of the charter's text. */
  #text: Promise<CharterText> | undefined;
  #vector: { readonly model: Hex; readonly vector: Promise<Signed> } | undefined;

  constructor(components: Components, deployment: Deployment, address: Address) {
    this.#components = components;
    this.#deployment = deployment;
    this.#address = address;
  }

  /** This node's place in an attempt: made again only when the attempt moves on to what its contexts depend on. */
  place(run: RunView, view: AttemptView): Place | undefined {
    const known = `${view.seated?.committeeHash}/${view.noise?.root}/${view.open?.beacon}`;
    const name = `${slotName({ runId: run.charterId, ...view })}/${known}`;
    if (this.#place?.name === name) return this.#place.place;
    if (this.#run?.id !== run.charterId)
      this.#run = { id: run.charterId, prepared: prepareRun(paramsOf(run.charter.aggregation), this.#components) };
    const place = placeOf(run, view, this.#address, this.#run.prepared, this.#deployment, this.#components);
    this.#place = { name, place };
    return place;
  }

  /** What is cached for an attempt; asking for another one drops it. */
  bench(place: Place): Bench {
    const name = slotName(place.slot);
    if (this.#bench?.name !== name) this.#bench = { name, reports: new Map(), seeds: new Map(), accepting: new Map() };
    return this.#bench;
  }

  /** Whether the seat of a place is lost, and how; asked once for each place. */
  lostSeat(place: Place, ask: () => string | undefined): string | undefined {
    if (this.#seat?.place !== place) this.#seat = { place, lost: ask() };
    return this.#seat.lost;
  }

  /** This member's update from a model, computed once, ahead of time where there is time. */
  vector(model: Hex, compute: () => Promise<Signed>): Promise<Signed> {
    if (this.#vector?.model === model) return this.#vector.vector;
    const vector = compute();
    this.#vector = { model, vector };
    vector.catch(() => {
      this.#vector = undefined;
    });
    return vector;
  }

  /** The charter's text, fetched once. */
  text(fetch: () => Promise<CharterText>): Promise<CharterText> {
    this.#text ??= fetch().catch((error: unknown) => {
      this.#text = undefined;
      throw error;
    });
    return this.#text;
  }

  /** Tables of the noise of one sigma: a few milliseconds to make. */
  sampler(sigma: bigint): NoiseSampler {
    if (this.#sampler?.sigma !== sigma) this.#sampler = noiseSampler(sigma);
    return this.#sampler;
  }

  /** Recomputes the objection when the run or what it has spent is another than last time. */
  consider(run: RunView, judge: () => string | undefined): string | undefined {
    const name = `${run.charterId}/${run.rho}/${run.finished}`;
    if (this.#objectionTo !== name) this.objection = judge();
    this.#objectionTo = name;
    return this.objection;
  }
}
