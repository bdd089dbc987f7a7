export * from './allocation/window.ts';
export * from './calibrate/calibrate.ts';
export * from './compileAt.ts';
export * from './cost/costOf.ts';
export * from './cost/gasPrice.ts';
export * from './cost/overheads.ts';
export { blocksFor, stepsOf } from './cost/rounds.ts';
export * from './draftAt.ts';
export * from './types.ts';
