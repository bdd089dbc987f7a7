/** What tests, benches and the demo stand on: an embedded chain, builders of runs, named liars. Never shipped. */
export * from './devnet.ts';
export * from './liars.ts';
export * from './program.ts';
export * from './rpcProxy.ts';
