export * from './federation.ts';
export * from './source.ts';
export * from './synthetic.ts';
export * from './wallets.ts';
