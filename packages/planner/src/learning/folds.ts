/** Records for a pilot: cut into held-out parts, or made up where nobody holds any. [PL6] */
import {
  joinRecords,
  type Random,
  readRecords,
  type Records,
  type Schema,
  seededRandom,
  selectRecords,
} from '@concord/trainer';

/** One held-out part, and what members hold without it. */
export interface Fold {
  readonly members: readonly Records[];
  readonly held: Records;
}

/** Positions of the records of a label, in an order drawn for them. */
function shuffled({ count, labels }: Records, label: 0 | 1, random: Random): Int32Array {
  const places = Int32Array.from({ length: count }, (_, i) => i).filter((i) => labels[i] === label);
  random.shuffle(places);
  return places;
}

/** Positions of the records in k parts, each with its share of either label, in an order drawn for it. */
function parts(records: Records, k: number, random: Random): number[][] {
  const out: number[][] = Array.from({ length: k }, () => []);
  let dealt = random.integer(k);
  for (const label of [0, 1] as const)
    for (const place of shuffled(records, label, random)) out[dealt++ % k]!.push(place);
  return out;
}

/** About `most` records of all members, each giving its share of either label; all of them where there are no more. */
export function sampled(members: readonly Records[], most: number, seed: number): readonly Records[] {
  const share = most / members.reduce((sum, each) => sum + each.count, 0);
  if (share >= 1) return members;
  const random = seededRandom(seed);
  return members.map((each) =>
    selectRecords(
      each,
      ([0, 1] as const).flatMap((label) => {
        const places = shuffled(each, label, random);
        return [...places.subarray(0, Math.ceil(share * places.length))];
      }),
    ),
  );
}

/** Cuts every member's records into k parts, and holds out one of each after the other. `seed` draws the cut. */
export function foldsOf(members: readonly Records[], k: number, seed: number): readonly Fold[] {
  const random = seededRandom(seed);
  const cut = members.map((each) => parts(each, k, random));
  return Array.from({ length: k }, (_, fold) => ({
    members: members.map((each, i) => selectRecords(each, cut[i]!.filter((_, part) => part !== fold).flat())),
    held: joinRecords(members.map((each, i) => selectRecords(each, cut[i]![fold]!))),
  }));
}

/** What is known of a member whose records nobody may see. */
export interface Declared {
  readonly rows: number;
  /** Share of label 1; .5 if it is not said. */
  readonly share?: number;
}

/** Hidden traits that move all columns, so that these correlate. */
const TRAITS = 4;

/**
 * Records made up under a schema, as many as declared: the label moves one of four hidden traits, every column is a mix of
 * traits with noise within its bound, a fifth of the columns is often 0. What a model reaches on them says how noise, rounds
 * and sizes trade, and nothing about what it would reach on anybody's records.
 */
export function syntheticRecords(schema: Schema, declared: readonly Declared[], seed: number): readonly Records[] {
  const random = seededRandom(seed);
  const columns = schema.columns.map((column) => ({
    ...column,
    mix: Array.from({ length: TRAITS }, () => random.normal() / 2),
    blank: random.uniform() < 0.2 ? 0.6 : 0,
  }));
  const header = [schema.label, ...schema.columns.map(({ name }) => name)];
  return declared.map(({ rows, share = 0.5 }) => {
    const ones = Math.round(rows * share);
    const made = Array.from({ length: rows }, (_, row) => {
      const label = row < ones ? 1 : 0;
      const traits = Array.from({ length: TRAITS }, (_, i) => random.normal() + (i === 0 ? 1.5 * label : 0));
      const fields = columns.map(({ mix, blank, transform, bound }) => {
        const drawn = mix.reduce((sum, weight, i) => sum + weight * traits[i]!, random.normal() / 2) / 3;
        const u = random.uniform() < blank ? 0 : Math.max(-1, Math.min(1, drawn));
        const value = transform === 'signedLog' ? Math.sign(u) * Math.expm1(Math.abs(u) * bound) : u * bound;
        return value.toPrecision(12);
      });
      return [String(label), ...fields];
    });
    return readRecords({ header, rows: made }, schema);
  });
}
