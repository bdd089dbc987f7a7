/**
 * Writes abi/*.ts, the contracts' interfaces and creation bytecode as typed TypeScript, from what forge compiles, and
 * snapshots/storage.txt. They
 * are committed, so that nothing but the contracts' own development needs forge. `--check` compares instead of writing.
 *
 *   node packages/contracts/scripts/abi.ts [--check]
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { forge, packageRoot } from './forge.ts';
import { type Output, writeOutputs } from './outputs.ts';
import { layoutText, type StorageLayout } from './storage.ts';

/** Those that are deployed, and those that Rounds makes. */
export const CONTRACTS = ['Charters', 'Rounds', 'Inference', 'Aggregators', 'Court', 'Appeals', 'Market'] as const;

/** What examples/ shows builders: compiled for its TypeScript test, no part of Concord. */
const EXAMPLES = ['CautiousVault'] as const;

interface Artifact {
  readonly abi: readonly unknown[];
  readonly storageLayout: StorageLayout;
  readonly bytecode: { readonly object: string; readonly linkReferences: Readonly<Record<string, unknown>> };
}

function readArtifact(name: string): Artifact {
  const artifact: Artifact = JSON.parse(readFileSync(join(packageRoot, `out/${name}.sol/${name}.json`), 'utf8'));
  // The SDK deploys the bytes as they are.
  if (Object.keys(artifact.bytecode.linkReferences).length > 0)
    throw new Error(`${name} needs linked libraries: make their functions internal`);
  return artifact;
}

const lowerFirst = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
const banner = '// Written by packages/contracts/scripts/abi.ts: do not edit.\n';

/** What only the compiler needs (`internalType` names Solidity's types). */
const withoutInternalTypes = (key: string, value: unknown): unknown => (key === 'internalType' ? undefined : value);

const abiText = (name: string, abi: readonly unknown[]): string =>
  `${banner}export const ${lowerFirst(name)}Abi = [\n${abi
    .map((entry) => `  ${JSON.stringify(entry, withoutInternalTypes)},\n`)
    .join('')}] as const;\n`;

/** The contracts' sources in this package, by following their imports; paths from the package's root, sorted. */
function sourcesOf(contracts: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    const text = readFileSync(join(packageRoot, path), 'utf8');
    for (const [, target] of text.matchAll(/\bfrom "(\.[^"]+)"/g))
      if (target) visit(posix.join(posix.dirname(path), target));
  };
  for (const name of contracts) visit(`src/${name}.sol`);
  return [...found].sort();
}

/** SHA-256 over all that the bytecode is a function of, but packages: tells without a compiler what is stale. */
export function sourceDigest(): string {
  const hash = createHash('sha256');
  for (const path of ['foundry.toml', ...sourcesOf(CONTRACTS)]) {
    const bytes = readFileSync(join(packageRoot, path));
    hash.update(`${path}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

/** Compiles and returns the files that should lie in abi/. */
export function abiOutputs({ quiet }: { readonly quiet: boolean }): Output[] {
  forge(['build'], { quiet });
  const artifacts = CONTRACTS.map((name) => ({ name, ...readArtifact(name) }));
  const abis = artifacts.map(({ name, abi }) => ({
    path: `abi/${name}.ts`,
    text: abiText(name, abi),
  }));
  const bytecode = {
    path: 'abi/bytecode.ts',
    text: `${banner}/** \`sourceDigest\` of what this was compiled from. */
export const compiledFrom = '${sourceDigest()}';
${artifacts
  .map(({ name, bytecode }) => `export const ${lowerFirst(name)}Bytecode =\n  '${bytecode.object}' as const;\n`)
  .join('')}`,
  };
  const examples = EXAMPLES.map((name) => {
    const { abi, bytecode } = readArtifact(name);
    return {
      path: `abi/${name}.ts`,
      text: `${abiText(name, abi)}export const ${lowerFirst(name)}Bytecode =\n  '${bytecode.object}' as const;\n`,
    };
  });
  const storage = {
    path: 'snapshots/storage.txt',
    text: artifacts.map(({ name, storageLayout }) => layoutText(name, storageLayout)).join('\n'),
  };
  return [...abis, ...examples, bytecode, storage];
}

if (import.meta.main) writeOutputs(abiOutputs({ quiet: false }), { check: process.argv.includes('--check') });
