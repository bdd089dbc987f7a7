import { compiledFrom } from '../abi/bytecode.ts';
import { abiOutputs, sourceDigest } from './abi.ts';
import { writeOutputs } from './outputs.ts';
import { paramsOutputs } from './params.ts';

/**
 * Brings the generated Solidity and abi/ up to date with their sources. A checkout holds both, so that starting the
 * product compiles no contract: only a changed source does.
 */
export function buildContracts({ quiet }: { readonly quiet: boolean }): void {
  writeOutputs(paramsOutputs(), { check: false });
  if (sourceDigest() !== compiledFrom) writeOutputs(abiOutputs({ quiet }), { check: false });
}
