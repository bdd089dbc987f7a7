/** What a member looks at before it says anything about a charter: the text, the struct on chain, and its own data. */
import { existsSync } from 'node:fs';
import type { CharterText } from '@concord/protocol';
import type { RunView, Signer } from '@concord/sdk';
import { readProposed } from './charterFile.ts';
import { showCharter } from './charterWords.ts';
import { connect, runMeant, viewNow } from './connect.ts';
import { readData, refusals } from './refusals.ts';
import type { Renderer } from './render.ts';
import { SettingError } from './settings/checks.ts';
import { type OwnKey, readKey } from './settings/keyFile.ts';
import { readSettings, type Settings, settingArgs } from './settings/settings.ts';

export const considerArgs = {
  ...settingArgs('rpc', 'deployment', 'key', 'charter', 'data', 'relayer', 'host', 'port', 'publicUrl'),
  run: { type: 'string', description: 'charter id, if the same text was proposed more than once' },
  yes: { type: 'boolean', description: 'do not ask' },
  json: { type: 'boolean', description: 'write the facts as JSON, alone on stdout' },
} as const;

export interface Considered {
  readonly settings: Settings;
  readonly own: OwnKey;
  readonly run: RunView;
  readonly text: CharterText;
  /** The charter's text as it was proposed. */
  readonly bytes: Uint8Array;
  readonly signer: Signer;
}

/**
 * Finds the run of the charter's text and shows it. Throws SettingError when this key is no member, when the node would
 * refuse the charter, or when the data (if a file is there) do not fit it [CH1][CH2].
 */
export async function consider(
  args: Readonly<Record<string, unknown>> & { readonly run?: string | undefined },
  render: Renderer,
): Promise<Considered> {
  const settings = readSettings(args);
  const own = readKey(settings.need('key'));
  const { bytes, digest, text } = readProposed(settings.need('charter'));
  const relayer = settings.need('relayer');
  const { client, fromBlock } = await connect(settings);
  const run = runMeant(await viewNow(client, fromBlock), { id: args.run, textDigest: digest, voter: own.address });
  if (run.charter.textDigest !== digest)
    throw new SettingError(
      'charter',
      `the text hashes to ${digest}, charter ${run.charterId} is about ${run.charter.textDigest}: get the text from its proposer [CH1]`,
    );
  if (!run.charter.members.includes(own.address))
    throw new SettingError(
      'key',
      `${own.address} is not one of the members of charter ${run.charterId}: ${run.charter.members.join(', ')}`,
    );
  showCharter(render, run.charter, text);
  const data = settings.need('data');
  const records = existsSync(data) ? readData(data, text).count : undefined;
  const refused = refusals(run.charter, text, records);
  render.title('Your node');
  render.line(
    records === undefined
      ? `  ${data} is not there: your records were not compared with the schema`
      : `  your ${records} records fit the schema`,
    records === undefined ? 'warn' : 'plain',
  );
  if (refused.length > 0) throw new SettingError('charter', `your node would refuse it: ${refused.join('; ')}`);
  render.line('  it finds nothing to refuse', 'good');
  render.line();
  return {
    settings,
    own,
    run,
    text,
    bytes,
    signer: { privateKey: own.privateKey, deployment: client.deployment, relayer },
  };
}
