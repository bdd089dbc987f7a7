/** An appeal or withdrawal made ready to be carried: signed with a key, or in the wallet of the account. */
import { existsSync, readFileSync } from 'node:fs';
import {
  type Address,
  appealsIn,
  appealText,
  type ConcordClient,
  type Hex,
  isSigned,
  type RunView,
  type SignedAppeal,
  type SignedWithdrawal,
  type Statement,
  typedData,
} from '@concord/sdk';
import { SettingError } from '../settings/checks.ts';

export type Wish = Statement<'Appeal' | 'Withdrawal'>;

/** The statement that is named, from the command line or a file. Throws SettingError or AppealError. */
export function textNamed({
  text,
  file,
}: {
  readonly text: string | undefined;
  readonly file: string | undefined;
}): string {
  if ((text === undefined) === (file === undefined))
    throw new SettingError('--text', 'say why in a sentence or two: pass either --text or --text-file');
  if (file !== undefined && !existsSync(file)) throw new SettingError('--text-file', `${file} is not there`);
  const words = text ?? readFileSync(file!, 'utf8').replaceAll('\r\n', '\n').trim();
  appealText(words);
  return words;
}

/** What the account signs; with the text of an appeal, a withdrawal without. Throws SettingError for a run that goes on. */
export function wishOf(run: RunView, account: Address, text: string | undefined): Wish {
  const { charterId: runId, model: modelHash } = run;
  if (!run.finished) throw new SettingError('--run', `run ${runId} has not ended with a model: see “concord status”`);
  if (text === undefined) return { kind: 'Withdrawal', runId, account };
  return { kind: 'Appeal', runId, modelHash, account, statement: appealText(text).digest };
}

const DOMAIN = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
];

/** As `eth_signTypedData_v4` takes it. */
export function forWallet({ deployment }: ConcordClient, wish: Wish) {
  const { domain, types, primaryType, message } = typedData(deployment, wish);
  return { domain, types: { EIP712Domain: DOMAIN, ...types }, primaryType, message };
}

/** Joins wish, text and signature. Throws SettingError when it is not the account's signature. */
export async function joined(
  client: ConcordClient,
  wish: Wish,
  text: string | undefined,
  signature: Hex,
): Promise<SignedAppeal | SignedWithdrawal> {
  const { chainId } = client.deployment;
  const { runId, account } = wish;
  const shared = { chainId, appeals: appealsIn(client.deployment), runId, account, signature };
  const signed: SignedAppeal | SignedWithdrawal =
    wish.kind === 'Appeal'
      ? { kind: 'appeal', ...shared, modelHash: wish.modelHash, text: text! }
      : { kind: 'withdrawal', ...shared };
  if (await isSigned(client, signed)) return signed;
  throw new SettingError(
    '--signature',
    `not ${account}’s over this: sign what “concord appeal sign --account ${account}” writes, with the same statement`,
  );
}
