export * from './federation.ts';
export * from './hospitals.ts';
export * from './idx.ts';
export * from './mnist.ts';
export * from './source.ts';
export * from './synthetic.ts';
export * from './trainTestSplit.ts';
export * from './wallets.ts';
