/**
 * What people see when a wallet asks them to sign (ERC-7730, version 1 of its schema): an intent and a label for every
 * field of every EIP-712 message that Concord knows. One source: descriptors are made of these words and of the types that
 * are hashed, so they cannot drift apart. The files in packages/sdk/erc7730 are written from here (`npm run generate`). [BD4]
 */
import type { Deployment } from './facts.ts';
import { addressIn, type StatementKind, TYPES, type Verifier, verifierOf } from './signing.ts';

interface Words<K extends StatementKind> {
  /** What signing does, in a few words that fit a small screen. */
  readonly intent: string;
  readonly labels: { readonly [F in (typeof TYPES)[K][number]['name']]: string };
}

const ATTEMPT = { runId: 'Run', round: 'Round (from 0)', attempt: 'Attempt (from 0)' } as const;
const SEAT = {
  ...ATTEMPT,
  sealKey: 'Key that my share is sealed to',
  openCommit: 'My hidden half of the opening beacon',
  queryCommit: 'My hidden half of the query beacon',
} as const;
const LIST = { ...ATTEMPT, committeeHash: 'Committee', blob: 'The list itself (SHA-256)' } as const;

/** Every statement and every field of it: the types make a missing word an error. */
const WORDS: { readonly [K in StatementKind]: Words<K> } = {
  Vote: {
    intent: 'Vote on a charter, once and for good',
    labels: { charterId: 'Charter', support: 'In favor (true: yes, false: no)' },
  },
  Join: {
    intent: 'Say where others reach my node',
    labels: { charterId: 'Charter', endpoint: 'My public address' },
  },
  Seat: { intent: 'Hold a share in this attempt', labels: SEAT },
  CommitteeSeat: {
    intent: 'Hold a drawn share, my stake at risk',
    labels: { ...SEAT, drawCommit: 'My hidden part of the next draw' },
  },
  NoiseClosed: {
    intent: 'Close the list of noise reports',
    labels: { ...LIST, root: 'Noise reports that count (root)' },
  },
  UploadsClosed: {
    intent: 'Close the list of updates',
    labels: { ...LIST, root: 'Updates that count (root)' },
  },
  Verified: {
    intent: 'Accept these reports and pay their ε',
    labels: {
      ...ATTEMPT,
      committeeHash: 'Committee',
      uploadRoot: 'List of updates (root)',
      verifierRoot: 'What all holders found (root)',
      acceptRoot: 'Accepted reports (root)',
      updates: 'Accepted updates',
      noises: 'Accepted noise reports',
      blob: 'The findings themselves (SHA-256)',
    },
  },
  Unmasked: {
    intent: 'Open my share of this one sum',
    labels: { ...ATTEMPT, acceptRoot: 'Reports in the sum (root)', shareDigest: 'My share of the sum (SHA-256)' },
  },
  Settled: {
    intent: 'Agree to the new model',
    labels: {
      ...ATTEMPT,
      acceptRoot: 'Reports in the sum (root)',
      aggregateRoot: 'The opened sum (root)',
      modelHash: 'The new model (hash)',
      blob: 'The model itself (SHA-256)',
    },
  },
  Stop: {
    intent: 'End this run with the model it has',
    labels: {
      runId: 'Run',
      round: 'Round (from 0)',
      bytesSent: 'Bytes that I have sent for it',
      milliseconds: 'Milliseconds that I have computed for it',
    },
  },
  Report: { intent: 'Send this report of mine', labels: { headerHash: 'Header of the report (hash)' } },
  Appeal: {
    intent: 'Appeal against a model, once, in public',
    labels: {
      runId: 'Run that made the model',
      modelHash: 'The model (hash)',
      account: 'Account that appeals',
      statement: 'My statement (SHA-256)',
    },
  },
  Withdrawal: {
    intent: 'Take my appeal back, for good',
    labels: { runId: 'Run that made the model', account: 'Account that appealed' },
  },
};

const DOMAIN = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
] as const;

/** The statements that a contract checks (`typedData`). */
const kindsOf = (contract: Verifier): readonly StatementKind[] =>
  (Object.keys(TYPES) as StatementKind[]).filter((kind) => verifierOf(kind) === contract);

function formatOf(kind: StatementKind) {
  const { intent, labels } = WORDS[kind] as { intent: string; labels: Readonly<Record<string, string>> };
  const names: readonly string[] = TYPES[kind].map(({ name }) => name);
  return {
    $id: kind,
    intent,
    fields: names.map((path) => ({ path, label: labels[path]!, format: 'raw' as const })),
    required: names,
    excluded: [] as string[],
  };
}

/**
 * The descriptor of one contract's messages. With a deployment it is bound to chain and address, as wallets want it before
 * they trust it; without, it is what all deployments share.
 */
export function clearSigning(contract: Verifier, deployment?: Deployment) {
  const kinds = kindsOf(contract);
  return {
    $schema: 'https://eips.ethereum.org/assets/eip-7730/erc7730-v1.schema.json',
    context: {
      $id: `Concord ${contract}`,
      eip712: {
        domain: { name: 'Concord', version: '1' },
        ...(deployment && { deployments: [{ chainId: deployment.chainId, address: addressIn(deployment, contract) }] }),
        schemas: kinds.map((kind) => ({
          primaryType: kind,
          types: { EIP712Domain: DOMAIN, [kind]: TYPES[kind] },
        })),
      },
    },
    metadata: { owner: 'Concord' },
    display: { formats: Object.fromEntries(kinds.map((kind) => [kind, formatOf(kind)])) },
  };
}
