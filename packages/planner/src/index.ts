export * from './allocation/window.ts';
export * from './draftAt.ts';
export * from './types.ts';
