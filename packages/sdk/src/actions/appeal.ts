/** Appeals against a finished model: signed by the account, carried by whoever pays, read by whoever weighs them [GU12]. */
import { appealsAbi } from '@concord/contracts';
import { decodeEventLog } from 'viem';
import { AppealError, appealsIn, appealText, type SignedAppeal, type SignedWithdrawal } from '../appeals.ts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Address, Deployment, Hex } from '../facts.ts';
import { lowercase } from '../identity.ts';
import { getLogs } from '../logs.ts';
import { headOf } from '../sources.ts';
import { addressOf, recover, sign, type Statement } from '../signing.ts';

export interface Appellant {
  readonly privateKey: Hex;
  readonly deployment: Deployment;
}

/**
 * Signs an appeal against the model that a run ended with: `modelHash` is the hash of its final state, `text` says why.
 * Nothing is sent. Throws AppealError NO_CONTRACT or TEXT.
 */
export async function signAppeal(
  { privateKey, deployment }: Appellant,
  { runId, modelHash, text }: { readonly runId: Hex; readonly modelHash: Hex; readonly text: string },
): Promise<SignedAppeal> {
  const appeals = appealsIn(deployment);
  const account = addressOf(privateKey);
  const statement = appealText(text).digest;
  const signature = await sign(privateKey, deployment, { kind: 'Appeal', runId, modelHash, account, statement });
  return { kind: 'appeal', chainId: deployment.chainId, appeals, runId, modelHash, account, text, signature };
}

/** Signs that the account takes its appeal back, which is for good. Nothing is sent. Throws AppealError NO_CONTRACT. */
export async function signWithdrawal({ privateKey, deployment }: Appellant, runId: Hex): Promise<SignedWithdrawal> {
  const appeals = appealsIn(deployment);
  const account = addressOf(privateKey);
  const signature = await sign(privateKey, deployment, { kind: 'Withdrawal', runId, account });
  return { kind: 'withdrawal', chainId: deployment.chainId, appeals, runId, account, signature };
}

/**
 * Lands what an account signed; the client's account pays. Throws AppealError ELSEWHERE before anything is sent when it was
 * signed for another chain or contract, and TransactionError when the contract refuses it.
 */
export async function carryAppeal(client: ConcordClient, signed: SignedAppeal | SignedWithdrawal): Promise<Landed> {
  const { runId, account, signature } = signed;
  const { chainId } = client.deployment;
  const to = appealsIn(client.deployment);
  if (signed.chainId !== chainId || lowercase(signed.appeals) !== to)
    throw new AppealError(
      'ELSEWHERE',
      `signed for ${signed.appeals} on chain ${signed.chainId}, this deployment has ${to} on chain ${chainId}: carry it there, or sign again`,
    );
  if (signed.kind === 'withdrawal')
    return send(client, { to, abi: appealsAbi, functionName: 'withdraw', args: [runId, account, signature] });
  const { digest } = appealText(signed.text);
  return send(client, { to, abi: appealsAbi, functionName: 'appeal', args: [runId, account, digest, signature] });
}

/** SHA-256 of the statement of the account's appeal, if it stands; 0 without one. Throws AppealError NO_CONTRACT. */
export const standingStatement = (client: ConcordClient, runId: Hex, account: Address): Promise<Hex> =>
  client.reader.readContract({
    ...{ address: appealsIn(client.deployment), abi: appealsAbi, functionName: 'statementOf' },
    args: [runId, account],
  });

/** Whether the account signed it, as far as that is known before gas is spent: a contract is asked when it is carried. */
export async function isSigned(client: ConcordClient, signed: SignedAppeal | SignedWithdrawal): Promise<boolean> {
  const { runId, account, signature } = signed;
  const statement: Statement<'Appeal' | 'Withdrawal'> =
    signed.kind === 'withdrawal'
      ? { kind: 'Withdrawal', runId, account }
      : { kind: 'Appeal', runId, modelHash: signed.modelHash, account, statement: appealText(signed.text).digest };
  const found = await recover(client.deployment, statement, signature).catch(() => undefined);
  return found === account || ((await client.reader.getCode({ address: account })) ?? '0x') !== '0x';
}

/** An appeal as the chain keeps it. */
export interface Appeal {
  readonly account: Address;
  /** SHA-256 of its text. */
  readonly statement: Hex;
  readonly block: bigint;
  /** Seconds since 1970. */
  readonly time: number;
  readonly transaction: Hex;
  readonly withdrawn: boolean;
}

export interface AppealsOfOptions {
  /** Block of the deployment. */
  readonly fromBlock: bigint;
  /** Blocks above an appeal before it counts; 1 unless told. */
  readonly confirmations?: number;
}

/**
 * All appeals against the model of a run in the order of the chain, as more than half of the RPCs tell them [RD14] and as
 * deep as is asked. Throws AppealError NO_CONTRACT and ChainError.
 */
export async function appealsOf(
  client: ConcordClient,
  runId: Hex,
  { fromBlock, confirmations = 1 }: AppealsOfOptions,
): Promise<readonly Appeal[]> {
  const appeals = appealsIn(client.deployment);
  const last = (await headOf(client)) - BigInt(confirmations);
  const found = new Map<Address, Appeal>();
  for (const { data, topics, origin } of await getLogs(client, fromBlock, last, [appeals])) {
    const { eventName, args } = decodeEventLog({ abi: appealsAbi, data, topics: [...topics] });
    if (args.runId !== runId) continue;
    const account = lowercase(args.account);
    const before = found.get(account);
    if (eventName === 'Appealed') {
      const { block, time, transaction } = origin;
      found.set(account, { account, statement: args.statement, block, time, transaction, withdrawn: false });
    } else if (before) found.set(account, { ...before, withdrawn: true });
  }
  return [...found.values()];
}
