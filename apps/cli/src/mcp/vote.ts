/** The one tool that writes: a member's vote, signed with a key that never leaves this process and is never shown. */
import { existsSync } from 'node:fs';
import { handVote, waitingOf } from '@concord/sdk';
import { readData, refusals } from '../refusals.ts';
import { readKey } from '../settings/keyFile.ts';
import type { Settings } from '../settings/settings.ts';
import type { Source } from './source.ts';
import { find, textOf, type Tool, ToolError } from './tools.ts';

/**
 * Reads key and relayer now, so that a server that could not vote does not start. Throws SettingError. The tool votes only
 * for a charter that the member's own node would not refuse [CH1][CH2].
 */
export function votingTool(source: Source, settings: Settings): Tool<'vote'> {
  const { client } = source;
  if (!client) throw new ToolError('--allow-vote: an archive takes no votes; name a chain');
  const { privateKey, address } = readKey(settings.need('key'));
  const relayer = settings.need('relayer');
  return async ({ runId, support }) => {
    const found = await find(source, runId);
    const { run, now } = found;
    if (!run.charter.members.includes(address))
      throw new ToolError(`${address} is not one of the members of charter ${run.charterId}: nothing was signed`);
    const before = run.votes.get(address);
    const voted = { runId: run.charterId, voter: address };
    if (before !== undefined)
      return {
        words: `${address} voted ${before ? 'yes' : 'no'} before; a member votes once. Nothing was signed.`,
        data: { ...voted, support: before, already: true, transaction: null },
      };
    const { phase } = waitingOf(run, now.time);
    if (phase === 'FAILED')
      throw new ToolError(
        `the vote on ${run.charterId} is over: nothing was signed; propose a new charter to vote again`,
      );
    const text = await textOf(found);
    const data = settings.get('data');
    const records = data !== undefined && existsSync(data) ? readData(data, text).count : undefined;
    const refused = support ? refusals(run.charter, text, records) : [];
    if (refused.length > 0)
      throw new ToolError(`your node would refuse this charter, so nothing was signed: ${refused.join('; ')}`);
    const { transaction } = await handVote(
      { privateKey, deployment: client.deployment, relayer },
      run.charterId,
      support,
    );
    return {
      words: `${address} voted ${support ? 'yes' : 'no'}; the relayer paid.`,
      data: { ...voted, support, already: false, transaction: transaction ?? null },
    };
  };
}
