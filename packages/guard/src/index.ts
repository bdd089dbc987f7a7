/** A guard before a wallet: judges counterparties on this device, by a model that the chain vouches for. */
export * from './account.ts';
export * from './features.ts';
export * from './guard.ts';
export * from './guardAll.ts';
export { etherscan, type EtherscanOptions } from './history/etherscan.ts';
export * from './history/history.ts';
export { fromGateways, type GatewayOptions } from './model/gateways.ts';
export type { ModelOptions } from './model/holder.ts';
export * from './model/model.ts';
export { type Scored, scoreOf } from './model/score.ts';
export { type Address, type Hex, type Provider, RejectedError, type Request } from './provider.ts';
export { readRequest } from './read/request.ts';
export * from './verdict.ts';
