/** Fails when a rule of spec/ (a bold id such as **AG4** that begins its paragraph) has no test that wears the id, or is defined twice. */
import { globSync, readFileSync } from 'node:fs';

const root = new URL('..', import.meta.url).pathname;
const read = (patterns: string[]): [name: string, text: string][] =>
  globSync(patterns, { cwd: root, exclude: (name) => name === 'node_modules' }).map((name) => [
    name,
    readFileSync(root + name, 'utf8'),
  ]);

const defined = new Map<string, string>();
for (const [name, text] of read(['spec/*.md'])) {
  for (const [, id] of text.matchAll(/\*\*([A-Z]{2}\d+)\b[^*]*\*\*/g))
    if (id && !defined.has(id)) defined.set(id, name);
}

const worn = new Set<string>();
for (const [, text] of read([
  'packages/**/*.test.ts',
  'packages/**/*.fuzz.ts',
  'apps/**/*.test.ts',
  'spec/**/*.test.ts',
  'examples/**/*.test.ts',
])) {
  for (const [, id] of text.matchAll(/\[([A-Z]{2}\d+)\]/g)) if (id) worn.add(id);
}
for (const [, text] of read(['packages/contracts/test/**/*.sol'])) {
  for (const [, ids] of text.matchAll(/function (?:test|testFuzz|invariant)_((?:[A-Z]{2}\d+_)+)/g))
    for (const id of ids?.split('_') ?? []) if (id) worn.add(id);
}

const twice = read(['spec/*.md'])
  .flatMap(([, text]) => [...text.matchAll(/^(?:- )?\*\*([A-Z]{2}\d+)\b/gm)].map(([, id]) => id ?? ''))
  .filter((id, i, all) => all.indexOf(id) < i);
const naked = [...defined].filter(([id]) => !worn.has(id));
const unknown = [...worn].filter((id) => !defined.has(id));
for (const [id, name] of naked) console.error(`${name}: rule ${id} has no test that wears it`);
for (const id of twice) console.error(`spec/ defines ${id} twice`);
for (const id of unknown) console.error(`a test wears ${id}, which no page of spec/ defines`);
console.log(`rules: ${defined.size} defined, ${defined.size - naked.length} tested`);
process.exitCode = naked.length + unknown.length + twice.length > 0 ? 1 : 0;
