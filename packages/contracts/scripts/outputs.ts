import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './forge.ts';

/** A generated file: its path from the package's root, and what it should hold. */
export interface Output {
  readonly path: string;
  readonly text: string;
}

const present = (path: string): string | undefined => {
  try {
    return readFileSync(join(packageRoot, path), 'utf8');
  } catch {
    return undefined;
  }
};

/** The paths of the files that are not what they should be. */
export const staleOutputs = (outputs: readonly Output[]): string[] =>
  outputs.filter(({ path, text }) => present(path) !== text).map(({ path }) => path);

/** Writes the files that differ, or with `check` names them and makes the process fail. */
export function writeOutputs(outputs: readonly Output[], { check }: { readonly check: boolean }): void {
  const stale = staleOutputs(outputs);
  if (check && stale.length > 0) {
    console.error(`${stale.join(', ')} differ from what is generated: run the script without --check and commit`);
    process.exitCode = 1;
  } else if (!check) {
    for (const { path, text } of outputs) if (stale.includes(path)) writeFileSync(join(packageRoot, path), text);
  }
}
