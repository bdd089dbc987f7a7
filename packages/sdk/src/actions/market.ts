/** The verbs of the market (spec/market.md). Windows are numbered by the period in which they are served. */
import { marketAbi } from '@concord/contracts';
import { hexToBigInt, numberToHex } from 'viem';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Address, Hex } from '../facts.ts';
import { lowercase } from '../identity.ts';

/** The deployment is from before there was a market. */
export class NoMarketError extends Error {
  readonly code = 'NO_MARKET';
  constructor() {
    super('this deployment has no market: use one that “concord deploy” made with this version');
    this.name = 'NoMarketError';
  }
}

/** Throws NoMarketError. */
function marketOf({ deployment }: ConcordClient): { readonly to: Address; readonly abi: typeof marketAbi } {
  if (!deployment.market) throw new NoMarketError();
  return { to: deployment.market, abi: marketAbi };
}

export interface MarketAsk {
  readonly window: bigint;
  /** Wei for a unit's check, and for each byte that it stands for [MK2]. */
  readonly perCheck: bigint;
  readonly perByte: bigint;
  readonly units: number;
}

/** Offers the account's work for a window [MK3]. */
export const askInMarket = (client: ConcordClient, { window, perCheck, perByte, units }: MarketAsk): Promise<Landed> =>
  send(client, { ...marketOf(client), functionName: 'ask', args: [window, perCheck, perByte, units] });

export interface MarketWant {
  readonly window: bigint;
  readonly charterId: Hex;
  /** The most that a unit may cost, wei. */
  readonly limit: bigint;
  readonly units: number;
}

/** Wants units for a charter's run, and leaves all that they could cost [MK4]. */
export const wantInMarket = (client: ConcordClient, { window, charterId, limit, units }: MarketWant): Promise<Landed> =>
  send(client, {
    ...{ ...marketOf(client), functionName: 'want', args: [window, charterId, limit, units] },
    value: limit * BigInt(units),
  });

export interface MarketSettlement {
  readonly window: bigint;
  readonly price: bigint;
  readonly askLevel: number;
  readonly wantLevel: number;
}

/** Settles a window with the numbers that follow from it [MK7]; the contract takes no others. */
export const settleMarket = (
  client: ConcordClient,
  { window, price, askLevel, wantLevel }: MarketSettlement,
): Promise<Landed> =>
  send(client, { ...marketOf(client), functionName: 'settle', args: [window, price, askLevel, wantLevel] });

/** Sends an aggregator what its ask earned [MK8]. */
export const payOutAsk = (client: ConcordClient, window: bigint, index: number): Promise<Landed> =>
  send(client, { ...marketOf(client), functionName: 'payOut', args: [window, BigInt(index)] });

/** Sends back what a want's deposit is above its price [MK8]. */
export const refundWant = (client: ConcordClient, window: bigint, index: number): Promise<Landed> =>
  send(client, { ...marketOf(client), functionName: 'refund', args: [window, BigInt(index)] });

/** Takes the deposits of the account's wants that had to leave [MK4]. */
export const withdrawFromMarket = (client: ConcordClient): Promise<Landed> =>
  send(client, { ...marketOf(client), functionName: 'withdraw', args: [] });

/** Wei that `withdrawFromMarket` brings an account. Throws NoMarketError. */
export async function owedInMarket(client: ConcordClient, account: Address): Promise<bigint> {
  const { to: address, abi } = marketOf(client);
  return client.reader.readContract({ address, abi, functionName: 'owedTo', args: [account] });
}

/** Where the market's clock stands. */
export interface MarketTime {
  /** Seconds of a period, and the one that runs. */
  readonly seconds: number;
  readonly period: bigint;
}

/** Throws NoMarketError. */
export async function marketTime(client: ConcordClient): Promise<MarketTime> {
  const { to: address, abi } = marketOf(client);
  const [seconds, period] = await Promise.all([
    client.reader.readContract({ address, abi, functionName: 'PERIOD' }),
    client.reader.readContract({ address, abi, functionName: 'period' }),
  ]);
  return { seconds: Number(seconds), period };
}

/** An ask or a want as the contract keeps it, in posting order; undefined where it has been paid or sent back. */
interface Kept {
  readonly account: Address;
  readonly units: number;
}

export interface MarketWindow {
  readonly window: bigint;
  readonly asks: readonly ((Kept & { readonly price: bigint }) | undefined)[];
  readonly wants: readonly ((Kept & { readonly limit: bigint }) | undefined)[];
  /** Units of all asks. */
  readonly offered: number;
  /** Of a settled window: the one price, and the levels with the places before which one unit comes on top [MK6]. */
  readonly settled?: {
    readonly price: bigint;
    readonly askLevel: number;
    readonly wantLevel: number;
    readonly askCut: number;
    readonly wantCut: number;
  };
}

/** What a window holds at the head. Throws NoMarketError. */
export async function readMarketWindow(client: ConcordClient, window: bigint): Promise<MarketWindow> {
  const { to: address, abi } = marketOf(client);
  const [asks, wants, book] = await Promise.all([
    client.reader.readContract({ address, abi, functionName: 'asksOf', args: [window] }),
    client.reader.readContract({ address, abi, functionName: 'wantsOf', args: [window] }),
    client.reader.readContract({ address, abi, functionName: 'bookOf', args: [window] }),
  ]);
  const kept = (word: bigint): Kept & { readonly price: bigint } => {
    const hex = numberToHex(word, { size: 32 });
    const account = lowercase(hex.slice(0, 42) as Hex);
    return { account, price: hexToBigInt(`0x${hex.slice(42, 58)}`), units: Number(`0x${hex.slice(58)}`) };
  };
  const { offered, price, ...rest } = book;
  return {
    window,
    asks: asks.map((word) => (word === 0n ? undefined : kept(word))),
    wants: wants.map((word) => {
      if (word === 0n) return undefined;
      const { price: limit, ...want } = kept(word);
      return { ...want, limit };
    }),
    offered: Number(offered),
    ...(price > 0n && { settled: { price, ...rest } }),
  };
}
