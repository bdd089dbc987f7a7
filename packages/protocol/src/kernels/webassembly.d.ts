/** The part of WebAssembly that the kernels use; every platform has it, no pure library of TypeScript declares it. */
declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]?: 'WebAssembly.Module';
  }
  const Module: new (bytes: Uint8Array) => Module;

  /** Sizes in pages of 64 KiB. */
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  const Memory: new (size: { initial: number; maximum: number }) => Memory;

  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  const Instance: new (module: Module, imports: Record<string, Record<string, unknown>>) => Instance;
}
