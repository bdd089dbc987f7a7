/**
 * Handwritten digits: Y. LeCun, C. Cortes, C. Burges, “The MNIST database” (from NIST Special Databases 1 and 3); the four
 * original .idx.gz files. Models here have one logit, so the question has two answers: **is the digit 5 or more?** An
 * image of 28 × 28 is pooled to 7 × 7, the mean brightness of each block of 4 × 4, 0 … 255: 49 columns, so that a logistic
 * model on the wave basis has 148 parameters. Nothing of this is meant to read digits well; it is a large, public, well-known
 * table. There is no natural split among owners: ten members by a stated seed, either alike, or of two shards each (sorted
 * by digit, cut into 20, McMahan et al. 2017), so that a member knows about two digits.
 */
import { gunzipSync } from 'node:zlib';
import { type Column, type Schema, seededRandom, type Table } from '@concord/trainer';
import type { Federation } from './federation.ts';
import { decodeIdx, IdxError } from './idx.ts';
import { type FindOptions, findSource, type Source } from './source.ts';

/** PyTorch's mirror; torchvision checks the MD5 sums of the same four files. */
const URL_OF_ALL = 'https://ossci-datasets.s3.amazonaws.com/mnist/';
const source = (file: string, sha256: string): Source => ({ path: `mnist/${file}`, sha256, url: URL_OF_ALL + file });

export const MNIST_SOURCES = {
  train: {
    images: source('train-images-idx3-ubyte.gz', '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609'),
    labels: source('train-labels-idx1-ubyte.gz', '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c'),
  },
  test: {
    images: source('t10k-images-idx3-ubyte.gz', '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6'),
    labels: source('t10k-labels-idx1-ubyte.gz', 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6'),
  },
} as const;

const SIDE = 28;
const BLOCK = 4;
const POOLED = SIDE / BLOCK;
const LABEL = 'five-or-more';
export const MNIST_MEMBERS = 10;
/** Of the split. */
export const MNIST_SEED = 1;

const NAMES = Array.from({ length: POOLED ** 2 }, (_, i) => `ink ${Math.floor(i / POOLED)} ${i % POOLED}`);

/** The bound is that of a byte. */
export const mnistSchema: Schema = {
  columns: NAMES.map((name): Column => ({ name, transform: 'identity', bound: 255 })),
  label: LABEL,
  blank: 'refuse',
};

/** Texts of all values, made once: a table of 60,000 rows has three million of them. */
const TEXTS = Array.from({ length: 256 }, (_, value) => String(value));

export interface Digits {
  /** Label and 49 brightnesses each, in the order of the files. */
  readonly table: Table;
  /** 0 … 9 each. */
  readonly digits: Uint8Array;
}

/** Reads an images and a labels file (not zipped) as a table. Throws IdxError when they are not such a pair. */
export function readDigits(images: Uint8Array, labels: Uint8Array): Digits {
  const [pixels, digits] = [decodeIdx(images), decodeIdx(labels)];
  const [count, height, width] = pixels.sizes;
  if (pixels.sizes.length !== 3 || height !== SIDE || width !== SIDE)
    throw new IdxError('SIZE', `images of ${pixels.sizes.join(' × ')}, need … × ${SIDE} × ${SIDE}`);
  if (digits.sizes.length !== 1 || digits.sizes[0] !== count)
    throw new IdxError('SIZE', `labels of ${digits.sizes.join(' × ')}, need ${count}`);
  if (digits.values.some((digit) => digit > 9)) throw new IdxError('SIZE', 'a label above 9, need digits');
  const rows = Array.from({ length: count! }, (_, image) => {
    const sums = new Uint32Array(POOLED ** 2);
    const from = image * SIDE * SIDE;
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++)
        sums[Math.floor(y / BLOCK) * POOLED + Math.floor(x / BLOCK)]! += pixels.values[from + y * SIDE + x]!;
    const row = [digits.values[image]! >= 5 ? '1' : '0'];
    for (const sum of sums) row.push(TEXTS[Math.round(sum / BLOCK ** 2)]!);
    return row;
  });
  return { table: { header: [LABEL, ...NAMES], rows }, digits: digits.values };
}

export type MnistSplit = 'alike' | 'shards';

/** Who holds which row: a permutation of the seed cut into ten, or two of 20 shards of the rows sorted by digit. */
export function splitDigits({ digits }: Digits, split: MnistSplit, seed: number): readonly (readonly number[])[] {
  const random = seededRandom(seed);
  const order = Int32Array.from({ length: digits.length }, (_, i) => i);
  const cut = (of: Int32Array, parts: number): Int32Array[] =>
    Array.from({ length: parts }, (_, i) =>
      of.subarray(Math.floor((i * of.length) / parts), Math.floor(((i + 1) * of.length) / parts)),
    );
  random.shuffle(order);
  if (split === 'alike') return cut(order, MNIST_MEMBERS).map((part) => [...part]);
  const shards = cut(
    order.toSorted((a, b) => digits[a]! - digits[b]!),
    2 * MNIST_MEMBERS,
  );
  const dealt = Int32Array.from({ length: shards.length }, (_, i) => i);
  random.shuffle(dealt);
  return Array.from({ length: MNIST_MEMBERS }, (_, i) => [...shards[dealt[2 * i]!]!, ...shards[dealt[2 * i + 1]!]!]);
}

/** Ten members and the test part from both pairs of files. */
export function federateDigits(
  train: Digits,
  test: Digits,
  split: MnistSplit = 'alike',
  seed = MNIST_SEED,
): Federation {
  const { header, rows } = train.table;
  return {
    name: `MNIST, 7 × 7, “is it 5 or more”, ten members (${split === 'alike' ? 'alike' : 'two shards each'}, seed ${seed})`,
    synthetic: false,
    schema: mnistSchema,
    members: splitDigits(train, split, seed).map((places, i) => ({
      name: `member-${i + 1}`,
      table: { header, rows: places.map((at) => rows[at]!) },
    })),
    test: test.table,
  };
}

/** Longest file once unzipped: 60,000 images. What is longer is refused before it fills the memory. */
const LONGEST = 16 + 60_000 * SIDE * SIDE;

async function readPair(
  pair: { readonly images: Source; readonly labels: Source },
  options: FindOptions,
): Promise<Digits | undefined> {
  const images = await findSource(pair.images, options);
  const labels = await findSource(pair.labels, options);
  if (images === undefined || labels === undefined) return undefined;
  const unzipped = (bytes: Uint8Array): Uint8Array => gunzipSync(bytes, { maxOutputLength: LONGEST });
  return readDigits(unzipped(images), unzipped(labels));
}

/**
 * The real data, 60,000 digits of ten members and 10,000 to test on; undefined when a file is not there (put the four into
 * `mnist/` of the data folder). Throws as `findSource` does.
 */
export async function loadMnist(
  options: FindOptions & { readonly split?: MnistSplit; readonly seed?: number } = {},
): Promise<Federation | undefined> {
  const train = await readPair(MNIST_SOURCES.train, options);
  const test = train && (await readPair(MNIST_SOURCES.test, options));
  return train && test && federateDigits(train, test, options.split, options.seed);
}
