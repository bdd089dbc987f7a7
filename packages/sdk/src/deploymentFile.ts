/** A deployment as a file that people pass on: which contracts, on which chain, since which block. */
import type { Address, Deployment } from './facts.ts';
import { lowercase } from './identity.ts';

export interface DeploymentFile extends Deployment {
  /** Block of the first contract: facts begin here. */
  readonly fromBlock: bigint;
}

/** The text is no deployment file of this version. */
export class DeploymentFileError extends Error {
  readonly code = 'DEPLOYMENT_FILE';
  readonly key: string;
  constructor(key: string, need: string) {
    super(`deployment file, ${key}: need ${need}. Ask whoever deployed for the file that “concord deploy” wrote.`);
    this.name = 'DeploymentFileError';
    this.key = key;
  }
}

const VERSION = 1;
const CONTRACTS = ['charters', 'rounds', 'inference'] as const;
/** Contracts that files of before them lack. */
const LATER = ['appeals', 'market'] as const;
const KEYS: readonly string[] = ['concord', 'chainId', 'fromBlock', ...CONTRACTS, ...LATER];

/** JSON with one key a line. */
export function encodeDeployment({
  chainId,
  fromBlock,
  charters,
  rounds,
  inference,
  appeals,
  market,
}: DeploymentFile): string {
  const fields = {
    concord: VERSION,
    chainId,
    fromBlock: Number(fromBlock),
    charters,
    rounds,
    inference,
    appeals,
    market,
  };
  return `${JSON.stringify(fields, undefined, 2)}\n`;
}

/** Total: throws DeploymentFileError naming the first key that is missing, unknown or of the wrong type. */
export function decodeDeployment(text: string): DeploymentFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new DeploymentFileError('file', 'JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new DeploymentFileError('file', 'an object');
  const fields = json as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(fields))
    if (!KEYS.includes(key)) throw new DeploymentFileError(key, `one of ${KEYS.join(', ')}`);
  if (fields['concord'] !== VERSION) throw new DeploymentFileError('concord', `${VERSION}, the version of the file`);
  const integer = (key: string, least: number): number => {
    const value = fields[key];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least)
      throw new DeploymentFileError(key, `an integer of at least ${least}`);
    return value;
  };
  const address = (key: string): Address => {
    const value = fields[key];
    if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{40}$/.test(value))
      throw new DeploymentFileError(key, '0x and 40 hex digits');
    return lowercase(value as Address);
  };
  return {
    chainId: integer('chainId', 1),
    fromBlock: BigInt(integer('fromBlock', 0)),
    charters: address('charters'),
    rounds: address('rounds'),
    inference: address('inference'),
    ...(fields['appeals'] !== undefined && { appeals: address('appeals') }),
    ...(fields['market'] !== undefined && { market: address('market') }),
  };
}
