/** What TypeScript needs of the contracts: their interfaces, and the bytes that deploy them. */
export {
  appealsBytecode,
  chartersBytecode,
  inferenceBytecode,
  marketBytecode,
  roundsBytecode,
} from '../abi/bytecode.ts';
export { aggregatorsAbi } from '../abi/Aggregators.ts';
export { appealsAbi } from '../abi/Appeals.ts';
export { courtAbi } from '../abi/Court.ts';
export { chartersAbi } from '../abi/Charters.ts';
export { inferenceAbi } from '../abi/Inference.ts';
export { marketAbi } from '../abi/Market.ts';
export { roundsAbi } from '../abi/Rounds.ts';
