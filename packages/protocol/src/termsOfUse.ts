/**
 * Who may use a run's model on chain, at what price, for which purpose, until when: the last field of a charter's text
 * (CH10). Its bytes are fixed, so that a contract that knows the text's SHA-256 and its beginning knows them.
 */
import { CharterTextError, integer, object, text } from './charterFields.ts';

export interface TermsOfUse {
  /** Addresses in lowercase, strictly ascending. */
  readonly callers: 'anybody' | readonly string[];
  /** wei for one use, decimal. */
  readonly price: string;
  /** What a caller must name; `any`: whatever it likes. */
  readonly purpose: string;
  /** Unix seconds, the last one included; 0: no end. */
  readonly until: number;
}

/** Anybody, for free, for any purpose, without end: what a draft means that says nothing. */
export const OPEN_USE: TermsOfUse = { callers: 'anybody', price: '0', purpose: 'any', until: 0 };

/** Whether the contract's free `predict` answers under these terms, until their end. */
export const isOpen = ({ callers, price, purpose }: TermsOfUse): boolean =>
  callers === 'anybody' && price === '0' && purpose === 'any';

const MOST_CALLERS = 64;
const MOST_PRICE = 1n << 128n;
/** Of the year 9999: what a date can still say. */
const LAST_SECOND = 253_402_300_799;
const ADDRESS = /^0x[0-9a-f]{40}$/;
/** What JSON writes as it stands, one byte a character. */
const PLAIN = /^[ !#-[\]-~]{1,80}$/;

function decodeCallers(value: unknown): TermsOfUse['callers'] {
  if (value === 'anybody') return value;
  const fits =
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MOST_CALLERS &&
    value.every((each, i) => typeof each === 'string' && ADDRESS.test(each) && (i === 0 || value[i - 1] < each));
  if (!fits)
    throw new CharterTextError('use.callers', `“anybody”, or up to ${MOST_CALLERS} addresses in lowercase, ascending`);
  return value as string[];
}

/** Decodes `use` of a text. Throws CharterTextError naming the first field that does not fit (CH10). */
export function decodeUse(value: unknown): TermsOfUse {
  const json = object(value, 'use', ['callers', 'price', 'purpose', 'until']);
  const callers = decodeCallers(json['callers']);
  const { price } = json;
  if (typeof price !== 'string' || !/^(0|[1-9]\d{0,38})$/.test(price) || BigInt(price) >= MOST_PRICE)
    throw new CharterTextError('use.price', 'wei as a decimal in quotes, “0” for free');
  const purpose = text(json['purpose'], 'use.purpose');
  if (!PLAIN.test(purpose))
    throw new CharterTextError('use.purpose', '“any”, or 1 to 80 plain characters without quotes and backslashes');
  return { callers, price, purpose, until: integer(json['until'], 'use.until', 0, LAST_SECOND) };
}

/** What a text with these terms ends with, byte for byte; `UseText.sol` writes the same (CH10). */
export const endingOf = (use: TermsOfUse): string => `,${JSON.stringify({ use }, undefined, 1).slice(1)}\n`;
