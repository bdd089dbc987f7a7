/**
 * What an account says against a finished model: its text, the signed appeal as people pass it on, and the error that all
 * of it shares (spec/guard.md GU12, GU13).
 */
import { sha256 } from 'viem';
import type { Address, Deployment, Hex } from './facts.ts';
import { lowercase } from './identity.ts';

export type AppealErrorCode =
  /** The deployment has no Appeals contract. */
  | 'NO_CONTRACT'
  /** The text is no statement: its length, its characters, or another digest. */
  | 'TEXT'
  /** The file is none that “concord appeal sign” wrote. */
  | 'FILE'
  /** Signed for another chain or contract. */
  | 'ELSEWHERE';

/** An appeal cannot be made, carried or read. */
export class AppealError extends Error {
  readonly code: AppealErrorCode;
  constructor(code: AppealErrorCode, message: string) {
    super(message);
    this.name = 'AppealError';
    this.code = code;
  }
}

/** The deployment's Appeals. Throws AppealError NO_CONTRACT. */
export function appealsIn({ appeals }: Pick<Deployment, 'appeals'>): Address {
  if (appeals !== undefined) return lowercase(appeals);
  throw new AppealError(
    'NO_CONTRACT',
    'this deployment has no contract for appeals: it is older than they are, so ask its members out of band, and for a deployment file with “appeals”',
  );
}

/** UTF-8 bytes of the longest text. */
export const APPEAL_TEXT_BYTES = 1_024;
/** Whatever controls a terminal, is not seen, or turns the order of reading around; a line feed is fine. */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

const refused = (have: string): AppealError =>
  new AppealError(
    'TEXT',
    `the statement ${have}; need 1 to ${APPEAL_TEXT_BYTES} bytes of plain text, without characters that are not seen`,
  );

function checkText(text: string): void {
  if (text.trim() === '') throw refused('is empty');
  const at = text.search(UNSEEN);
  if (at >= 0) throw refused(`has U+${text.codePointAt(at)!.toString(16).toUpperCase().padStart(4, '0')} at ${at + 1}`);
}

/** A statement's bytes and SHA-256, as an appeal names it. Throws AppealError TEXT. [GU13] */
export function appealText(text: string): { readonly bytes: Uint8Array; readonly digest: Hex } {
  checkText(text);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > APPEAL_TEXT_BYTES) throw refused(`has ${bytes.length} bytes`);
  return { bytes, digest: sha256(bytes) };
}

/** The text in bytes that anybody served. Throws AppealError TEXT unless they are the statement of this digest. [GU13] */
export function readAppealText(bytes: Uint8Array, digest: Hex): string {
  if (bytes.length > APPEAL_TEXT_BYTES) throw refused(`has ${bytes.length} bytes`);
  if (sha256(bytes) !== digest)
    throw new AppealError('TEXT', `the statement hashes to ${sha256(bytes)}, need ${digest}`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refused('is not UTF-8');
  }
  checkText(text);
  return text;
}

interface Signed {
  readonly chainId: number;
  /** The contract that it was signed for. */
  readonly appeals: Address;
  readonly runId: Hex;
  readonly account: Address;
  /** 65 bytes of a key, or whatever a contract account takes (ERC-1271). */
  readonly signature: Hex;
}

export interface SignedAppeal extends Signed {
  readonly kind: 'appeal';
  /** What the run ended with (LR10). */
  readonly modelHash: Hex;
  readonly text: string;
}

export interface SignedWithdrawal extends Signed {
  readonly kind: 'withdrawal';
}

const VERSION = 1;
/** Of a signature that programs carry. */
const SIGNATURE_BYTES = 4_096;
const SHARED = ['concord', 'version', 'chainId', 'appeals', 'runId', 'account', 'signature'];
const MORE = { appeal: ['modelHash', 'text'], withdrawal: [] as string[] };

/** JSON with one key a line, in one order, for whoever carries it. */
export function encodeAppeal(signed: SignedAppeal | SignedWithdrawal): string {
  const { kind, chainId, appeals, runId, account, signature } = signed;
  const said = kind === 'appeal' ? { modelHash: signed.modelHash, text: signed.text } : {};
  const fields = { concord: kind, version: VERSION, chainId, appeals, runId, account, ...said, signature };
  return `${JSON.stringify(fields, undefined, 2)}\n`;
}

/** Total: throws AppealError FILE naming the first key that does not fit, or TEXT. Says nothing about the signature. */
export function decodeAppeal(json: string): SignedAppeal | SignedWithdrawal {
  const refuse = (key: string, need: string): never => {
    throw new AppealError('FILE', `appeal, ${key}: need ${need}; ask for the file that “concord appeal sign” wrote`);
  };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return refuse('file', 'JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('file', 'an object');
  const fields = value as Readonly<Record<string, unknown>>;
  const kind = fields['concord'];
  if (kind !== 'appeal' && kind !== 'withdrawal') return refuse('concord', '“appeal” or “withdrawal”');
  const keys = [...SHARED, ...MORE[kind]];
  for (const key of Object.keys(fields)) if (!keys.includes(key)) refuse(key, `one of ${keys.join(', ')}`);
  if (fields['version'] !== VERSION) refuse('version', `${VERSION}`);
  const hex = (key: string, pattern: RegExp, need: string): Hex => {
    const text = fields[key];
    return typeof text === 'string' && pattern.test(text) ? (text.toLowerCase() as Hex) : refuse(key, need);
  };
  const { chainId, text } = fields;
  if (typeof chainId !== 'number' || !Number.isSafeInteger(chainId) || chainId < 1)
    return refuse('chainId', 'an integer of at least 1');
  const signature = hex('signature', /^0x([0-9a-fA-F]{2})*$/, 'bytes in hex');
  if (signature.length > 2 + 2 * SIGNATURE_BYTES) refuse('signature', `at most ${SIGNATURE_BYTES} bytes`);
  const signed: Signed = {
    chainId,
    appeals: hex('appeals', /^0x[0-9a-fA-F]{40}$/, 'an address'),
    runId: hex('runId', /^0x[0-9a-fA-F]{64}$/, 'a 32-byte id'),
    account: hex('account', /^0x[0-9a-fA-F]{40}$/, 'an address'),
    signature,
  };
  if (kind === 'withdrawal') return { kind, ...signed };
  if (typeof text !== 'string') return refuse('text', 'the statement');
  appealText(text);
  return { kind, ...signed, modelHash: hex('modelHash', /^0x[0-9a-fA-F]{64}$/, 'a 32-byte hash'), text };
}
