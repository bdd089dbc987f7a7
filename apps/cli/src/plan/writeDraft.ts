/**
 * A person's draft with the planned numbers: only the changed numbers are replaced, byte for byte everything else stays,
 * comments too; each line that changed says so. [PL10]
 */
import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, type Node, type Pair, parse, parseDocument, type YAMLMap } from 'yaml';
import { SettingError } from '../settings/checks.ts';

interface Change {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly was: string;
  readonly becomes: string;
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Numbers below `node` that differ from `wanted`. Throws SettingError where more than numbers would have to change. */
function changesIn(node: Node | null, wanted: unknown, path: string, source: string): Change[] {
  if (isMap(node) && isObject(wanted))
    return node.items.flatMap((pair) => {
      const key = String((pair.key as { readonly value?: unknown } | null)?.value);
      return key in wanted ? changesIn(pair.value as Node | null, wanted[key], `${path}.${key}`, source) : [];
    });
  if (isSeq(node) && Array.isArray(wanted))
    return node.items.flatMap((item, i) => changesIn(item as Node, wanted[i], `${path}[${i}]`, source));
  if (isScalar(node) && node.value === wanted) return [];
  if (isScalar(node) && typeof node.value === 'number' && typeof wanted === 'number' && node.range) {
    const [from, to] = node.range;
    return [{ path, from, to, was: source.slice(from, to), becomes: String(wanted) }];
  }
  if (JSON.stringify(node?.toJSON()) === JSON.stringify(wanted)) return [];
  throw new SettingError(
    '--write',
    `${path.replace(/^draft\./, '')} is not a number in the draft: write the planned one by hand, it stands in plan.json`,
  );
}

/** A key with a small map as the person would write it, below the last line of a block map. */
function inserted(
  map: YAMLMap,
  key: string,
  value: string,
  source: string,
): { readonly at: number; readonly text: string } {
  const first = (map.items[0] as Pair<Node, Node> | undefined)?.key.range?.[0];
  if (map.flow || first === undefined)
    throw new SettingError(
      '--write',
      `${key} cannot be added to a draft whose terms stand on one line: add “${key}: ${value}” by hand`,
    );
  const indent = first - (source.lastIndexOf('\n', first - 1) + 1);
  return { at: first, text: `${key}: ${value}   # planned\n${' '.repeat(indent)}` };
}

/** The end of the line at `at`, and where its comment begins. */
function commentOf(source: string, at: number): { readonly end: number; readonly comment: number | undefined } {
  const newline = source.indexOf('\n', at);
  const end = newline < 0 ? source.length : newline;
  const rest = source.slice(at, end);
  const hash = /(?:^|\s)#/.exec(rest);
  return { end, comment: hash ? at + hash.index + hash[0].length : undefined };
}

/** The note of an earlier plan; what stands in its brackets is the person's own. */
const EARLIER = /^planned(?:, was [^(]*)?(?:\((?<said>.*)\))?$/;

/** Notes of the changes of one line, with what its comment said of the old numbers: “planned, was 23 (as last year)”. */
function note(changes: readonly Change[], comment: string): string {
  const earlier = EARLIER.exec(comment);
  const said = earlier ? (earlier.groups?.['said'] ?? '') : comment;
  const was = changes.map(({ was: old, path }) => (changes.length > 1 ? `${path.split('.').at(-1)} ${old}` : old));
  return `planned, was ${was.join(', ')}${said === '' ? '' : ` (${said})`}`;
}

export interface Written {
  readonly text: string;
  /** What was changed, for people: path, old and new value. */
  readonly changes: readonly { readonly path: string; readonly was: string; readonly becomes: string }[];
}

/**
 * `source` is the person's YAML; `planned` is the same draft with other numbers (and holders). Throws SettingError where
 * the draft is written in a way that cannot be changed number by number.
 */
export function writtenDraft(source: string, planned: { readonly text: unknown; readonly terms: unknown }): Written {
  const document = parseDocument(source);
  const root = document.contents;
  const terms = document.get('terms', true);
  if (!isMap(root) || !isMap(terms)) throw new SettingError('--write', 'the draft has no map of terms');
  const changes = changesIn(root, planned, 'draft', source).map((each) => ({
    ...each,
    path: each.path.replace(/^draft\./, ''),
  }));
  const committee = (planned.terms as { readonly committee?: { readonly shares: number } }).committee;
  const edits: { readonly at: number; readonly to: number; readonly text: string }[] = changes.map(
    ({ from, to, becomes }) => ({ at: from, to, text: becomes }),
  );
  const more: { readonly path: string; readonly was: string; readonly becomes: string }[] = [];
  if (committee && !terms.has('committee')) {
    const { at, text } = inserted(terms as YAMLMap, 'committee', `{ shares: ${committee.shares} }`, source);
    edits.push({ at, to: at, text });
    more.push({ path: 'terms.committee', was: 'none', becomes: `{ shares: ${committee.shares} }` });
  }
  if (!committee && terms.has('committee'))
    throw new SettingError('--write', 'the planned draft has no committee: take “committee” out of the draft by hand');
  const lines = Map.groupBy(changes, ({ to }) => commentOf(source, to).end);
  for (const [end, changed] of lines) {
    const { comment } = commentOf(source, changed.at(-1)!.to);
    const text = note(changed, comment === undefined ? '' : source.slice(comment, end).trim());
    edits.push(
      comment === undefined ? { at: end, to: end, text: `   # ${text}` } : { at: comment, to: end, text: ` ${text}` },
    );
  }
  const text = edits
    .sort((a, b) => b.at - a.at)
    .reduce((all, { at, to, text: by }) => all.slice(0, at) + by + all.slice(to), source);
  if (!isDeepStrictEqual(parse(text), JSON.parse(JSON.stringify(planned))))
    throw new SettingError(
      '--write',
      'the draft is written in a way that cannot be changed number by number: take the planned numbers from plan.json',
    );
  return { text, changes: [...changes.map(({ path, was, becomes }) => ({ path, was, becomes })), ...more] };
}
