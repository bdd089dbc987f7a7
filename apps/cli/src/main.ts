/** `concord <verb>`: one file a verb in commands/. */
import { type CommandDef, defineCommand, runMain } from 'citty';
import { aggregator } from './commands/aggregator.ts';
import { appeal } from './commands/appeal.ts';
import { archive } from './commands/archive.ts';
import { charter } from './commands/charter.ts';
import { demand } from './commands/demand.ts';
import { demo } from './commands/demo.ts';
import { deploy } from './commands/deploy.ts';
import { doctor } from './commands/doctor.ts';
import { forfeit } from './commands/forfeit.ts';
import { init } from './commands/init.ts';
import { join } from './commands/join.ts';
import { keys } from './commands/keys.ts';
import { market } from './commands/market.ts';
import { mcp } from './commands/mcp.ts';
import { member } from './commands/member.ts';
import { model } from './commands/model.ts';
import { plan } from './commands/plan.ts';
import { propose } from './commands/propose.ts';
import { relayer } from './commands/relayer.ts';
import { replan } from './commands/replan.ts';
import { slash } from './commands/slash.ts';
import { status } from './commands/status.ts';
import { verify } from './commands/verify.ts';
import { vote } from './commands/vote.ts';
import { showUsage, strictly } from './verb.ts';

/** In the order in which they are needed. */
const verbs = {
  demo,
  keys,
  init,
  charter,
  plan,
  deploy,
  relayer,
  propose,
  vote,
  member,
  join,
  aggregator,
  status,
  replan,
  doctor,
  verify,
  archive,
  demand,
  forfeit,
  slash,
  market,
  model,
  appeal,
  mcp,
};

const main = defineCommand({
  meta: {
    name: 'concord',
    version: '0.1.0',
    description: 'Train a model together under a charter that code enforces and anyone can verify.',
  },
  subCommands: verbs as unknown as Readonly<Record<string, CommandDef>>,
});

await runMain(strictly('concord', main), { showUsage });
