/**
 * Whom a call gives something to (GU3): the functions by which tokens, approvals and wallets move, and the envelopes that
 * calls travel in, opened to a bounded depth. What is not in the list is unread, and its contract is judged all the same.
 */
import { decodeAbiParameters, decodeFunctionData, parseAbi, parseAbiParameters } from 'viem';
import type { Address, Hex } from '../provider.ts';
import { noted, nothing, party, type Reading, short, together, unread } from '../verdict.ts';

export interface Call {
  readonly to: Address;
  readonly value: bigint;
  readonly data: Hex;
  /** A contract that calls by a signature for it alone: it gives itself nothing. Of an account only the wallet knows (GU3). */
  readonly from?: Address | undefined;
}

/** Calls opened in one request, and envelopes within envelopes. */
const MOST_CALLS = 64;
const MOST_DEPTH = 5;

const ABI = parseAbi([
  'function transfer(address to, uint256 amount)',
  'function transferFrom(address from, address to, uint256 amount)',
  'function safeTransferFrom(address from, address to, uint256 id)',
  'function safeTransferFrom(address from, address to, uint256 id, bytes data)',
  'function safeTransferFrom(address from, address to, uint256 id, uint256 amount, bytes data)',
  'function safeBatchTransferFrom(address from, address to, uint256[] ids, uint256[] amounts, bytes data)',
  'function approve(address spender, uint256 amount)',
  'function increaseAllowance(address spender, uint256 amount)',
  'function increaseApproval(address spender, uint256 amount)',
  'function decreaseAllowance(address spender, uint256 amount)',
  'function setApprovalForAll(address operator, bool approved)',
  'function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)',
  'function permit(address holder, address spender, uint256 nonce, uint256 expiry, bool allowed, uint8 v, bytes32 r, bytes32 s)',
  'function approve(address token, address spender, uint160 amount, uint48 expiration)',
  'function transferFrom(address from, address to, uint160 amount, address token)',
  'function multicall(bytes[] data)',
  'function multicall(uint256 deadline, bytes[] data)',
  'function multicall(bytes32 previousBlock, bytes[] data)',
  'function aggregate((address to, bytes data)[] calls)',
  'function tryAggregate(bool strict, (address to, bytes data)[] calls)',
  'function aggregate3((address to, bool mayFail, bytes data)[] calls)',
  'function aggregate3Value((address to, bool mayFail, uint256 value, bytes data)[] calls)',
  'function execute(address to, uint256 value, bytes data)',
  'function execute(bytes32 mode, bytes data)',
  'function executeBatch(address[] to, bytes[] data)',
  'function executeBatch(address[] to, uint256[] value, bytes[] data)',
  'function executeBatch((address to, uint256 value, bytes data)[] calls)',
  'function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures)',
  'function multiSend(bytes transactions)',
]);

/** An amount beyond any supply: people call it unlimited. */
const UNLIMITED = 1n << 95n;
export const approval = (spender: Address, token: string, amount: bigint): Reading =>
  amount === 0n
    ? noted(`Takes back what ${short(spender)} may spend.`)
    : party(
        spender,
        `may spend ${amount >= UNLIMITED ? 'all' : 'some'} of your tokens`,
        `${short(spender)} may from then on take ${amount >= UNLIMITED ? 'every token you have or will have' : 'tokens of yours'} at ${token}.`,
      );

/** ERC-20 and ERC-721 share approve(address,uint256): what is an amount to one is the number of a piece to the other. */
const ambiguous = (spender: Address, token: string, amount: bigint): Reading =>
  amount === 0n && BigInt(spender) !== 0n
    ? unread(
        `It takes back what ${short(spender)} may spend or, if ${token} is a collection, hands over its piece number 0.`,
      )
    : approval(spender, token, amount);

const lower = (address: string): Address => address.toLowerCase() as Address;

/** Reads one call and all that travel in it. Never throws. */
export function readCall(call: Call): Reading {
  const opened = { calls: 0 };
  return open(call, 0, opened);
}

function open(call: Call, depth: number, opened: { calls: number }): Reading {
  opened.calls += 1;
  if (opened.calls > MOST_CALLS) return unread(`It carries more than ${MOST_CALLS} calls; the rest was not looked at.`);
  if (depth > MOST_DEPTH) return unread(`It hides calls more than ${MOST_DEPTH} envelopes deep.`);
  const { to, value, data, from } = call;
  const ether = value > 0n && to !== from ? party(to, 'receives ether') : nothing;
  if (data === '0x') {
    const none = value === 0n ? noted('It moves nothing.') : noted('It goes to yourself.');
    return value > 0n && to !== from ? ether : none;
  }
  const inner = (next: Pick<Call, 'to' | 'data'> & { readonly value?: bigint }): Reading =>
    open({ value: 0n, from, ...next, to: lower(next.to) }, depth + 1, opened);
  return together([ether, named(call, inner)]);
}

type Inner = (next: { readonly to: Address; readonly data: Hex; readonly value?: bigint }) => Reading;

function named(call: Call, inner: Inner): Reading {
  const { to, data, from } = call;
  const stranger = (why: string): Reading =>
    together([party(to, 'is called'), unread(`It calls ${short(to)} with ${why}.`)]);
  let decoded: { readonly functionName: string; readonly args: readonly unknown[] };
  try {
    const { functionName, args } = decodeFunctionData({ abi: ABI, data });
    decoded = { functionName, args: args as readonly unknown[] };
  } catch {
    return stranger(`data that the guard cannot read (${data.slice(0, 10)})`);
  }
  const { functionName, args } = decoded;
  const at = (i: number): Address => lower(args[i] as string);
  const gives = (address: Address, gets: string): Reading =>
    address === from ? noted('It goes to yourself.') : party(address, gets);
  const all = (calls: readonly Parameters<Inner>[0][]): Reading =>
    together(calls.length === 0 ? [noted('It carries no call.')] : calls.slice(0, MOST_CALLS + 1).map(inner));
  const token = short(to);
  switch (functionName) {
    case 'transfer':
      return gives(at(0), 'receives tokens');
    case 'transferFrom':
    case 'safeTransferFrom':
    case 'safeBatchTransferFrom':
      return gives(at(1), 'receives tokens');
    case 'approve':
      return args.length === 2
        ? ambiguous(at(0), token, args[1] as bigint)
        : approval(at(1), short(at(0)), args[2] as bigint);
    case 'increaseAllowance':
    case 'increaseApproval':
      return approval(at(0), token, args[1] as bigint);
    case 'decreaseAllowance':
      return approval(at(0), token, 0n);
    case 'setApprovalForAll':
      return approval(at(0), token, args[1] === true ? UNLIMITED : 0n);
    case 'permit':
      return args.length === 7
        ? approval(at(1), token, args[2] as bigint)
        : approval(at(1), token, args[4] === true ? UNLIMITED : 0n);
    case 'multicall':
      return all((args.at(-1) as readonly Hex[]).map((each) => ({ to, data: each })));
    case 'aggregate':
    case 'tryAggregate':
    case 'aggregate3':
    case 'aggregate3Value':
      return all(args.at(-1) as readonly Parameters<Inner>[0][]);
    case 'execute':
      return args.length === 3
        ? inner({ to: at(0), value: args[1] as bigint, data: args[2] as Hex })
        : batchMode(args[0] as Hex, args[1] as Hex, all, stranger);
    case 'executeBatch':
      return batch(args, all, stranger);
    case 'execTransaction':
      return safe(
        { to: at(0), value: args[1] as bigint, data: args[2] as Hex },
        { operation: Number(args[3]), price: args[6] as bigint, receiver: at(8) },
        inner,
      );
    case 'multiSend':
      return packed(args[0] as Hex, inner, stranger);
    default:
      return stranger('a function that the guard does not follow');
  }
}

/**
 * A Safe's transaction: operation 1 lends the Safe's own storage to the target's code, which is only readable when that
 * code is a multiSend. A gas price refunds whoever is named.
 */
export function safe(
  target: { readonly to: Address; readonly value: bigint; readonly data: Hex },
  terms: { readonly operation: number; readonly price: bigint; readonly receiver: Address },
  inner: (next: typeof target) => Reading,
): Reading {
  const readings = [inner(target)];
  if (terms.operation !== 0)
    readings.push(unread(`${short(target.to)} would run its code as if it were the Safe itself.`));
  if (terms.price > 0n && BigInt(terms.receiver) !== 0n)
    readings.push(party(terms.receiver, 'is refunded from the Safe'));
  return together(readings);
}

function batch(
  args: readonly unknown[],
  all: (calls: readonly Parameters<Inner>[0][]) => Reading,
  stranger: (why: string) => Reading,
): Reading {
  if (args.length === 1) return all(args[0] as readonly Parameters<Inner>[0][]);
  const targets = args[0] as readonly Address[];
  const values = args.length === 3 ? (args[1] as readonly bigint[]) : targets.map(() => 0n);
  const datas = args.at(-1) as readonly Hex[];
  if (datas.length !== targets.length || (values.length !== targets.length && values.length !== 0))
    return stranger('a batch whose lists differ in length');
  return all(targets.map((to, i) => ({ to, value: values[i] ?? 0n, data: datas[i]! })));
}

const BATCH = parseAbiParameters('(address to, uint256 value, bytes data)[] calls');

/** ERC-7821: mode 0x01… carries abi.encode(calls). */
function batchMode(
  mode: Hex,
  data: Hex,
  all: (calls: readonly Parameters<Inner>[0][]) => Reading,
  stranger: (why: string) => Reading,
): Reading {
  if (!mode.startsWith('0x01')) return stranger('an execution mode that the guard does not follow');
  try {
    return all(decodeAbiParameters(BATCH, data)[0]);
  } catch {
    return stranger('a batch that the guard cannot read');
  }
}

/** multiSend: u8 operation ‖ address ‖ u256 value ‖ u256 length ‖ data, one after the other. */
function packed(bytes: Hex, inner: Inner, stranger: (why: string) => Reading): Reading {
  const readings: Reading[] = [];
  let at = 2;
  while (at < bytes.length) {
    const head = bytes.slice(at, at + 170);
    if (head.length < 170) return together([...readings, stranger('a list of calls that is cut short')]);
    const length = BigInt(`0x${head.slice(106, 170)}`);
    const end = at + 170 + 2 * Number(length);
    if (length > BigInt(bytes.length) || end > bytes.length)
      return together([...readings, stranger('a list of calls that is cut short')]);
    const to = `0x${head.slice(2, 42)}` as const;
    const reading = inner({ to, value: BigInt(`0x${head.slice(42, 106)}`), data: `0x${bytes.slice(at + 170, end)}` });
    readings.push(reading);
    if (head.slice(0, 2) !== '00') readings.push(unread(`${short(to)} would run its code as if it were the caller.`));
    if (readings.length > 2 * MOST_CALLS) break;
    at = end;
  }
  return together(readings);
}
