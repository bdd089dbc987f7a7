export * from './allocation/window.ts';
export * from './draftAt.ts';
export * from './learning/score.ts';
export * from './learning/simulateRun.ts';
export * from './types.ts';
