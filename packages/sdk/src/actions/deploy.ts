import {
  appealsAbi,
  appealsBytecode,
  chartersAbi,
  chartersBytecode,
  inferenceAbi,
  inferenceBytecode,
  marketAbi,
  marketBytecode,
  roundsAbi,
  roundsBytecode,
} from '@concord/contracts';
import { type Abi, encodeDeployData, zeroAddress } from 'viem';
import { type ClientOptions, type ConcordClient, createConcordClient, type Landed, transact } from '../client.ts';
import type { Address, Deployment, Hex } from '../facts.ts';
import { aggregatorsOf, lowercase } from '../identity.ts';

/** Seconds of a period of the market, where nobody says otherwise [MK1]. */
const MARKET_PERIOD = 600;

export interface Deployed extends Deployment {
  readonly market: Address;
  /** The block of the first contract: facts begin here. */
  readonly block: bigint;
  /** Gas of all transactions. */
  readonly gas: bigint;
}

/** Puts Charters, Rounds, Inference, Appeals and Market on chain, in this order; nobody owns them. Throws TransactionError. */
export async function deploy(
  options: Pick<ClientOptions, 'rpcUrl' | 'account' | 'pollMilliseconds' | 'transport'> & {
    /** Seconds, 600 unless told. */
    readonly marketPeriod?: number;
  },
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
  const aggregators = aggregatorsOf({ rounds: rounds.address });
  const period = BigInt(options.marketPeriod ?? MARKET_PERIOD);
  const market = await create(client, marketAbi, marketBytecode, aggregators, charters.address, period);
  return {
    chainId: client.deployment.chainId,
    charters: charters.address,
    rounds: rounds.address,
    inference: inference.address,
    appeals: appeals.address,
    market: market.address,
    block: charters.block,
    gas: charters.gas + rounds.gas + inference.gas + appeals.gas + market.gas,
  };
}

async function create(
  client: ConcordClient,
  abi: Abi,
  bytecode: Hex,
  ...args: readonly (Address | bigint)[]
): Promise<Landed & { readonly address: Address }> {
  const data = encodeDeployData({ abi, bytecode, args });
  const landed = await transact(client, { data }, { abi, functionName: 'constructor' });
  return { ...landed, address: lowercase(landed.created!) };
}
