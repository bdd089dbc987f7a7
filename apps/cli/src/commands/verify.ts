import { defineCommand } from 'citty';
import { archivedRecords, audit, chainArgs, readArchive, recordsNamed, showClauses } from '../audit.ts';
import { createRenderer } from '../render.ts';
import { verb } from '../verb.ts';

/** Seconds after which a head looks as if the RPC were behind. */
const STALE = 300;

/** `concord verify`: anyone, from chain and published bytes or from an archive; exit 0 only on PASS. */
export const verify = verb(
  {
    example: 'concord verify --rpc http://10.0.0.5:8545 --deployment deployment.json',
    next: 'PASS: keep it for good with “concord archive”. INCOMPLETE names what could not be read yet. FAIL names the first clause that was broken, with the evidence.',
  },
  defineCommand({
    meta: {
      name: 'verify',
      description:
        'Check a run from the chain and its published bytes, or from an archive: PASS, FAIL or INCOMPLETE. Anybody may; no key is needed.',
    },
    args: {
      ...chainArgs,
      archive: {
        type: 'string',
        description: 'a file that “concord archive” wrote: verify it offline, without a chain',
      },
      json: { type: 'boolean', description: 'write the report as JSON, alone on stdout' },
    },
    run: async ({ args }) => {
      const render = createRenderer({ json: args.json === true });
      const records =
        args.archive === undefined ? await recordsNamed(args) : archivedRecords(readArchive(args.archive));
      const { kept: _kept, ...report } = await audit(records);
      showClauses(report.clauses, render);
      render.line();
      if (args.archive !== undefined)
        render.prose(
          'The logs are those that the archivist read; compare them with the chain before you rely on them.',
          '  ',
        );
      const age = Math.round(Date.now() / 1_000) - records.now;
      if (args.archive === undefined && age > STALE)
        render.prose(
          `The last block that the RPC shows is ${age} s old. If the chain goes on, what came since is not in this verdict: use another RPC.`,
          '  ',
        );
      render.line(`  ${report.verdict}`, report.verdict === 'PASS' ? 'good' : 'bad');
      if (args.json === true) render.document(report);
      process.exitCode = report.verdict === 'PASS' ? 0 : 1;
    },
  }),
);
