import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatHex, hashTypedData, type Hex, keccak256, toHex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { Deployment } from './facts.ts';
import {
  addressOf,
  digestOf,
  encodeStatement,
  type HolderStatement,
  recover,
  roleSignature,
  type Statement,
  sign,
  TYPES,
  typedData,
} from './signing.ts';

/** Of secp256k1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const word = (text: string): Hex => keccak256(toHex(text));
const privateKey = word('a signer');
const deployment: Required<Deployment> = {
  chainId: 31337,
  charters: '0x1111111111111111111111111111111111111111',
  rounds: '0x2222222222222222222222222222222222222222',
  inference: '0x3333333333333333333333333333333333333333',
  appeals: '0x4444444444444444444444444444444444444444',
  market: '0x5555555555555555555555555555555555555555',
};
const attempt = { runId: word('run'), round: 3, attempt: 1 };
const closed = { ...attempt, committeeHash: word('committee'), root: word('root'), blob: word('blob') };

const statements: readonly Statement[] = [
  { kind: 'Vote', charterId: word('charter'), support: true },
  { kind: 'Join', charterId: word('charter'), endpoint: 'https://a.example' },
  { kind: 'Seat', ...attempt, sealKey: word('key'), openCommit: word('open'), queryCommit: word('query') },
  {
    kind: 'CommitteeSeat',
    ...attempt,
    sealKey: word('key'),
    openCommit: word('open'),
    queryCommit: word('query'),
    drawCommit: word('draw'),
  },
  { kind: 'NoiseClosed', ...closed },
  { kind: 'UploadsClosed', ...closed },
  {
    kind: 'Verified',
    ...attempt,
    committeeHash: word('committee'),
    uploadRoot: word('uploads'),
    verifierRoot: word('verifiers'),
    acceptRoot: word('accept'),
    updates: 6,
    noises: 65535,
    blob: word('blob'),
  },
  { kind: 'Unmasked', ...attempt, acceptRoot: word('accept'), shareDigest: word('share') },
  {
    kind: 'Settled',
    ...attempt,
    acceptRoot: word('accept'),
    aggregateRoot: word('aggregate'),
    modelHash: word('model'),
    blob: word('blob'),
  },
  { kind: 'Stop', runId: word('run'), round: 3, bytesSent: 75_700_000, milliseconds: 2 ** 53 - 1 },
  { kind: 'Report', headerHash: word('header') },
  {
    kind: 'Appeal',
    runId: word('run'),
    modelHash: word('model'),
    account: deployment.inference,
    statement: word('statement'),
  },
  { kind: 'Withdrawal', runId: word('run'), account: deployment.inference },
];

/** EIP-712 as the contracts write it down: type string, then one word a field (a string: its hash). */
const TYPE_STRINGS: Record<Statement['kind'], string> = {
  Vote: 'Vote(bytes32 charterId,bool support)',
  Join: 'Join(bytes32 charterId,string endpoint)',
  Seat: 'Seat(bytes32 runId,uint32 round,uint32 attempt,bytes32 sealKey,bytes32 openCommit,bytes32 queryCommit)',
  CommitteeSeat:
    'CommitteeSeat(bytes32 runId,uint32 round,uint32 attempt,bytes32 sealKey,bytes32 openCommit,bytes32 queryCommit,bytes32 drawCommit)',
  NoiseClosed: 'NoiseClosed(bytes32 runId,uint32 round,uint32 attempt,bytes32 committeeHash,bytes32 root,bytes32 blob)',
  UploadsClosed:
    'UploadsClosed(bytes32 runId,uint32 round,uint32 attempt,bytes32 committeeHash,bytes32 root,bytes32 blob)',
  Verified:
    'Verified(bytes32 runId,uint32 round,uint32 attempt,bytes32 committeeHash,bytes32 uploadRoot,bytes32 verifierRoot,bytes32 acceptRoot,uint16 updates,uint16 noises,bytes32 blob)',
  Unmasked: 'Unmasked(bytes32 runId,uint32 round,uint32 attempt,bytes32 acceptRoot,bytes32 shareDigest)',
  Settled:
    'Settled(bytes32 runId,uint32 round,uint32 attempt,bytes32 acceptRoot,bytes32 aggregateRoot,bytes32 modelHash,bytes32 blob)',
  Stop: 'Stop(bytes32 runId,uint32 round,uint64 bytesSent,uint64 milliseconds)',
  Report: 'Report(bytes32 headerHash)',
  Appeal: 'Appeal(bytes32 runId,bytes32 modelHash,address account,bytes32 statement)',
  Withdrawal: 'Withdrawal(bytes32 runId,address account)',
};

const pad = (hex: string): string => hex.replace('0x', '').padStart(64, '0');

function expectedDigest(statement: Statement): Hex {
  const { kind, ...fields } = statement;
  const contract =
    kind === 'Vote' || kind === 'Join'
      ? deployment.charters
      : kind === 'Appeal' || kind === 'Withdrawal'
        ? deployment.appeals
        : deployment.rounds;
  const domainType = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';
  const domain = keccak256(
    `0x${[word(domainType), word('Concord'), word('1'), toHex(deployment.chainId), contract].map(pad).join('')}`,
  );
  const words = Object.values(fields).map((value) => {
    if (typeof value === 'string') return value.startsWith('0x') ? value : word(value);
    return toHex(Number(value));
  });
  const struct = keccak256(`0x${[word(TYPE_STRINGS[kind]), ...words].map(pad).join('')}`);
  return keccak256(`0x1901${pad(domain)}${pad(struct)}`);
}

for (const statement of statements)
  test(`[CH6] ${statement.kind} is hashed as its type string says, signed and recovered`, async () => {
    assert.equal(digestOf(deployment, statement), expectedDigest(statement));
    assert.equal(digestOf(deployment, statement), hashTypedData(typedData(deployment, statement)));
    const signature = await sign(privateKey, deployment, statement);
    assert.equal((signature.length - 2) / 2, 65);
    assert.equal(signature, await privateKeyToAccount(privateKey).signTypedData(typedData(deployment, statement)));
    assert.equal(await recover(deployment, statement, signature), addressOf(privateKey));
  });

test('[CH6] a signature counts on one chain, for one contract and one statement only', async () => {
  const [vote] = statements;
  assert(vote?.kind === 'Vote');
  const signature = await sign(privateKey, deployment, vote);
  const others = [
    recover({ ...deployment, chainId: 1 }, vote, signature),
    recover({ ...deployment, charters: deployment.rounds }, vote, signature),
    recover(deployment, { ...vote, support: false }, signature),
  ];
  for (const signer of await Promise.all(others)) assert.notEqual(signer, addressOf(privateKey));
});

test('[CH6] another spelling of a signature, which anybody can make of it and no contract takes, is nobody’s', async () => {
  const [vote] = statements;
  assert(vote);
  const signature = await sign(privateKey, deployment, vote);
  const [r, s, v] = [
    signature.slice(2, 66),
    BigInt(`0x${signature.slice(66, 130)}`),
    Number(`0x${signature.slice(130)}`),
  ];
  const spelled = (lower: bigint, last: number): Hex =>
    `0x${r}${lower.toString(16).padStart(64, '0')}${last.toString(16).padStart(2, '0')}`;
  assert.equal(spelled(s, v), signature);
  for (const other of [spelled(ORDER - s, 55 - v), spelled(s, v - 27), spelled(ORDER - s, 28 - v), '0x'] as const)
    await assert.rejects(recover(deployment, vote, other), RangeError);
});

test('every statement kind has a vector here', () => {
  assert.deepEqual(statements.map(({ kind }) => kind).sort(), Object.keys(TYPES).sort());
});

const HOLDERS = ['CommitteeSeat', 'NoiseClosed', 'UploadsClosed', 'Verified', 'Unmasked', 'Settled'];

test('[CM9] evidence is the type hash and the words after it, of which the signed digest is made', () => {
  const said = statements.filter((each): each is HolderStatement => HOLDERS.includes(each.kind));
  assert.equal(said.length, HOLDERS.length);
  for (const statement of said) {
    const { typeHash, data } = encodeStatement(statement);
    assert.equal(typeHash, word(TYPE_STRINGS[statement.kind]));
    const domainType = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';
    const domain = [word(domainType), word('Concord'), word('1'), toHex(deployment.chainId), deployment.rounds]
      .map(pad)
      .join('');
    const digest = keccak256(`0x1901${pad(keccak256(`0x${domain}`))}${pad(keccak256(concatHex([typeHash, data])))}`);
    assert.equal(digestOf(deployment, statement), digest);
  }
});

test('[CM6] a share is spoken for by a role byte and 65 bytes', async () => {
  const signature = await sign(privateKey, deployment, statements[0]!);
  assert.equal(roleSignature(0, signature), `0x00${signature.slice(2)}`);
  assert.equal(roleSignature(1, signature), `0x01${signature.slice(2)}`);
});
