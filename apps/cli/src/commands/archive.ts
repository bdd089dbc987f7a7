import { writeFileSync } from 'node:fs';
import { encodeArchive } from '@concord/sdk';
import { defineCommand } from 'citty';
import { audit, chainArgs, recordsNamed } from '../audit.ts';
import { createRenderer } from '../render.ts';
import { verb } from '../verb.ts';

/** `concord archive`: a run in one file that verifies offline, for as long as somebody keeps it. */
export const archive = verb(
  {
    example: 'concord archive --rpc http://10.0.0.5:8545 --deployment deployment.json --out run.bin',
    next: 'Keep the file with the model. “concord verify --archive run.bin” checks it offline, years later.',
  },
  defineCommand({
    meta: { name: 'archive', description: 'Write a run, its logs and all bytes that an audit needs, to one file.' },
    args: { ...chainArgs, out: { type: 'string', required: true, description: 'the file to write' } },
    run: async ({ args }) => {
      const render = createRenderer({ json: false });
      const records = await recordsNamed(args);
      const report = await audit(records);
      const bytes = encodeArchive({ ...records, blobs: report.kept });
      writeFileSync(args.out, bytes);
      render.line(
        `  ${args.out}: ${records.logs.length} logs, ${report.kept.size} blobs, ${(bytes.length / 1e6).toFixed(1)} MB`,
      );
      render.line(`  verdict of the run that it holds: ${report.verdict}`, report.verdict === 'PASS' ? 'good' : 'bad');
      process.exitCode = report.verdict === 'INCOMPLETE' ? 1 : 0;
    },
  }),
);
