/** What signing a text gives away (GU4): it names accounts, is a sign-in to this page or to another, or plays with letters. */
import { addressIn, type Address, bytesIn } from '../provider.ts';
import { noted, nothing, party, type Reading, together, unread } from '../verdict.ts';

/** Characters that nobody sees or that turn the order of reading around. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u;
const WORDS = /[\p{L}\p{M}]+/gu;
const LATIN = /\p{Script=Latin}/u;
/** Alphabets with letters that look like Latin ones. */
const TWINS = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u;
/** Whether a word has letters of several alphabets, such as a Latin one with a Cyrillic “а”. */
const mixes = (text: string): boolean => (text.match(WORDS) ?? []).some((word) => LATIN.test(word) && TWINS.test(word));

/** ERC-4361 without resources, which can carry powers of their own. */
const SIGN_IN =
  /^(?:https?:\/\/)?([^\s/]+) wants you to sign in with your Ethereum account:\n(0x[0-9a-fA-F]{40})\n\n(?:[^\n]+\n)?\nURI: (\S+)\nVersion: 1\nChain ID: \d+\nNonce: [A-Za-z0-9]{8,}\nIssued At: \S+(?:\nExpiration Time: \S+)?(?:\nNot Before: \S+)?(?:\nRequest ID: \S*)?$/;

/** Parameters [text, signer] of personal_sign, in either order. `host` is the page's. Never throws. */
export function readText(params: unknown, host: string | undefined): Reading {
  const [first, second] = Array.isArray(params) ? (params as readonly unknown[]) : [];
  const swapped = addressIn(first) !== undefined && addressIn(second) === undefined;
  const [message, signer] = swapped ? [second, addressIn(first)] : [first, addressIn(second)];
  if (typeof message !== 'string' || !signer) return unread('The text is not one that the guard can read.');
  const text = textOf(message);
  if (text === undefined) return unread('It signs bytes that are not a text; they may stand for anything.');
  const alarms = [
    ...(INVISIBLE.test(text)
      ? ['The text has characters that cannot be seen or that turn the order of reading around.']
      : []),
    ...(mixes(text) ? ['The text mixes letters of several alphabets in one word, as imitations of names do.'] : []),
  ];
  return together([{ ...nothing, alarms }, signIn(text, signer, host)]);
}

function textOf(message: string): string | undefined {
  const hex = bytesIn(message);
  if (hex === undefined) return message;
  const bytes = Uint8Array.from(hex.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function signIn(text: string, signer: Address, host: string | undefined): Reading {
  const [, domain, account, uri] = SIGN_IN.exec(text) ?? [];
  if (domain === undefined) return plain(text, signer);
  if (host === undefined) return unread('It signs you in, and the guard does not know on which page you are.');
  if (domain !== host || hostOf(uri!) !== host)
    return { ...nothing, alarms: [`It signs you in at ${domain}, and this page is ${host}.`] };
  if (addressIn(account) !== signer) return unread('It signs in another account than the one that signs.');
  return noted(`It signs you in at ${host} and gives nothing away.`);
}

function hostOf(uri: string): string | undefined {
  return URL.canParse(uri) ? new URL(uri).host : undefined;
}

function plain(text: string, signer: Address): Reading {
  const named = new Set((text.match(/\b0x[0-9a-fA-F]{40}\b/g) ?? []).map((each) => each.toLowerCase() as Address));
  named.delete(signer);
  const wantsIn = /wants you to sign in with your Ethereum account/.test(text);
  return together([
    unread(
      wantsIn
        ? 'It signs you in, in a form that the guard does not know.'
        : 'A text can promise anything; read it before you sign.',
    ),
    ...[...named].map((address) => party(address, 'is named in the text')),
  ]);
}
