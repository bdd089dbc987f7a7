import {
  addressOf,
  type BytesPromise,
  type ConcordClient,
  decodeFileList,
  demand as demandOnChain,
  digestsIn,
  emptyView,
  factOf,
  fold,
  getFacts,
  type Hex,
  promisedFile,
  promisedShare,
  type RunView,
  timeOf,
} from '@concord/sdk';
import { defineCommand } from 'citty';
import { chainArgs, named, type Records, recordsNamed } from '../audit.ts';
import { createRenderer } from '../render.ts';
import { KEY, payingKey } from '../settings/payingKey.ts';
import { verb } from '../verb.ts';

/** `concord demand`: asks a holder on chain for bytes that it promised; whoever answers gets the bond [CM10]. */
export const demand = verb(
  {
    example: 'CONCORD_KEY=0x… concord demand --deployment deployment.json --round 3 --share 2',
    next: 'An answer is bytes on chain: “concord verify” reads them. Without one in time “concord forfeit” (or a relayer) names the holder and voids the attempt, and a day after the demand “concord slash” burns the holder’s stake.',
  },
  defineCommand({
    meta: {
      name: 'demand',
      description: `Ask a holder on chain for bytes that it signed for; the key in ${KEY} pays a bond, which comes back unless somebody answers.`,
    },
    args: {
      ...chainArgs,
      round: { type: 'string', required: true, description: 'the round' },
      attempt: { type: 'string', default: '0', description: 'the attempt' },
      share: { type: 'string', description: 'the aggregate share of this number, 1 … k' },
      file: { type: 'string', description: 'the verifier-share file of the holder with this address' },
      piece: { type: 'string', description: 'which piece, from 1 on; without it the list of pieces' },
    },
    run: async ({ args }) => {
      const render = createRenderer({ json: false });
      const account = payingKey('the bond');
      if ((args.share === undefined) === (args.file === undefined)) throw new Error('need either --share or --file');
      const records = await recordsNamed(args);
      const facts = records.logs.map((log) => factOf(records.deployment, log));
      const run = facts.reduce(fold, emptyView).runs.get(records.runId);
      if (!run) throw new Error(`no run ${records.runId} on this chain`);
      const { client } = await named(args, account);
      const promise = await promiseNamed(client, run, args, records);
      const list = args.piece === undefined ? undefined : await records.blobs(promise.digest);
      if (args.piece !== undefined && !list)
        throw new Error(`nobody serves the list ${promise.digest}: ask for it first, without --piece`);
      const index = Number(args.piece ?? 1) - 1;
      const wish = list ? { list, index } : {};
      const piece = list ? digestsIn(list)?.[index] : promise.digest;
      const { transaction, block } = await demandOnChain(client, promise, wish);
      const asked = (await getFacts(client, block, block)).find(
        (fact) => fact.kind === 'demanded' && fact.holder === promise.holder && fact.piece === piece,
      );
      render.line(`  ${promise.holder} is asked for ${piece}`, 'good');
      if (asked?.kind === 'demanded') render.line(`  demand ${asked.demandId}, due ${timeOf(asked.due)}`);
      render.line(
        `  by ${addressOf(account)} in transaction ${transaction}; an answer must come in ${run.charter.deadlines.verify} s`,
      );
    },
  }),
);

interface Wanted {
  readonly round: string;
  readonly attempt: string;
  readonly share?: string | undefined;
  readonly file?: string | undefined;
}

/** The promise of a share or file. Throws naming what is missing. */
async function promiseNamed(
  client: ConcordClient,
  run: RunView,
  wanted: Wanted,
  records: Records,
): Promise<BytesPromise> {
  const { blobs, verifiedBy } = records;
  const [round, attempt] = [Number(wanted.round), Number(wanted.attempt)];
  const view = run.attempts.find((each) => each.round === round && each.attempt === attempt);
  if (!view?.verified) throw new Error(`round ${wanted.round}, attempt ${wanted.attempt} has promised nothing yet`);
  if (wanted.share !== undefined) return promisedShare(client, run, view, Number(wanted.share));
  const list = await blobs(view.verified.blob);
  const digests = list && decodeFileList(list);
  if (!digests) throw new Error(`nobody serves the list of files ${view.verified.blob}, which cannot be demanded`);
  const heard = (await verifiedBy?.({ runId: run.charterId, round, attempt })) ?? [];
  return promisedFile(client, run, view, wanted.file!.toLowerCase() as Hex, digests, heard);
}
