/** Hex at the border between the chain's strings and the protocol's bytes. */
export { bytesToHex, hexToBytes } from 'viem';
export type { Address, Hex } from '../../../sdk/src/facts.ts';
