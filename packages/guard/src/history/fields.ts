/** Fields of JSON-RPC answers, checked one by one: a node is not trusted to answer in the right shape. */
import { addressIn, type Address, bytesIn, type Hex, type Json, objectIn, quantityIn } from '../provider.ts';
import { HistoryError, malformed, type TokenTransfer, tooLong, type Transaction } from './history.ts';

export function objectOf(value: unknown, what: string): Json {
  const object = objectIn(value);
  if (!object) throw malformed(what);
  return object;
}
export function listOf(value: unknown, what: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(what);
  if (value.length > most) throw tooLong();
  return value;
}
export function addressOf(value: unknown, what: string): Address {
  const address = addressIn(value);
  if (!address) throw malformed(what);
  return address;
}
export function quantityOf(value: unknown, what: string): bigint {
  const quantity = quantityIn(value);
  if (quantity === undefined) throw malformed(what);
  return quantity;
}
export function integerOf(value: unknown, what: string): number {
  const quantity = quantityOf(value, what);
  if (quantity > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(what);
  return Number(quantity);
}
export function hashOf(value: unknown, what: string): string {
  const hash = bytesIn(value);
  if (hash?.length !== 66) throw malformed(what);
  return hash;
}

/** A transaction object of JSON-RPC, whose block has this time. */
export function transactionOf(value: unknown, time: number): Transaction {
  const json = objectOf(value, 'a transaction');
  return {
    hash: hashOf(json['hash'], 'a transaction’s hash'),
    block: integerOf(json['blockNumber'], 'a block number'),
    index: integerOf(json['transactionIndex'], 'a transaction’s place'),
    time,
    from: addressOf(json['from'], 'a sender'),
    to: json['to'] === null || json['to'] === undefined ? undefined : addressOf(json['to'], 'a recipient'),
    value: quantityOf(json['value'], 'an amount'),
  };
}

/** keccak256("Transfer(address,address,uint256)"). */
export const TRANSFER: Hex = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** The transfer that a log tells; undefined for those of NFTs, which have the same topic and one more. */
export function transferOf(value: unknown): (TokenTransfer & { readonly key: string }) | undefined {
  const log = objectOf(value, 'a log');
  const topics = listOf(log['topics'], 'the topics of a log', 4);
  const data = bytesIn(log['data']);
  if (topics.length !== 3 || topics[0] !== TRANSFER || data?.length !== 66) return undefined;
  const [from, to] = topics.slice(1).map((topic) => {
    if (typeof topic !== 'string' || topic.length !== 66) throw malformed('a topic');
    return addressOf(`0x${topic.slice(26)}`, 'a topic');
  });
  const key = `${integerOf(log['blockNumber'], 'a block number')} ${integerOf(log['logIndex'], 'a log’s place')}`;
  return { key, token: addressOf(log['address'], 'a token'), from: from!, to: to!, value: BigInt(data) };
}

/** Whether a node said that it does not know the method, in one of the ways in which nodes say it. */
export function isUnsupported(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  const message =
    error instanceof Error ? error.message : String((error as { message?: unknown } | null)?.message ?? '');
  if (error instanceof HistoryError) return error.code === 'UNSUPPORTED';
  return (
    [-32601, 4200, -32004].includes(code as number) ||
    /method.{0,40}(not (found|exist|support|available|allowed|enabled)|does not exist|unsupported|disabled)|unsupported method|unknown method/i.test(
      message,
    )
  );
}
