/**
 * The compiled contracts in an EVM of this process, behind the JSON-RPC methods that the SDK asks for. Nothing in it
 * waits for the world: blocks come when they are mined, with the time that they are given, so a run can be repeated.
 */
import { Common, Hardfork, Mainnet } from '@ethereumjs/common';
import { createEVM, type EVM } from '@ethereumjs/evm';
import { SimpleStateManager } from '@ethereumjs/statemanager';
import { Account, Address as EvmAddress } from '@ethereumjs/util';
import {
  type Address,
  bytesToHex,
  concatHex,
  getContractAddress,
  type Hex,
  hexToBigInt,
  hexToBytes,
  hexToNumber,
  keccak256,
  numberToHex,
  parseTransaction,
  recoverTransactionAddress,
  type TransactionSerialized,
  zeroAddress,
  zeroHash,
} from 'viem';

export const CHAIN_ID = 31_337;
/** Gas that a block, and so a transaction, may use: enough for the largest contract. */
const GAS_LIMIT = 60_000_000n;
const BASE_FEE = 1n;
/** Those of Prague, 0x01 … 0x11: like a transaction's two ends and the builder, a call may touch them at no extra cost (EIP-2929, EIP-3651). */
const PRECOMPILES = Array.from({ length: 17 }, (_, i) => numberToHex(i + 1, { size: 20 }));

interface Call {
  readonly from: Address;
  readonly to: Address | undefined;
  readonly data: Hex;
  readonly value: bigint;
}

interface Sent extends Call {
  readonly hash: Hex;
  readonly nonce: number;
}

interface MinedLog {
  readonly address: Address;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly blockNumber: Hex;
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
  readonly transactionIndex: Hex;
  readonly logIndex: Hex;
  readonly removed: false;
}

interface Block {
  readonly number: bigint;
  readonly hash: Hex;
  readonly parentHash: Hex;
  /** Seconds. */
  readonly timestamp: bigint;
  readonly transactions: readonly Hex[];
  readonly logs: readonly MinedLog[];
}

/** An error as a JSON-RPC server tells it. */
class RpcError extends Error {
  readonly code: number;
  readonly data: Hex | undefined;
  constructor(code: number, message: string, data?: Hex) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }
}

const reverted = (data: Hex): RpcError => new RpcError(3, 'execution reverted', data);

type Request = { readonly method: string; readonly params?: unknown };

export class SimulatedChain {
  readonly #evm: EVM;
  readonly #blocks: Block[];
  readonly #receipts: Map<Hex, object>;
  /** Transactions in blocks that did nothing. */
  reverted = 0;
  /** What it says gas costs, wei; it takes any. */
  gasPrice = BASE_FEE;
  #pending: { readonly transaction: Sent; readonly mined: () => void }[] = [];
  /** The EVM takes one call at a time. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(evm: EVM, blocks: Block[], receipts: ReadonlyMap<Hex, object>) {
    this.#evm = evm;
    this.#blocks = blocks;
    this.#receipts = new Map(receipts);
  }

  /** A chain whose block 0 is of `time` (seconds) and in which each of these accounts has 10,000 ether. */
  static async create(time: number, accounts: readonly Address[]): Promise<SimulatedChain> {
    const stateManager = new SimpleStateManager({ common: commonOf() });
    for (const address of accounts) await stateManager.putAccount(at(address), new Account(0n, 10_000n * 10n ** 18n));
    const genesis = { number: 0n, parentHash: zeroHash, timestamp: BigInt(time), transactions: [], logs: [] };
    const blocks = [{ ...genesis, hash: keccak256(numberToHex(time)) }];
    return new SimulatedChain(await evmOver(stateManager, blocks), blocks, new Map());
  }

  /** Another chain with the same past; this one must not go on. Nothing may be pending. */
  async fork(): Promise<SimulatedChain> {
    const stateManager = (this.#evm.stateManager as SimpleStateManager).shallowCopy() as SimpleStateManager;
    // Accounts are changed in place: the copy needs its own.
    await stateManager.checkpoint();
    const blocks = [...this.#blocks];
    return new SimulatedChain(await evmOver(stateManager, blocks), blocks, this.#receipts);
  }

  get head(): Block {
    return this.#blocks.at(-1)!;
  }

  /** Transactions that wait for a block. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Puts everything that was sent into the next block, of this time (seconds). */
  async mine(time: number): Promise<void> {
    const batch = this.#pending;
    this.#pending = [];
    const { number, hash: parentHash } = this.head;
    const transactions = batch.map(({ transaction }) => transaction.hash);
    const hash = keccak256(concatHex([parentHash, numberToHex(time, { size: 8 }), ...transactions]));
    const block = { number: number + 1n, hash, parentHash, timestamp: BigInt(time), transactions };
    const logs: MinedLog[] = [];
    for (const [index, { transaction }] of batch.entries()) {
      const { ok, gas, created, logs: said } = await this.#alone(() => this.#run(transaction, block, true));
      const place = {
        blockNumber: numberToHex(block.number),
        blockHash: hash,
        transactionHash: transaction.hash,
        transactionIndex: numberToHex(index),
      };
      const own = said.map((log, i): MinedLog => {
        return { ...log, ...place, logIndex: numberToHex(logs.length + i), removed: false };
      });
      logs.push(...own);
      if (!ok) this.reverted += 1;
      this.#receipts.set(transaction.hash, {
        ...place,
        from: transaction.from,
        to: transaction.to ?? null,
        contractAddress: created ?? null,
        gasUsed: numberToHex(gas),
        cumulativeGasUsed: numberToHex(gas),
        effectiveGasPrice: numberToHex(BASE_FEE),
        status: ok ? '0x1' : '0x0',
        type: '0x2',
        logs: own,
        logsBloom: bloomOf(own),
      });
    }
    this.#blocks.push({ ...block, logs });
    for (const { mined } of batch) mined();
  }

  /** Answers one question as a node's JSON-RPC does; a sent transaction is answered once it is in a block. */
  async request({ method, params }: Request): Promise<unknown> {
    const [first, second] = (params ?? []) as readonly unknown[];
    switch (method) {
      case 'eth_chainId':
        return numberToHex(CHAIN_ID);
      case 'eth_blockNumber':
        return numberToHex(this.head.number);
      case 'eth_maxPriorityFeePerGas':
        return numberToHex(BASE_FEE);
      case 'eth_gasPrice':
        return numberToHex(this.gasPrice);
      case 'eth_getBlockByNumber':
        return this.#shown(first === 'latest' ? this.head : this.#blocks[hexToNumber(first as Hex)]);
      case 'eth_getBlockByHash':
        return this.#shown(this.#blocks.find(({ hash }) => hash === first));
      case 'eth_getLogs':
        return this.#logs(first as Filter);
      case 'eth_getTransactionReceipt':
        return this.#receipts.get(first as Hex) ?? null;
      case 'eth_getTransactionCount':
        return numberToHex(await this.#nonce(first as Address));
      case 'eth_estimateGas':
        return numberToHex((await this.#try(first as AskedCall)).gas);
      case 'eth_call':
        return (await this.#try(first as AskedCall)).output;
      case 'eth_sendRawTransaction':
        return this.#send(first as TransactionSerialized);
      default:
        throw new RpcError(-32_601, `the simulated chain does not know ${method}: ${String(second)}`);
    }
  }

  async #nonce(address: Address): Promise<number> {
    const account = await this.#alone(() => this.#evm.stateManager.getAccount(at(address)));
    const sent = this.#pending.filter(({ transaction }) => transaction.from === address.toLowerCase());
    return Number(account?.nonce ?? 0n) + sent.length;
  }

  async #send(raw: TransactionSerialized): Promise<Hex> {
    const { to, data = '0x', value = 0n, nonce = 0 } = parseTransaction(raw);
    const from = (await recoverTransactionAddress({ serializedTransaction: raw as never })).toLowerCase() as Address;
    const hash = keccak256(raw);
    if (nonce !== (await this.#nonce(from))) throw new RpcError(-32_003, `nonce ${nonce} is not the next of ${from}`);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pending.push({ transaction: { hash, from, to: to ?? undefined, data, value, nonce }, mined: resolve });
    await promise;
    return hash;
  }

  async #try({ from = zeroAddress, to, data = '0x', value = '0x0' }: AskedCall) {
    const call = { from, to, data, value: hexToBigInt(value) };
    const { number, timestamp } = this.head;
    const next = { number: number + 1n, timestamp: timestamp + 1n };
    const result = await this.#alone(() => this.#run(call, next, false));
    if (!result.ok) throw reverted(result.output);
    return result;
  }

  /** Runs a call in a block; its effects stay only if it is to be `kept`. */
  async #run(call: Call, { number, timestamp }: Pick<Block, 'number' | 'timestamp'>, kept: boolean) {
    const evm = this.#evm;
    const data = hexToBytes(call.data);
    const intrinsic = intrinsicGas(data, !call.to);
    if (!kept) await evm.stateManager.checkpoint();
    const nonce = (await evm.stateManager.getAccount(at(call.from)))?.nonce ?? 0n;
    for (const known of [...PRECOMPILES, call.from, call.to ?? zeroAddress, zeroAddress])
      evm.journal.addAlwaysWarmAddress(known.toLowerCase());
    const { execResult } = await evm.runCall({
      block: {
        header: {
          ...{ number, timestamp, difficulty: 0n, gasLimit: GAS_LIMIT, baseFeePerGas: BASE_FEE },
          coinbase: at(zeroAddress),
          prevRandao: new Uint8Array(32),
          getBlobGasPrice: () => 1n,
        },
      },
      caller: at(call.from),
      ...(call.to && { to: at(call.to) }),
      data,
      value: call.value,
      gasLimit: GAS_LIMIT - intrinsic,
    });
    await evm.journal.cleanup();
    if (!kept) await evm.stateManager.revert();
    evm.stateManager.originalStorageCache.clear();
    const used = intrinsic + execResult.executionGasUsed;
    const refund = execResult.gasRefund ?? 0n;
    return {
      ok: !execResult.exceptionError,
      output: bytesToHex(execResult.returnValue),
      gas: used - (refund < used / 5n ? refund : used / 5n),
      created: call.to ? undefined : (getContractAddress({ from: call.from, nonce }).toLowerCase() as Address),
      logs: (execResult.logs ?? []).map(([address, topics, bytes]) => ({
        address: bytesToHex(address),
        topics: topics.map((topic) => bytesToHex(topic)),
        data: bytesToHex(bytes),
      })),
    };
  }

  #alone<T>(job: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(job);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  #shown(block: Block | undefined): object | null {
    if (!block) return null;
    const { logs, ...shown } = block;
    const words = { number: numberToHex(block.number), timestamp: numberToHex(block.timestamp) };
    return {
      ...shown,
      ...words,
      logsBloom: bloomOf(logs),
      baseFeePerGas: numberToHex(BASE_FEE),
      gasLimit: numberToHex(GAS_LIMIT),
      gasUsed: '0x0',
    };
  }

  #logs({ blockHash, fromBlock, toBlock }: Filter): readonly MinedLog[] {
    if (blockHash) return this.#blocks.find(({ hash }) => hash === blockHash)?.logs ?? [];
    const to = hexToNumber(toBlock ?? numberToHex(this.head.number));
    return this.#blocks.slice(hexToNumber(fromBlock ?? '0x0'), to + 1).flatMap(({ logs }) => logs);
  }
}

/** The bloom filter of addresses and topics in 2,048 bits (Yellow Paper, 4.3.1). */
function bloomOf(logs: readonly Pick<MinedLog, 'address' | 'topics'>[]): Hex {
  const bits = new Uint8Array(256);
  for (const item of logs.flatMap(({ address, topics }) => [address, ...topics])) {
    const hash = keccak256(item, 'bytes');
    for (const at of [0, 2, 4]) {
      const bit = ((hash[at]! << 8) | hash[at + 1]!) & 0x7ff;
      bits[255 - (bit >> 3)]! |= 1 << (bit & 7);
    }
  }
  return bytesToHex(bits);
}

const commonOf = (): Common => new Common({ chain: { ...Mainnet, chainId: CHAIN_ID }, hardfork: Hardfork.Prague });

/** An EVM that reads the hashes of past blocks from this list. */
function evmOver(stateManager: SimpleStateManager, blocks: readonly Block[]): Promise<EVM> {
  const blockchain = {
    getBlock: async (number: number) => ({ hash: () => hexToBytes(blocks[number]?.hash ?? zeroHash) }),
    putBlock: async () => undefined,
    shallowCopy: () => blockchain,
  };
  return createEVM({ common: commonOf(), stateManager, blockchain });
}

interface AskedCall {
  readonly from?: Address;
  readonly to?: Address;
  readonly data?: Hex;
  readonly value?: Hex;
}

/** Every log is of the deployment's contracts: nothing else is on this chain. */
interface Filter {
  readonly blockHash?: Hex;
  readonly fromBlock?: Hex;
  readonly toBlock?: Hex;
}

const at = (address: Address): EvmAddress => new EvmAddress(hexToBytes(address));

/** What a transaction costs before it does anything: 21,000, 4 or 16 a byte (EIP-2028), and creation (EIP-2, EIP-3860). */
function intrinsicGas(data: Uint8Array, creates: boolean): bigint {
  const zeros = data.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  const creation = creates ? 32_000 + 2 * Math.ceil(data.length / 32) : 0;
  return BigInt(21_000 + 4 * zeros + 16 * (data.length - zeros) + creation);
}
