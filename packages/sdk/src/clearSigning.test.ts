import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { hashTypedData, keccak256, stringToHex } from 'viem';
import { clearSigning } from './clearSigning.ts';
import type { Deployment } from './facts.ts';
import { digestOf, type StatementKind, TYPES, typedData } from './signing.ts';

const CONTRACTS = ['charters', 'rounds', 'appeals'] as const;
const deployment: Required<Deployment> = {
  chainId: 31_337,
  charters: '0x1111111111111111111111111111111111111111',
  rounds: '0x2222222222222222222222222222222222222222',
  inference: '0x3333333333333333333333333333333333333333',
  appeals: '0x4444444444444444444444444444444444444444',
  market: '0x5555555555555555555555555555555555555555',
};
type Json = Readonly<Record<string, unknown>>;

const committed = (contract: (typeof CONTRACTS)[number]): Json =>
  JSON.parse(readFileSync(new URL(`../erc7730/eip712-concord-${contract}.json`, import.meta.url), 'utf8'));

function keys(value: unknown, where: string, must: readonly string[], may: readonly string[] = []): Json {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), `${where}: need an object`);
  for (const key of must) assert.ok(key in value, `${where}: lacks ${key}`);
  for (const key of Object.keys(value)) assert.ok([...must, ...may].includes(key), `${where}: ${key} is unknown`);
  return value as Json;
}
const words = (value: unknown, where: string): string => {
  assert.ok(typeof value === 'string' && value.trim() !== '', `${where}: need text`);
  return value;
};
const list = (value: unknown, where: string): readonly unknown[] => {
  assert.ok(Array.isArray(value), `${where}: need a list`);
  return value;
};
/** What a value of these Solidity types may be shown as, of the formats that the schema names. */
const FORMATS = [
  'raw',
  'addressName',
  'calldata',
  'amount',
  'tokenAmount',
  'nftName',
  'date',
  'duration',
  'unit',
  'enum',
];

/** The parts of the schema (version 1, EIP-712 context) that a descriptor of flat messages can break. */
function validate(value: unknown): void {
  const descriptor = keys(value, 'descriptor', ['$schema', 'context', 'metadata', 'display'], ['includes']);
  assert.match(words(descriptor['$schema'], '$schema'), /erc7730-v1\.schema\.json$/);
  const context = keys(descriptor['context'], 'context', ['eip712'], ['$id']);
  const eip712 = keys(context['eip712'], 'eip712', ['schemas'], ['domain', 'domainSeparator', 'deployments']);
  const domain = keys(eip712['domain'], 'domain', ['name', 'version'], ['chainId', 'verifyingContract']);
  for (const part of Object.keys(domain)) words(domain[part], `domain.${part}`);
  for (const each of list(eip712['deployments'] ?? [], 'deployments')) {
    const { chainId, address } = keys(each, 'deployment', ['chainId', 'address']);
    assert.ok(Number.isSafeInteger(chainId));
    assert.match(words(address, 'address'), /^0x[0-9a-fA-F]{40}$/);
  }
  keys(descriptor['metadata'], 'metadata', ['owner'], ['info', 'token', 'constants', 'enums']);
  const fieldsOf = new Map<string, readonly string[]>();
  for (const each of list(eip712['schemas'], 'schemas')) {
    const schema = keys(each, 'schema', ['primaryType', 'types']);
    const type = words(schema['primaryType'], 'primaryType');
    const types = keys(schema['types'], `${type}.types`, ['EIP712Domain', type]);
    for (const name of Object.keys(types))
      for (const field of list(types[name], name)) {
        const { name: own, type: solidity } = keys(field, name, ['name', 'type']);
        words(own, name);
        words(solidity, name);
      }
    assert.ok(!fieldsOf.has(type), `${type} is described twice`);
    fieldsOf.set(
      type,
      list(types[type], type).map((field) => (field as { name: string }).name),
    );
  }
  const { formats } = keys(descriptor['display'], 'display', ['formats'], ['definitions']);
  assert.deepEqual(Object.keys(formats as object).sort(), [...fieldsOf.keys()].sort(), 'a format for every message');
  for (const [type, each] of Object.entries(formats as Json)) {
    const format = keys(each, type, ['intent', 'fields', 'required', 'excluded'], ['$id', 'screens']);
    assert.ok(words(format['intent'], `${type}.intent`).length <= 40, `${type}.intent is longer than a small screen`);
    const paths = list(format['fields'], `${type}.fields`).map((field) => {
      const { path, label, format: how } = keys(field, type, ['path', 'label', 'format'], ['$id', 'params']);
      words(label, `${type}.label`);
      assert.ok(FORMATS.includes(words(how, `${type}.format`)));
      return words(path, `${type}.path`);
    });
    const excluded = list(format['excluded'], `${type}.excluded`) as string[];
    assert.deepEqual(
      [...paths, ...excluded].sort(),
      [...fieldsOf.get(type)!].sort(),
      `${type}: every field is covered once`,
    );
    for (const path of list(format['required'], `${type}.required`)) assert.ok(paths.includes(path as string));
  }
}

test('[BD4] the committed descriptors are those that the source makes, and are valid', () => {
  for (const contract of CONTRACTS) {
    assert.deepEqual(committed(contract), JSON.parse(JSON.stringify(clearSigning(contract))), 'run npm run generate');
    validate(committed(contract));
    validate(clearSigning(contract, deployment));
  }
});

test('[BD4] every message is described, once, by the descriptor of the contract that checks it, with the type that is hashed', () => {
  const seen = new Map<string, string>();
  for (const contract of CONTRACTS)
    for (const { primaryType, types } of clearSigning(contract, deployment).context.eip712.schemas) {
      const kind = primaryType as StatementKind;
      assert.ok(!seen.has(kind));
      const encodeType = `${kind}(${types[kind]!.map(({ type, name }) => `${type} ${name}`).join(',')})`;
      const message = Object.fromEntries(
        TYPES[kind].map(({ name, type }) => [
          name,
          type === 'bytes32'
            ? keccak256(stringToHex(name))
            : type === 'bool'
              ? true
              : type === 'address'
                ? deployment.inference
                : type === 'string'
                  ? 'https://a.example'
                  : 7,
        ]),
      );
      const statement = { kind, ...message } as Parameters<typeof digestOf>[1];
      const { domain } = typedData(deployment, statement);
      assert.equal(domain.verifyingContract, deployment[contract], `${kind} is checked by ${contract}`);
      // A wallet hashes what the descriptor says; the contract checks what the code says.
      assert.equal(
        hashTypedData({ domain, types, primaryType: kind, message } as never),
        digestOf(deployment, statement),
      );
      seen.set(kind, encodeType);
    }
  assert.deepEqual([...seen.keys()].sort(), Object.keys(TYPES).sort());
  assert.equal(seen.get('Vote'), 'Vote(bytes32 charterId,bool support)');
});

test('[BD4] a descriptor that leaves a field out, or names one that is not signed, is found', () => {
  const broken = (change: (descriptor: ReturnType<typeof clearSigning>) => void): unknown => {
    const copy = structuredClone(clearSigning('charters')) as ReturnType<typeof clearSigning>;
    change(copy);
    return copy;
  };
  assert.throws(
    () => validate(broken(({ display }) => display.formats['Vote']!.fields.pop())),
    /every field is covered once/,
  );
  assert.throws(
    () =>
      validate(
        broken(({ display }) =>
          display.formats['Vote']!.fields.push({ path: 'amount', label: 'Amount', format: 'raw' }),
        ),
      ),
    /every field/,
  );
  assert.throws(() => validate(broken(({ display }) => delete display.formats['Join'])), /a format for every message/);
});

test('[BD4] the types are those that the contracts hash', () => {
  const solidity = ['Charters.sol', 'libraries/RoundMessages.sol', 'Appeals.sol'].map((name) =>
    readFileSync(new URL(`../../contracts/src/${name}`, import.meta.url), 'utf8'),
  );
  const hashed = solidity.flatMap((text) =>
    [...text.matchAll(/keccak256\(\s*"(\w+\([^"]+\))"/g)].map(([, type]) => type!),
  );
  const known = (Object.keys(TYPES) as StatementKind[]).map(
    (kind) => `${kind}(${TYPES[kind].map(({ type, name }) => `${type} ${name}`).join(',')})`,
  );
  for (const type of hashed) assert.ok(known.includes(type), `${type} has no words`);
  // A report's header is checked by nodes, not by a contract.
  assert.deepEqual(
    known.filter((type) => !hashed.includes(type)),
    ['Report(bytes32 headerHash)'],
  );
});
