/** One verified model at a time (GU8, GU9): a check keeps the one it began with, and another is used only when verified. */
import type { Ask, Hex } from '../provider.ts';
import {
  confirmModel,
  onChain,
  type ModelSource,
  type Place,
  UnverifiedModelError,
  verifyModel,
  type VerifiedModel,
} from './model.ts';

export interface ModelOptions {
  readonly place: Place;
  /** The charter whose run made the model; also the run's id. */
  readonly charterId: Hex;
  readonly source: ModelSource;
  /** Seconds after which the chain is asked again; 600 unless told. */
  readonly recheckSeconds?: number;
  /** Seconds after its charter was voted in for which a model is used; 180 days unless told. */
  readonly maxAgeSeconds?: number;
}

export interface ModelHolder {
  /** The model to use now. Rejects with UnverifiedModelError. */
  current(ask: Ask): Promise<VerifiedModel>;
  /** Changes to another charter's model once that is verified; until then, and if it is not, the old one stays. */
  change(ask: Ask, charterId: Hex, source: ModelSource): Promise<VerifiedModel>;
}

const DAYS = 86_400;

/** `now` is in seconds since 1970. */
export function holdModel(options: ModelOptions, now: () => number): ModelHolder {
  const { place, recheckSeconds = 600, maxAgeSeconds = 180 * DAYS } = options;
  let held: { readonly model: VerifiedModel; readonly since: number } | undefined;
  let changes = 0;
  const fresh = (model: VerifiedModel): VerifiedModel => {
    const age = now() - model.passedAt;
    if (age > maxAgeSeconds)
      throw new UnverifiedModelError(
        'STALE',
        `The model’s charter is ${Math.round(age / DAYS)} days old, so the model is not asked any more; use a newer charter.`,
      );
    return model;
  };
  return {
    async current(ask) {
      await onChain(ask, place);
      const before = changes;
      const have = held;
      if (have && now() - have.since < recheckSeconds && now() >= have.since) return fresh(have.model);
      if (have) await confirmModel(ask, place, have.model);
      const model = have?.model ?? (await verifyModel(ask, place, options.charterId, options.source));
      // A change that came in between is newer than what was asked for here.
      if (changes === before) held = { model, since: now() };
      return fresh(model);
    },
    async change(ask, charterId, source) {
      const mine = ++changes;
      const model = fresh(await verifyModel(ask, place, charterId, source));
      if (mine === changes) held = { model, since: now() };
      return model;
    },
  };
}
