/**
 * The arrows of ARCHITECTURE.md, held: which room may import which, what is closed to the platform, and no circles.
 * Reads import and export declarations as text; `import type` counts (a type is knowledge too), except where a rule says
 * otherwise.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** A room and the rooms below it that its shipped files may import. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'packages/protocol': [],
  'packages/trainer': [],
  'packages/contracts': [],
  'packages/datasets': ['packages/trainer'],
  'packages/sdk': ['packages/protocol', 'packages/contracts', 'packages/trainer'],
  'packages/guard': ['packages/sdk', 'packages/protocol', 'packages/trainer'],
  'packages/planner': ['packages/sdk', 'packages/protocol', 'packages/trainer'],
  'packages/node': ['packages/sdk', 'packages/protocol', 'packages/trainer'],
  'packages/testing': ['packages/node', 'packages/sdk', 'packages/protocol', 'packages/trainer', 'packages/contracts'],
  'apps/cli': [
    'packages/guard',
    'packages/node',
    'packages/sdk',
    'packages/protocol',
    'packages/trainer',
    'packages/datasets',
    'packages/planner',
    'packages/testing',
  ],
  bench: [
    'apps/cli',
    'packages/guard',
    'packages/node',
    'packages/planner',
    'packages/sdk',
    'packages/protocol',
    'packages/trainer',
    'packages/datasets',
    'packages/testing',
  ],
  scripts: ['packages/protocol', 'packages/contracts', 'packages/sdk'],
  'spec/reference': [],
};

/** Rooms without clock, I/O or any other ambient thing: no `node:` module, no chain client. */
export const PURE = ['packages/protocol/src', 'packages/trainer/src', 'packages/planner/src', 'packages/node/src/core'];

const isTest = (file: string): boolean =>
  /\.(test|fuzz|bench)\.ts$/.test(file) || /^packages\/[^/]+\/test\//.test(file);
const roomOf = (file: string): string | undefined => Object.keys(ROOMS).find((room) => file.startsWith(`${room}/`));

/** Specifiers of the import and export declarations of a source text. */
export function importsOf(source: string): string[] {
  const pattern = /^\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
  return [...source.matchAll(pattern)].map(([, declared, dynamic]) => declared ?? dynamic ?? '');
}

/** Where a specifier leads inside the repository, or undefined for the platform and npm. */
export function resolve(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('@concord/')) {
    const name = specifier.split('/')[1] ?? '';
    return `${name === 'cli' ? 'apps' : 'packages'}/${name}/src/index.ts`;
  }
  return specifier.startsWith('.') ? join(dirname(file), specifier) : undefined;
}

/** What is wrong with one import, or undefined. */
export function broken(file: string, specifier: string): string | undefined {
  const target = resolve(file, specifier);
  const from = roomOf(file);
  if (isTest(file) || from === undefined) return undefined;
  if (target === undefined) {
    const pure = PURE.some((room) => file.startsWith(`${room}/`));
    return pure && specifier.startsWith('node:') ? `${file} is pure and may not import ${specifier}` : undefined;
  }
  const to = roomOf(target);
  if (to === undefined || to === from) return undefined;
  return ROOMS[from]?.includes(to) ? undefined : `${file} stands in ${from} and may not know ${to} (${specifier})`;
}

/** Circles among files, each as the list of files on it. */
export function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const state = new Map<string, 'open' | 'done'>();
  const path: string[] = [];
  const visit = (file: string): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      found.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    state.set(file, 'open');
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    state.set(file, 'done');
  };
  for (const file of graph.keys()) visit(file);
  return found;
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const skip = (name: string): boolean => name === 'node_modules' || name.endsWith('.as.ts');
  const files = globSync(
    [
      'packages/*/{src,abi,test,scripts}/**/*.ts',
      'apps/*/src/**/*.ts',
      'bench/**/*.ts',
      'scripts/**/*.ts',
      'spec/**/*.ts',
    ],
    {
      cwd: root,
      exclude: skip,
    },
  ).map((file) => relative('.', file));
  const errors: string[] = [];
  const graph = new Map<string, string[]>();
  for (const file of files) {
    const source = readFileSync(join(root, file), 'utf8');
    const specifiers = importsOf(source);
    errors.push(...specifiers.flatMap((specifier) => broken(file, specifier) ?? []));
    const inside = specifiers.flatMap((specifier) =>
      specifier.startsWith('.') ? (resolve(file, specifier) ?? []) : [],
    );
    graph.set(file, inside);
  }
  errors.push(...circles(graph).map((circle) => `circle: ${circle.join(' → ')}`));
  for (const error of errors) console.error(error);
  console.log(`layers: ${files.length} files, ${errors.length} arrows that may not be there`);
  process.exitCode = errors.length > 0 ? 1 : 0;
}
