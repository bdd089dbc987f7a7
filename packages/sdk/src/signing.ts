/**
 * Every statement that a member or holder signs, as EIP-712 typed data: domain "Concord" version "1" with the chain and
 * the contract that checks it (spec/charter.md, spec/rounds.md, spec/guard.md). Whoever holds the signature may land it [CH6][RD2].
 */
import { recover as recoverSigner } from '@concord/protocol';
import {
  bytesToHex,
  concatHex,
  encodeAbiParameters,
  hashTypedData,
  hexToBytes,
  keccak256,
  serializeSignature,
  stringToHex,
} from 'viem';
import { privateKeyToAddress, sign as signHash } from 'viem/accounts';
import { appealsIn } from './appeals.ts';
import type { Address, Deployment, Hex } from './facts.ts';
import { lowercase } from './identity.ts';

const ATTEMPT = [
  { name: 'runId', type: 'bytes32' },
  { name: 'round', type: 'uint32' },
  { name: 'attempt', type: 'uint32' },
] as const;

const CLOSED = [
  ...ATTEMPT,
  { name: 'committeeHash', type: 'bytes32' },
  { name: 'root', type: 'bytes32' },
  { name: 'blob', type: 'bytes32' },
] as const;

/** Fields in the order in which they are hashed. */
export const TYPES = {
  Vote: [
    { name: 'charterId', type: 'bytes32' },
    { name: 'support', type: 'bool' },
  ],
  Join: [
    { name: 'charterId', type: 'bytes32' },
    { name: 'endpoint', type: 'string' },
  ],
  Seat: [
    ...ATTEMPT,
    { name: 'sealKey', type: 'bytes32' },
    { name: 'openCommit', type: 'bytes32' },
    { name: 'queryCommit', type: 'bytes32' },
  ],
  CommitteeSeat: [
    ...ATTEMPT,
    { name: 'sealKey', type: 'bytes32' },
    { name: 'openCommit', type: 'bytes32' },
    { name: 'queryCommit', type: 'bytes32' },
    { name: 'drawCommit', type: 'bytes32' },
  ],
  NoiseClosed: CLOSED,
  UploadsClosed: CLOSED,
  Verified: [
    ...ATTEMPT,
    { name: 'committeeHash', type: 'bytes32' },
    { name: 'uploadRoot', type: 'bytes32' },
    { name: 'verifierRoot', type: 'bytes32' },
    { name: 'acceptRoot', type: 'bytes32' },
    { name: 'updates', type: 'uint16' },
    { name: 'noises', type: 'uint16' },
    { name: 'blob', type: 'bytes32' },
  ],
  Unmasked: [...ATTEMPT, { name: 'acceptRoot', type: 'bytes32' }, { name: 'shareDigest', type: 'bytes32' }],
  Settled: [
    ...ATTEMPT,
    { name: 'acceptRoot', type: 'bytes32' },
    { name: 'aggregateRoot', type: 'bytes32' },
    { name: 'modelHash', type: 'bytes32' },
    { name: 'blob', type: 'bytes32' },
  ],
  Stop: [
    { name: 'runId', type: 'bytes32' },
    { name: 'round', type: 'uint32' },
    { name: 'bytesSent', type: 'uint64' },
    { name: 'milliseconds', type: 'uint64' },
  ],
  Report: [{ name: 'headerHash', type: 'bytes32' }],
  Appeal: [
    { name: 'runId', type: 'bytes32' },
    { name: 'modelHash', type: 'bytes32' },
    { name: 'account', type: 'address' },
    { name: 'statement', type: 'bytes32' },
  ],
  Withdrawal: [
    { name: 'runId', type: 'bytes32' },
    { name: 'account', type: 'address' },
  ],
} as const;

/** What a Solidity type is in TypeScript. */
interface Values {
  readonly address: Address;
  readonly bytes32: Hex;
  readonly string: string;
  readonly bool: boolean;
  readonly uint16: number;
  readonly uint32: number;
  /** At most 2⁵³ − 1. */
  readonly uint64: number;
}

export type StatementKind = keyof typeof TYPES;
type Fields<K extends StatementKind> = {
  readonly [F in (typeof TYPES)[K][number] as F['name']]: Values[F['type']];
};

/** A statement: its EIP-712 type as `kind`, and that type's fields. */
export type Statement<K extends StatementKind = StatementKind> = K extends StatementKind
  ? { readonly kind: K } & Fields<K>
  : never;

/** Contracts that check what somebody signed. */
export type Verifier = 'charters' | 'rounds' | 'appeals';

/** The contract that checks a statement. */
export function verifierOf(kind: StatementKind): Verifier {
  if (kind === 'Vote' || kind === 'Join') return 'charters';
  return kind === 'Appeal' || kind === 'Withdrawal' ? 'appeals' : 'rounds';
}

/** Where that contract is. Throws AppealError where the deployment takes no appeals. */
export const addressIn = (deployment: Deployment, verifier: Verifier): Address =>
  verifier === 'appeals' ? appealsIn(deployment) : deployment[verifier];

/** The statement as `eth_signTypedData_v4` takes it, for a wallet. Throws AppealError where the deployment takes no appeals. */
export function typedData(deployment: Deployment, statement: Statement) {
  const { kind, ...message } = statement;
  return {
    domain: {
      name: 'Concord',
      version: '1',
      chainId: deployment.chainId,
      verifyingContract: addressIn(deployment, verifierOf(kind)),
    },
    types: { [kind]: TYPES[kind] },
    primaryType: kind,
    message,
  };
}

/** The 32 bytes that are signed: keccak256(0x1901 ‖ domain separator ‖ struct hash). */
export const digestOf = (deployment: Deployment, statement: Statement): Hex =>
  hashTypedData(typedData(deployment, statement));

/** Signs with a raw private key: 65 bytes r ‖ s ‖ v, low s, deterministic (RFC 6979). */
export async function sign(privateKey: Hex, deployment: Deployment, statement: Statement): Promise<Hex> {
  return serializeSignature(await signHash({ hash: digestOf(deployment, statement), privateKey }));
}

/**
 * Who signed, lowercase; compare it with who should have. Throws RangeError unless the signature has the one form that the
 * contracts take: whoever sees one can write it in others, which would land nowhere.
 */
export async function recover(deployment: Deployment, statement: Statement, signature: Hex): Promise<Address> {
  const signer = recoverSigner(hexToBytes(digestOf(deployment, statement)), hexToBytes(signature));
  if (!signer) throw new RangeError('no signature: need 65 bytes r ‖ s ‖ v, s in the lower half, v 27 or 28');
  return bytesToHex(signer);
}

/** The address of a raw private key, lowercase. */
export const addressOf = (privateKey: Hex): Address => lowercase(privateKeyToAddress(privateKey));

/** How a committee's holder speaks for its share: a byte, 0 primary or 1 standby, and its 65 bytes (CM6). */
export const roleSignature = (role: 0 | 1, signature: Hex): Hex => concatHex([role === 0 ? '0x00' : '0x01', signature]);

/** What a holder says once an attempt: two that differ cost it its stake (CM9). */
export type HolderStatement = Statement<
  'CommitteeSeat' | 'NoiseClosed' | 'UploadsClosed' | 'Verified' | 'Unmasked' | 'Settled'
>;

/** EIP-712's typeHash of a statement and the words after it, as evidence carries them (CM9). */
export function encodeStatement(statement: HolderStatement): { readonly typeHash: Hex; readonly data: Hex } {
  const fields = TYPES[statement.kind];
  const values = statement as unknown as Readonly<Record<string, unknown>>;
  const typeText = `${statement.kind}(${fields.map(({ type, name }) => `${type} ${name}`).join(',')})`;
  return {
    typeHash: keccak256(stringToHex(typeText)),
    data: encodeAbiParameters(fields, fields.map(({ name }) => values[name]) as never),
  };
}
