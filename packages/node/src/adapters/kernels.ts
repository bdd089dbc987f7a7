import { readFileSync } from 'node:fs';
import type { Kernels } from '../../../protocol/src/kernels/types.ts';
import { type WasmOptions, wasmKernels } from '../../../protocol/src/kernels/wasm.ts';

/** The compiled kernels, where `npm run build` leaves them. */
const COMPILED = new URL('../../../protocol/src/kernels/kernels.wasm', import.meta.url);

/**
 * Kernels over a fresh memory; make them once and pass them on. Throws what `readFileSync` throws where the module has
 * not been built.
 */
export function loadKernels(options: WasmOptions = {}): Kernels {
  return wasmKernels(new WebAssembly.Module(readFileSync(COMPILED)), options);
}
