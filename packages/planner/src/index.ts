export * from './allocation/window.ts';
