import {
  appealsAbi,
  appealsBytecode,
  chartersAbi,
  chartersBytecode,
  inferenceAbi,
  inferenceBytecode,
  roundsAbi,
  roundsBytecode,
} from '@concord/contracts';
import { type Abi, encodeDeployData, zeroAddress } from 'viem';
import { type ClientOptions, type ConcordClient, createConcordClient, type Landed, transact } from '../client.ts';
import type { Address, Deployment, Hex } from '../facts.ts';
import { lowercase } from '../identity.ts';

export interface Deployed extends Deployment {
  /** The block of the first contract: facts begin here. */
  readonly block: bigint;
  /** Gas of all transactions. */
  readonly gas: bigint;
}

/** Puts Charters, Rounds, Inference and Appeals on chain, in this order; nobody owns them. Throws TransactionError. */
export async function deploy(
  options: Pick<ClientOptions, 'rpcUrl' | 'account' | 'pollMilliseconds' | 'transport'>,
): Promise<Deployed> {
  const client = await createConcordClient({
    ...options,
    charters: zeroAddress,
    rounds: zeroAddress,
    inference: zeroAddress,
  });
  const charters = await create(client, chartersAbi, chartersBytecode);
  const rounds = await create(client, roundsAbi, roundsBytecode, charters.address);
  const inference = await create(client, inferenceAbi, inferenceBytecode, rounds.address);
  const appeals = await create(client, appealsAbi, appealsBytecode, rounds.address);
  return {
    chainId: client.deployment.chainId,
    charters: charters.address,
    rounds: rounds.address,
    inference: inference.address,
    appeals: appeals.address,
    block: charters.block,
    gas: charters.gas + rounds.gas + inference.gas + appeals.gas,
  };
}

async function create(
  client: ConcordClient,
  abi: Abi,
  bytecode: Hex,
  ...args: readonly Address[]
): Promise<Landed & { readonly address: Address }> {
  const data = encodeDeployData({ abi, bytecode, args });
  const landed = await transact(client, { data }, { abi, functionName: 'constructor' });
  return { ...landed, address: lowercase(landed.created!) };
}
