import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  parseAbi,
  parseAbiParameters,
  size,
  stringToHex,
  toHex,
} from 'viem';
import type { Address, Hex } from '../provider.ts';
import type { Reading } from '../verdict.ts';
import { isGuarded, readRequest } from './request.ts';

const account = (digit: string): Address => `0x${digit.repeat(40)}`;
const [me, bad, token, wrapper] = ['1', 'b', 'c', 'd'].map(account) as [Address, Address, Address, Address];
const MAX = 2n ** 256n - 1n;

const abi = parseAbi([
  'function transfer(address to, uint256 amount)',
  'function transferFrom(address from, address to, uint256 amount)',
  'function safeTransferFrom(address from, address to, uint256 id, uint256 amount, bytes data)',
  'function approve(address spender, uint256 amount)',
  'function setApprovalForAll(address operator, bool approved)',
  'function multicall(bytes[] data)',
  'function aggregate3Value((address to, bool mayFail, uint256 value, bytes data)[] calls)',
  'function executeBatch(address[] to, uint256[] value, bytes[] data)',
  'function execute(bytes32 mode, bytes data)',
  'function multiSend(bytes transactions)',
  'function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures)',
]);
type Encode = Parameters<typeof encodeFunctionData<typeof abi>>[0];
const call = (functionName: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi, functionName, args } as unknown as Encode);
const read = (method: string, params: unknown, host = 'shop.example'): Reading => readRequest({ method, params }, host);
const send = (transaction: object): Reading => read('eth_sendTransaction', [{ from: me, to: token, ...transaction }]);
const named = ({ parties }: Reading): Address[] => parties.map(({ address }) => address);
/** Understood to the last, and gives to these. */
const gives = (reading: Reading, ...to: Address[]): void => {
  assert.deepEqual(named(reading), to);
  assert.deepEqual([reading.unread, reading.alarms], [[], []]);
};

test('[GU3] ether, tokens and approvals: the counterparty is who ends up with something', () => {
  gives(send({ to: bad, value: '0x1' }), bad);
  gives(send({ to: bad.toUpperCase().replace('0X', '0x'), value: '1' }), bad);
  gives(send({ data: call('transfer', [bad, 1n]) }), bad);
  gives(send({ data: call('transferFrom', [me, bad, 1n]) }), bad);
  gives(send({ data: call('safeTransferFrom', [me, bad, 1n, 1n, '0x']) }), bad);
  gives(send({ data: call('approve', [bad, MAX]) }), bad);
  gives(send({ data: call('setApprovalForAll', [bad, true]) }), bad);
  gives(send({ value: '0x5', data: call('transfer', [bad, 1n]) }), token, bad);
  assert.match(send({ data: call('approve', [bad, MAX]) }).notes[0]!, /every token you have/);
});

test('[GU3] what takes power back names nobody; who oneself is, no request can say', () => {
  gives(send({ from: bad, to: bad, value: '0x1' }), bad);
  gives(send({ from: bad, data: call('transfer', [bad, 1n]) }), bad);
  assert.match(send({ data: call('approve', [bad, 0n]) }).unread[0]!, /piece number 0/);
  gives(send({ data: call('approve', [account('0'), 0n]) }));
  gives(send({ data: call('setApprovalForAll', [bad, false]) }));
});

test('[GU3] envelopes are opened, each in each, and what is not followed in them stays unread', () => {
  const transfer = call('transfer', [bad, 1n]);
  gives(
    send({ data: call('multicall', [[call('setApprovalForAll', [me, false]), call('multicall', [[transfer]])]]) }),
    bad,
  );
  gives(send({ data: call('aggregate3Value', [[{ to: wrapper, mayFail: false, value: 7n, data: '0x' }]]) }), wrapper);
  gives(
    send({
      data: call('executeBatch', [
        [token, bad],
        [0n, 3n],
        [transfer, '0x'],
      ]),
    }),
    bad,
    bad,
  );
  const calls = encodeAbiParameters(parseAbiParameters('(address to, uint256 value, bytes data)[]'), [
    [{ to: token, value: 0n, data: transfer }],
  ]);
  gives(send({ data: call('execute', [`0x01${'00'.repeat(31)}`, calls]) }), bad);
  const item = (operation: number): Hex =>
    concatHex([
      toHex(operation, { size: 1 }),
      token,
      toHex(0n, { size: 32 }),
      toHex(size(transfer), { size: 32 }),
      transfer,
    ]);
  gives(send({ data: call('multiSend', [concatHex([item(0), item(0)])]) }), bad, bad);
  assert.match(send({ data: call('multiSend', [item(1)]) }).unread[0]!, /as if it were the caller/);
  assert.match(send({ data: call('multiSend', [`${item(0)}00`]) }).unread[0]!, /cut short/);
  const safe = (data: Hex, operation: number, price = 0n): Reading =>
    send({ data: call('execTransaction', [token, 0n, data, operation, 0n, 0n, price, me, bad, '0x']) });
  gives(safe(transfer, 0), bad);
  assert.match(safe(transfer, 1).unread[0]!, /as if it were the Safe/);
  gives(safe(call('setApprovalForAll', [me, false]), 0, 1n), bad);
});

test('[GU3] depth and number of envelopes are bounded, and beyond them nothing is taken for read', () => {
  let deep = call('transfer', [bad, 1n]);
  for (let i = 0; i < 8; i++) deep = call('multicall', [[deep]]);
  assert.match(send({ data: deep }).unread[0]!, /envelopes deep/);
  const many = Array.from({ length: 100 }, () => call('transfer', [bad, 1n]));
  assert.match(send({ data: call('multicall', [many]) }).unread[0]!, /more than 64 calls/);
});

test('[GU2] what is no known shape is unread: unknown functions, creations, two payloads, names, old methods', () => {
  const odd = send({ data: '0x12345678' });
  assert.deepEqual(named(odd), [token]);
  assert.match(odd.unread[0]!, /cannot read/);
  assert.equal(send({ data: call('transfer', [bad, 1n]).slice(0, -2) }).unread.length, 1);
  assert.match(send({ to: undefined, data: '0x60' }).unread[0]!, /creates a contract/);
  assert.match(
    send({ data: call('transfer', [bad, 1n]), input: call('transfer', [me, 1n]) }).unread[0]!,
    /two payloads/,
  );
  assert.match(send({ to: 'friend.eth', value: '0x1' }).unread[0]!, /not an address/);
  for (const value of ['-1', '0x', 'one', 1.5, {}, `0x1${'0'.repeat(64)}`])
    assert.match(send({ value }).unread[0]!, /amount/);
  for (const method of ['eth_sign', 'eth_signTypedData', 'wallet_grantPermissions'])
    assert.equal(read(method, [me, '0x']).unread.length, 1);
  for (const method of ['eth_call', 'eth_requestAccounts', 'constructor', 'toString', '__proto__'])
    assert.equal(isGuarded(method), false);
});

test('[GU2] no request whatever makes the reader throw or look harmless', () => {
  const methods = ['eth_sendTransaction', 'wallet_sendCalls', 'eth_signTypedData_v4', 'personal_sign'];
  const junk = fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue()), fc.constantFrom(undefined, null));
  fc.assert(
    fc.property(fc.constantFrom(...methods), junk, (method, params) => {
      const { unread, alarms, parties, notes } = read(method, params);
      assert(unread.length + alarms.length + parties.length > 0 || notes.length > 0);
      if (method !== 'eth_sendTransaction') assert(unread.length > 0);
    }),
  );
});

test('[GU4] batches of calls and delegations of the account (EIP-5792, EIP-7702)', () => {
  const calls = {
    chainId: '0x1',
    from: me,
    calls: [
      { to: token, data: call('transfer', [bad, 1n]) },
      { to: bad, value: '0x1' },
    ],
  };
  gives(read('wallet_sendCalls', [calls]), bad, bad);
  assert.equal(read('wallet_sendCalls', [calls]).chainId, 1n);
  assert.equal(read('wallet_sendCalls', [{ calls: 5 }]).unread.length, 1);
  const delegated = send({ to: me, value: '0x0', authorizationList: [{ chainId: '0x1', address: bad, nonce: '0x0' }] });
  gives(delegated, bad);
  assert.match(delegated.notes[0]!, /run the code/);
  gives(send({ to: me, authorizationList: [{ address: account('0') }] }));
  assert.equal(send({ to: me, authorizationList: [{ code: bad }] }).unread.length, 1);
});

const PERMIT = 'address owner,address spender,uint256 value,uint256 nonce,uint256 deadline';
const DETAILS = 'address token,uint160 amount,uint48 expiration,uint48 nonce';
const fields = (text: string) =>
  text.split(',').map((each) => ({ type: each.split(' ')[0], name: each.split(' ')[1] }));
const typed = (
  primaryType: string,
  types: Record<string, string>,
  message: object,
  domain: object = {},
  domainType = 'uint256 chainId,address verifyingContract',
): Reading => {
  const all = {
    EIP712Domain: fields(domainType),
    ...Object.fromEntries(Object.entries(types).map(([name, text]) => [name, fields(text)])),
  };
  const data = { domain: { chainId: 1, verifyingContract: token, ...domain }, types: all, primaryType, message };
  const asText = read('eth_signTypedData_v4', [me, JSON.stringify(data)]);
  assert.deepEqual(read('eth_signTypedData_v4', [me, data]), asText);
  return asText;
};

test('[GU4] permits of ERC-2612, DAI and Permit2, authorizations and Safe transactions name the spender', () => {
  const permit = { owner: me, spender: bad, value: '5', nonce: 0, deadline: 9 };
  gives(typed('Permit', { Permit: PERMIT }, permit), bad);
  gives(typed('Permit', { Permit: PERMIT }, { ...permit, value: 0 }));
  const dai = 'address holder,address spender,uint256 nonce,uint256 expiry,bool allowed';
  gives(typed('Permit', { Permit: dai }, { holder: me, spender: bad, nonce: 0, expiry: 0, allowed: true }), bad);
  const permit2 = { verifyingContract: '0x000000000022D473030F116dDEE9F6B43aC78BA3' };
  const details = { token, amount: '7', expiration: 1, nonce: 0 };
  const single = { PermitSingle: 'PermitDetails details,address spender,uint256 sigDeadline', PermitDetails: DETAILS };
  gives(typed('PermitSingle', single, { details, spender: bad, sigDeadline: 1 }, permit2), bad);
  const batch = { PermitBatch: 'PermitDetails[] details,address spender,uint256 sigDeadline', PermitDetails: DETAILS };
  gives(typed('PermitBatch', batch, { details: [details, details], spender: bad, sigDeadline: 1 }, permit2), bad, bad);
  const transfer = {
    PermitTransferFrom: 'TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline',
    TokenPermissions: 'address token,uint256 amount',
  };
  gives(
    typed(
      'PermitTransferFrom',
      transfer,
      { permitted: { token, amount: 1 }, spender: bad, nonce: 0, deadline: 1 },
      permit2,
    ),
    bad,
  );
  const authorization = {
    TransferWithAuthorization:
      'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce',
  };
  gives(typed('TransferWithAuthorization', authorization, { from: me, to: bad }), bad);
  const safe = {
    SafeTx:
      'address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce',
  };
  const message = {
    to: token,
    value: 0,
    data: call('transfer', [bad, 1n]),
    operation: 0,
    gasPrice: 0,
    refundReceiver: account('0'),
  };
  gives(typed('SafeTx', safe, message), bad);
});

test('[GU4] an approval under another domain, name or type is not taken for a known one, and its accounts are judged', () => {
  const permit = { owner: me, spender: bad, value: '5', nonce: 0, deadline: 9 };
  const disguised = typed('Login', { Login: PERMIT }, permit, { name: 'Welcome' });
  assert.deepEqual(named(disguised), [bad]);
  assert.match(disguised.unread[0]!, /does not know/);
  const single = { PermitSingle: 'PermitDetails details,address spender,uint256 sigDeadline', PermitDetails: DETAILS };
  const details = { token, amount: '7', expiration: 1, nonce: 0 };
  const elsewhere = typed('PermitSingle', single, { details, spender: bad, sigDeadline: 1 });
  assert.deepEqual(named(elsewhere), [bad]);
  assert.match(elsewhere.unread[0]!, /looks like Permit2/);
  assert.match(typed('Permit', { Permit: PERMIT }, permit, { chainId: undefined }).unread[0]!, /which chain/);
  assert.match(
    typed('Permit', { Permit: PERMIT }, permit, { verifyingContract: undefined }).unread[0]!,
    /which contract/,
  );
  const unsigned = typed('Permit', { Permit: PERMIT }, permit, {}, 'address verifyingContract');
  assert.match(unsigned.unread[0]!, /which chain/);
  assert.match(typed('Permit', { Permit: PERMIT }, { ...permit, value: '-1' }).unread[0]!, /do not fit/);
  assert.match(typed('Permit', { Permit: PERMIT }, { ...permit, spender: 'x' }).unread[0]!, /do not fit/);
  const extra = typed(
    'Order',
    { Order: 'Deep deep', Deep: 'address[] list' },
    { deep: { list: [bad, me, account('0')] } },
  );
  assert.deepEqual(named(extra), [bad]);
});

const signIn = (host: string, who: string): string =>
  `${host} wants you to sign in with your Ethereum account:\n${who}\n\nWelcome.\n\nURI: https://${host}/login\nVersion: 1\nChain ID: 1\nNonce: abcdefgh1\nIssued At: 2026-01-01T00:00:00Z`;
const sign = (text: string): Reading => read('personal_sign', [stringToHex(text), me]);

test('[GU4] a text is never harmless unless it signs in here; elsewhere it warns', () => {
  gives(sign(signIn('shop.example', me)));
  assert.match(sign(signIn('bank.example', me)).alarms[0]!, /bank\.example, and this page is shop\.example/);
  assert.match(sign(signIn('shop.example', bad)).unread[0]!, /another account/);
  assert.match(sign(`${signIn('shop.example', me)}\nResources:\n- urn:recap:x`).unread[0]!, /a form/);
  assert.match(sign('hello').unread[0]!, /promise anything/);
  const order = sign(`I give all to ${bad}`);
  assert.deepEqual(named(order), [bad]);
  assert.equal(order.unread.length, 1);
  assert.match(read('personal_sign', [toHex(new Uint8Array(32).fill(255)), me]).unread[0]!, /not a text/);
  assert.deepEqual(read('personal_sign', [me, 'hello']), sign('hello'));
});

test('[GU4] invisible letters, turned reading order and imitated alphabets warn', () => {
  for (const text of ['pay\u200b me', 'a\u202eb', 'tag\u{e0041}'])
    assert.match(sign(text).alarms[0]!, /cannot be seen/);
  assert.match(sign('Sign in to p\u0430ypal').alarms[0]!, /several alphabets/);
  for (const text of ['Привет, мир', 'Καλημέρα κόσμε', '日本語 and English', 'naïve café'])
    assert.deepEqual(sign(text).alarms, []);
});
