/** Whether an account that is warned of has appealed against the model that warns (GU16). */
import { encodeFunctionData, parseAbi } from 'viem';
import { type Address, type Ask, bytesIn, type Hex } from './provider.ts';

const ABI = parseAbi(['function statementOf(bytes32 runId, address account) view returns (bytes32)']);

/** Never rejects: a node that fails, is late or makes no sense has said nothing. */
export async function hasAppealed(ask: Ask, appeals: Address, runId: Hex, account: Address): Promise<boolean> {
  const data = encodeFunctionData({ abi: ABI, functionName: 'statementOf', args: [runId, account] });
  const answer = bytesIn(await ask('eth_call', [{ to: appeals, data }, 'latest']).catch(() => undefined));
  return answer?.length === 66 && BigInt(answer) !== 0n;
}
