import { bytesText, duration, type RunView } from '@concord/sdk';
import { defineCommand } from 'citty';
import { connect, type Now, runMeant, viewNow } from '../connect.ts';
import { type OwnSpending, ownNodeOf, ownSpending } from '../ownSpending.ts';
import { createRenderer, type Renderer, thousands, timeOf } from '../render.ts';
import { PHASE_WORDS, type RunStatus, statusOf } from '../runStatus.ts';
import { url } from '../settings/checks.ts';
import { readSettings, settingArgs } from '../settings/settings.ts';
import { verb } from '../verb.ts';

function show(render: Renderer, each: RunStatus, run: RunView, { time }: Now): void {
  render.title(`Run ${each.charterId}`);
  const place =
    each.round === undefined
      ? ''
      : `, round ${each.round + 1} of ${each.rounds}${each.attempt === 0 ? '' : `, attempt ${(each.attempt ?? 0) + 1}`}`;
  render.line(
    `  phase     ${each.phase}: ${PHASE_WORDS[each.phase]}${place}`,
    each.phase === 'FINISHED' ? 'good' : each.phase === 'FAILED' ? 'bad' : 'strong',
  );
  render.line(
    `  rounds    ${each.settled} of ${each.rounds} settled${each.voided === 0 ? '' : `, ${each.voided} attempts void`}`,
  );
  render.line(`  privacy   ε ${each.epsilon.toFixed(3)} of ${each.epsilonCap} spent, at δ = 1e-${each.deltaExponent}`);
  if (each.gasLeft !== null)
    render.line(
      `  gas       ${thousands(each.gasLeft)} of ${thousands(each.gasCap ?? 0)} left between attempts: ${each.roundsThatGasPaysFor} more rounds fit`,
    );
  render.line(`  members   ${each.members}: ${each.votes} voted, ${each.joined} joined`);
  const absent = run.charter.members.filter((member) => !run.endpoints.has(member));
  if (!run.finished && each.phase !== 'FAILED')
    for (const member of absent)
      render.line(
        `            ${member} has not joined: its “concord member” does not run, or reaches no relayer`,
        'warn',
      );
  if (each.endedBecause === null) render.prose(each.waitsFor, '  waits for ');
  else render.prose(each.endedBecause, '  ended     ');
  for (const { member, bytesSent, milliseconds } of each.stopReadings)
    render.line(
      `            ${member} signed to stop: ${thousands(bytesSent)} bytes and ${duration(Math.round(milliseconds / 1_000))} spent`,
    );
  if (each.secondsLeft !== undefined && each.phase !== 'FAILED')
    render.line(
      `            ${each.secondsLeft >= 0 ? `until ${timeOf(time + each.secondsLeft)} (${duration(each.secondsLeft)} left)` : `overdue by ${duration(-each.secondsLeft)}: a relayer voids or seats it; is one running?`}`,
    );
  for (const { address, endpoint, said } of each.missing) {
    const why =
      each.phase === 'VOTING'
        ? 'has not voted'
        : endpoint === undefined
          ? 'has not joined'
          : said === undefined
            ? `does not answer at ${endpoint}`
            : `has not said it yet (${endpoint})`;
    render.line(`            ${address} ${why.replaceAll('\n', ' ')}`, 'warn');
  }
  if (each.missing.length === 0 && each.round !== undefined)
    render.line('            everybody has spoken: a relayer can land it now');
}

/** What the own node has spent, or a line that says why nobody tells. */
function showOwn(render: Renderer, { member, node, spent, unknownBecause }: OwnSpending): void {
  if (spent === null) {
    render.prose(`not known: ${unknownBecause}`, '  spent     ');
    return;
  }
  const { bytesSent, memberBytes, seconds, memberSeconds, roundsLeft } = spent;
  const [bytes, time] = [bytesText(bytesSent), duration(Math.round(seconds))];
  render.line(
    `  spent     ${bytes} of ${bytesText(memberBytes)} sent, ${time} of ${duration(memberSeconds)} computed: ${roundsLeft} more rounds fit`,
    roundsLeft === 0 ? 'warn' : 'plain',
  );
  render.line(`            says the node of ${member} at ${node}`);
}

/** `concord status`: where a run stands and what it waits for, from any RPC. */
export const status = verb(
  {
    example: 'concord status --rpc http://10.0.0.5:8545 --deployment deployment.json',
    next: 'In a member’s folder, or with --node, it also tells what that member’s node has spent of its caps. If somebody does not answer, that member runs “concord doctor”. When the run is over: “concord model register”, “concord verify”, “concord model export”.',
  },
  defineCommand({
    meta: {
      name: 'status',
      description:
        'Say in plain words where a run stands: phase, round, ε spent, who is missing, what it waits for. Needs only an RPC.',
    },
    args: {
      ...settingArgs('rpc', 'deployment', 'key', 'host', 'port'),
      run: { type: 'string', description: 'charter id; all runs without it' },
      node: {
        type: 'string',
        description: 'URL of a member’s node, to ask what it has spent; that of the key in the folder without it',
      },
      json: { type: 'boolean', description: 'write the facts as JSON, alone on stdout' },
    },
    run: async ({ args }) => {
      const settings = readSettings(args);
      const own = ownNodeOf(settings, args.node === undefined ? undefined : url(args.node, '--node'));
      const { client, fromBlock } = await connect(settings);
      const now = await viewNow(client, fromBlock);
      const runs = args.run === undefined ? [...now.view.runs.values()] : [runMeant(now, { id: args.run })];
      const render = createRenderer({ json: args.json === true });
      const described = await Promise.all(
        runs.map(async (run) => {
          const spending = own === undefined ? undefined : ownSpending(run, own);
          return { ...(await statusOf(run, now)), own: (await spending) ?? null };
        }),
      );
      if (runs.length === 0)
        render.line('  no charter was proposed on this deployment yet: see “concord propose --help”', 'warn');
      for (const [i, each] of described.entries()) {
        show(render, each, runs[i]!, now);
        if (each.own !== null) showOwn(render, each.own);
      }
      if (args.json === true) render.document({ block: now.block, time: now.time, runs: described });
    },
  }),
);
