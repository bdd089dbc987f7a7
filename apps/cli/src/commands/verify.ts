import { createConcordClient, type Address, type Hex } from '@concord/sdk';
import { defineCommand } from 'citty';
import { auditRun } from '../audit.ts';
import { createRenderer } from '../render.ts';

/** `concord verify`: anyone, from chain and published bytes; exit 0 only on PASS. */
export const verify = defineCommand({
  meta: { name: 'verify', description: 'Check a run from the chain and its published bytes: PASS, FAIL or INCOMPLETE.' },
  args: {
    rpc: { type: 'string', required: true, description: 'JSON-RPC address of any node of the chain' },
    charters: { type: 'string', required: true, description: 'address of the charters contract' },
    rounds: { type: 'string', required: true, description: 'address of the rounds contract' },
    inference: { type: 'string', required: true, description: 'address of the inference contract' },
    run: { type: 'string', required: true, description: 'run id (= charter id), 32 bytes in hex' },
    'from-block': { type: 'string', default: '0', description: 'block in which the contracts were deployed, or earlier' },
    source: { type: 'string', description: 'extra place to ask for bytes: an IPFS gateway or a member’s endpoint' },
    json: { type: 'boolean', description: 'write the report as JSON, alone on stdout' },
  },
  run: async ({ args }) => {
    const render = createRenderer({ json: args.json === true });
    const client = await createConcordClient({
      rpcUrl: args.rpc,
      charters: args.charters as Address,
      rounds: args.rounds as Address,
      inference: args.inference as Address,
    });
    const report = await auditRun({
      client,
      runId: args.run as Hex,
      fromBlock: BigInt(args['from-block']),
      ...(args.source !== undefined && { sources: [args.source] }),
      render,
    });
    render.line();
    render.line(`  ${report.verdict}`, report.verdict === 'PASS' ? 'good' : 'bad');
    if (args.json === true) render.document(report);
    process.exitCode = report.verdict === 'PASS' ? 0 : 1;
  },
});
