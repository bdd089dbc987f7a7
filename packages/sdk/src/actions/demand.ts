import { courtAbi } from '@concord/contracts';
import { bytesToHex } from 'viem';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Hex } from '../facts.ts';
import { courtOf } from '../identity.ts';
import type { BytesPromise, Recorded } from '../promises.ts';
import { encodeStatement } from '../signing.ts';

/** What is asked for of a promised file: a piece of it, with its list, or without one the list. */
export interface Wish {
  readonly list?: Uint8Array;
  /** 0 unless told. */
  readonly index?: number;
}

/** Gas that a bond pays for at the base fee of the demand's block. */
const BOND_GAS = 2_000_000n;

/** Asks a holder on chain for bytes that it promised, and leaves a bond: twice the least, for the base fee may rise [CM10]. */
export async function demand(client: ConcordClient, promise: BytesPromise, wish: Wish = {}): Promise<Landed> {
  const { holder, statement, signature, file } = promise;
  const { baseFeePerGas } = await client.reader.getBlock();
  const said = { data: encodeStatement(statement).data, signature };
  const piece = { list: bytesToHex(wish.list ?? new Uint8Array(0)), index: BigInt(wish.index ?? 0) };
  const call = { to: courtOf(client.deployment), abi: courtAbi, value: 2n * BOND_GAS * (baseFeePerGas ?? 0n) };
  return file
    ? send(client, {
        ...call,
        functionName: 'demandFile',
        args: [holder, said, { ...file, digest: promise.digest }, piece],
      })
    : send(client, { ...call, functionName: 'demandShare', args: [holder, said, piece] });
}

/** Publishes the bytes that are asked for; the bond of an open demand goes to the client's account [CM10]. */
export const answer = (client: ConcordClient, demandId: Hex, bytes: Uint8Array): Promise<Landed> =>
  send(client, {
    to: courtOf(client.deployment),
    abi: courtAbi,
    functionName: 'answer',
    args: [demandId, bytesToHex(bytes)],
  });

/** Ends a demand that is due and unanswered; with `recorded`, the attempt too whose fact the promise is [CM10]. */
export const forfeit = (client: ConcordClient, demandId: Hex, recorded?: Recorded): Promise<Landed> =>
  send(client, {
    to: courtOf(client.deployment),
    abi: courtAbi,
    functionName: 'forfeit',
    args: [demandId, recorded ?? { seats: '0x', seat: 0n, shareDigests: [] }],
  });

/** Burns the stake of whoever has not answered a day after it was asked [CM10]. */
export const slashWithheld = (client: ConcordClient, demandId: Hex): Promise<Landed> =>
  send(client, { to: courtOf(client.deployment), abi: courtAbi, functionName: 'slash', args: [demandId] });
