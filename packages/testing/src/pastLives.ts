/**
 * Accounts with a past on a devnet: real transactions, mined one by one while the chain's clock is moved on. Afterwards
 * that clock is as far ahead of the wall's as the pasts were long.
 */
import { encodeFunctionData, keccak256, parseAbi, parseEther } from 'viem';
import type { Hex } from './devnet.ts';

/** One transaction in an account's past. */
export interface Deed {
  /** Since the deed before. */
  readonly minutes: number;
  /** The other side, by a name of its own. */
  readonly with: string;
  /** Whether the account receives. */
  readonly receives: boolean;
  /** Decimal text; of a token whole units of 10^18. */
  readonly ether: string;
  /** The token's address, where tokens move and not ether. */
  readonly token?: Hex;
}

export type Rpc = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** JSON-RPC over HTTP, as plainly as it gets. Throws what the node answered as an error. */
export const rpcOf =
  (url: string): Rpc =>
  async (method, params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { result, error } = (await response.json()) as {
      result?: unknown;
      error?: { message: string; code: number };
    };
    if (error) throw Object.assign(new Error(error.message), { code: error.code });
    return result;
  };

/** From now on each transaction gets a block of its own at once, and the chain stands still in between. */
export async function mineAtOnce(rpc: Rpc): Promise<void> {
  await rpc('evm_setIntervalMining', [0]);
  await rpc('evm_setAutomine', [true]);
}

/** The account that a name stands for; nobody has its key. */
export const addressNamed = (name: string): Hex =>
  `0x${keccak256(new TextEncoder().encode(`account ${name}`)).slice(-40)}`;

const TOKEN = parseAbi(['function transfer(address to, uint256 amount)']);

async function mined(rpc: Rpc, from: Hex, rest: object): Promise<{ readonly contractAddress: Hex | null }> {
  await rpc('anvil_impersonateAccount', [from]);
  const hash = await rpc('eth_sendTransaction', [{ from, ...rest }]);
  // Or the node would say that the account is its own.
  await rpc('anvil_stopImpersonatingAccount', [from]);
  for (; ; await rpc('evm_mine', [])) {
    const receipt = (await rpc('eth_getTransactionReceipt', [hash])) as {
      status: Hex;
      contractAddress: Hex | null;
    } | null;
    if (receipt?.status === '0x0') throw new Error(`a deed of ${from} failed`);
    if (receipt) return receipt;
  }
}

const wei = (ether: string): Hex => `0x${parseEther(ether).toString(16)}`;

/** Lets the account live through its deeds. */
export async function live(rpc: Rpc, account: Hex, deeds: readonly Deed[]): Promise<void> {
  for (const { minutes, with: other, receives, ether, token } of deeds) {
    const [from, to] = receives ? [addressNamed(other), account] : [account, addressNamed(other)];
    // The account pays from what it received; a sender comes with enough, and so does who moves tokens.
    if (receives || token) await rpc('anvil_setBalance', [from, wei('100000')]);
    if (minutes > 0) await rpc('evm_increaseTime', [Math.round(minutes * 60)]);
    const data = token && encodeFunctionData({ abi: TOKEN, functionName: 'transfer', args: [to, parseEther(ether)] });
    await mined(rpc, from, token ? { to: token, data } : { to, value: wei(ether) });
  }
}

const TRANSFER = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** A token that keeps no books: transfer(to, amount) only says Transfer(caller, to, amount). Its address. */
export async function deployToken(rpc: Rpc): Promise<Hex> {
  const runtime = `602435600052600435337f${TRANSFER}60206000a300`;
  const from = addressNamed('deployer');
  await rpc('anvil_setBalance', [from, wei('1')]);
  const { contractAddress } = await mined(rpc, from, { data: `0x603180600b6000396000f3${runtime}` });
  return contractAddress!;
}

/** As the illicit account 0x56d0644c… of the data set lived: many pay it once, it pays one, all at once. */
export const SCAM: readonly Deed[] = [
  ...['6.109632', '0', '1', '0.5', '0.4', '0.719780', '0.3', '0.5', '0.5', '0.5'].map((ether, i) => ({
    ...{ minutes: i === 0 ? 0 : 458.19, with: `victim ${Math.min(i, 8)}`, receives: true, ether },
  })),
  { minutes: 9661.43, with: 'exit', receives: false, ether: '10.529' },
];

/** As the ordinary account 0x0095e1a5… lived: a few dealings with the same few, over months. */
export const ORDINARY: readonly Deed[] = [
  { minutes: 0, with: 'employer', receives: true, ether: '0.669937' },
  { minutes: 60, with: 'shop', receives: false, ether: '0.668866' },
  { minutes: 40127.7, with: 'employer', receives: true, ether: '0.1' },
  { minutes: 60, with: 'landlord', receives: false, ether: '0.09' },
  { minutes: 40127.7, with: 'friend', receives: true, ether: '0.001' },
  { minutes: 20000, with: 'employer', receives: true, ether: '0.05' },
  { minutes: 59, with: 'shop', receives: false, ether: '0.00074' },
  { minutes: 20127.7, with: 'employer', receives: true, ether: '0.046593' },
  { minutes: 59.24, with: 'landlord', receives: false, ether: '0.1' },
];
