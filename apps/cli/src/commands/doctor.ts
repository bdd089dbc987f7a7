import { defineCommand } from 'citty';
import { examine, ROLES } from '../examine.ts';
import { createRenderer } from '../render.ts';
import { SettingError } from '../settings/checks.ts';
import { readSettings, settingArgs } from '../settings/settings.ts';
import { verb } from '../verb.ts';

/** `concord doctor`: what is missing before a node can run here. */
export const doctor = verb(
  {
    example: 'concord doctor --folder hospital-a',
    next: 'Mend the first line that is broken and run it again. When nothing is broken: “concord member” (or aggregator, relayer).',
  },
  defineCommand({
    meta: {
      name: 'doctor',
      description:
        'Look at everything that a node needs: Node, folder, key, RPC, contracts, clock, ports, relayer, charter and data. Changes nothing.',
    },
    args: {
      role: { type: 'string', default: 'member', description: `for whom: ${ROLES.join(', ')}` },
      ...settingArgs('rpc', 'deployment', 'key', 'charter', 'data', 'relayer', 'host', 'port', 'publicUrl'),
      json: { type: 'boolean', description: 'write the findings as JSON, alone on stdout' },
    },
    run: async ({ args }) => {
      const role = ROLES.find((each) => each === args.role);
      if (role === undefined) throw new SettingError('--role', `have “${args.role}”, need one of ${ROLES.join(', ')}`);
      const findings = await examine(readSettings(args), role);
      const render = createRenderer({ json: args.json === true });
      for (const { check, result, says } of findings) {
        const tone = result === 'ok' ? 'good' : result === 'look' ? 'warn' : 'bad';
        render.prose(says, `  ${render.paint(result.padEnd(6), tone)} ${check.padEnd(10)} `);
      }
      const count = findings.filter(({ result }) => result === 'broken').length;
      render.line(
        count === 0 ? '  nothing is broken' : `  ${count} broken: begin with the first`,
        count === 0 ? 'good' : 'bad',
      );
      if (args.json === true) render.document({ role, findings });
      process.exitCode = count === 0 ? 0 : 1;
    },
  }),
);
