/**
 * The charters that the examples began with, before anybody planned them: what a plan is measured against. They are kept as
 * they were (`bench/firstLight/`), while `examples/` goes on.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { CharterFile } from '../apps/cli/src/demo/story.ts';

export const firstLight = (name: 'wallets' | 'hospitals'): CharterFile =>
  parse(readFileSync(new URL(`firstLight/${name}.yaml`, import.meta.url), 'utf8')) as CharterFile;
