/** Members, aggregators and relayers as processes. Everything else in this package is how they do it. */
export type {
  AggregatorConfig,
  HolderParts,
  MemberConfig,
  MemberParts,
  RelayerConfig,
  RunningNode,
} from './config.ts';
export { startAggregator, startMember, startRelayer } from './createNode.ts';
export { loadKernels } from './adapters/kernels.ts';
export { nodePlatform, nodeRandom } from './adapters/platform.ts';
export { objectionTo } from './core/consent.ts';
export { EndpointError, endpointOf, isEndpoint } from './endpoint.ts';
export type { EncodeUpdate, Log } from './ports.ts';
export type { World } from './world.ts';
