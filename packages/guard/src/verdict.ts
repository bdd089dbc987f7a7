/** What the guard says about one request (spec/guard.md GU1). */
import type { Address, Hex } from './provider.ts';

/** “unknown” is shown as “not checked”: it is never a soft “allow”. */
export type Level = 'allow' | 'warn' | 'unknown';

/** An account that a request would give something to. */
export interface Party {
  readonly address: Address;
  /** What it gets, in words: “receives ether”. */
  readonly gets: string;
}

/** What one counterparty looks like. */
export interface Finding extends Party {
  readonly level: Level;
  readonly reasons: readonly string[];
  /** The model's logit in 2^-16, where it was asked (IN2). */
  readonly score?: number;
  /** Its appeal against the model stands, which is a signature and no proof (GU16). */
  readonly appealed?: true;
}

export interface Verdict {
  readonly level: Level;
  /** Sentences for a person, the weightiest first. */
  readonly reasons: readonly string[];
  readonly findings: readonly Finding[];
  /** The model that was asked; absent where none could be verified. */
  readonly modelId?: Hex;
  /** The highest of the scores. */
  readonly score?: number;
}

/** What a request says it does: total, so that all of it is in one of these lists (GU2). */
export interface Reading {
  readonly parties: readonly Party[];
  /** What could not be read or is not checked: any entry makes “allow” impossible. */
  readonly unread: readonly string[];
  /** What warns by itself, whoever the counterparty is. */
  readonly alarms: readonly string[];
  /** What a person should know and is no reason to stop. */
  readonly notes: readonly string[];
  /** The chain that the request is for, where it names one. */
  readonly chainId?: bigint;
}

export const nothing: Reading = { parties: [], unread: [], alarms: [], notes: [] };
export const unread = (...sentences: string[]): Reading => ({ ...nothing, unread: sentences });
export const noted = (...sentences: string[]): Reading => ({ ...nothing, notes: sentences });
export const party = (address: Address, gets: string, ...notes: string[]): Reading => ({
  ...nothing,
  parties: [{ address, gets }],
  notes,
});

/** Everything that several readings say, in order. */
export function together(readings: readonly Reading[]): Reading {
  const chainId = readings.find((each) => each.chainId !== undefined)?.chainId;
  return {
    parties: readings.flatMap(({ parties }) => parties),
    unread: readings.flatMap((each) => each.unread),
    alarms: readings.flatMap(({ alarms }) => alarms),
    notes: readings.flatMap(({ notes }) => notes),
    ...(chainId !== undefined && { chainId }),
  };
}

/** 0x1234…abcd */
export const short = (address: string): string => `${address.slice(0, 6)}…${address.slice(-4)}`;
