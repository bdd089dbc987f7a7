import { existsSync, writeFileSync } from 'node:fs';
import { encodeArchive } from '@concord/sdk';
import { defineCommand } from 'citty';
import { audit, chainArgs, recordsNamed } from '../audit.ts';
import { createRenderer } from '../render.ts';
import { SettingError } from '../settings/checks.ts';
import { verb } from '../verb.ts';

/** `concord archive`: a run in one file that verifies offline, for as long as somebody keeps it. */
export const archive = verb(
  {
    example: 'concord archive --rpc http://10.0.0.5:8545 --deployment deployment.json --out run.bin',
    next: 'Keep the file with the model. “concord verify --archive run.bin” checks it offline, years later.',
  },
  defineCommand({
    meta: { name: 'archive', description: 'Write a run, its logs and all bytes that an audit needs, to one file.' },
    args: {
      ...chainArgs,
      out: { type: 'string', required: true, description: 'the file to write; must not be there yet' },
      json: { type: 'boolean', description: 'write the facts as JSON, alone on stdout' },
    },
    run: async ({ args }) => {
      if (existsSync(args.out)) throw new SettingError('--out', `${args.out} is there already: name another file`);
      const render = createRenderer({ json: args.json === true });
      const records = await recordsNamed(args);
      const report = await audit(records);
      const bytes = encodeArchive({ ...records, blobs: report.kept });
      writeFileSync(args.out, bytes, { flag: 'wx' });
      render.line(
        `  ${args.out}: ${records.logs.length} logs, ${report.kept.size} blobs, ${(bytes.length / 1e6).toFixed(1)} MB`,
      );
      render.line(`  verdict of the run that it holds: ${report.verdict}`, report.verdict === 'PASS' ? 'good' : 'bad');
      if (args.json === true)
        render.document({
          out: args.out,
          runId: records.runId,
          logs: records.logs.length,
          blobs: report.kept.size,
          bytes: bytes.length,
          verdict: report.verdict,
        });
      process.exitCode = report.verdict === 'INCOMPLETE' ? 1 : 0;
    },
  }),
);
