import { currentAttempt, forfeit as forfeitOnChain, getFacts, placesOf, recordedIn } from '@concord/sdk';
import { defineCommand } from 'citty';
import { chainArgs, named } from '../audit.ts';
import { runMeant, viewNow } from '../connect.ts';
import { demandMeant, momentOf, slashableFrom } from '../demands.ts';
import { createRenderer } from '../render.ts';
import { SettingError } from '../settings/checks.ts';
import { KEY, payingKey } from '../settings/payingKey.ts';
import { verb } from '../verb.ts';

/** `concord forfeit`: ends a demand that nobody answered in time; its attempt is void where the bytes are its own [CM10]. */
export const forfeit = verb(
  {
    example: 'CONCORD_KEY=0x… concord forfeit --deployment deployment.json --demand 0x…',
    next: 'A relayer does this by itself for holders of an attempt. Once a day has passed since the demand, “concord slash --demand” burns the holder’s stake; an answer that comes first saves it.',
  },
  defineCommand({
    meta: {
      name: 'forfeit',
      description: `End a demand that was not answered in time: its bond goes back, the holder is named, and an attempt under way that needs the bytes is void. The key in ${KEY} pays the gas.`,
    },
    args: {
      ...chainArgs,
      demand: { type: 'string', description: 'id of the demand; needless where only one is due' },
      json: { type: 'boolean', description: 'write the facts as JSON, alone on stdout' },
    },
    run: async ({ args }) => {
      const render = createRenderer({ json: args.json === true });
      const { client, fromBlock } = await named(args, payingKey('the gas'));
      const now = await viewNow(client, fromBlock);
      const run = runMeant(now, { id: args.run });
      const { demandId, demand } = demandMeant(
        run,
        args.demand,
        ({ state, due }) => state === 'open' && due <= now.time,
      );
      const { holder, piece, round, attempt, due, state, voided, origin } = demand;
      const refuse = (why: string): never => {
        throw new SettingError('--demand', why);
      };
      if (state === 'answered') refuse(`${demandId} was answered in block ${origin.block}: nobody owes anything`);
      if (now.time < due) refuse(`${demandId} is due at ${momentOf(due, now.time)}: until then it can be answered`);
      const slashable = slashableFrom(demand, run);
      const view = run.attempts.find((each) => each.round === round && each.attempt === attempt);
      const isHolder = view !== undefined && placesOf(view, holder) !== undefined;
      // Whoever forfeited first may have shown nothing: as long as the attempt is under way it can still be made void.
      const pending = isHolder && voided === undefined && view === currentAttempt(run) && view.verified !== undefined;
      if (state === 'forfeited' && !pending)
        refuse(
          `${demandId} was forfeited in block ${origin.block}: “concord slash --demand” goes on, ${slashable > now.time ? `from ${momentOf(slashable, now.time)} on` : 'now'}`,
        );
      const landed = await forfeitOnChain(client, demandId, isHolder ? recordedIn(run, view, holder) : undefined);
      const outcome = (await getFacts(client, landed.block, landed.block)).find(
        (fact) => fact.kind === 'forfeited' && fact.demandId === demandId,
      );
      const ends = outcome?.kind === 'forfeited' && outcome.voided;
      const says =
        outcome === undefined ? 'the bytes are on chain already: the bond went back' : `${holder} withheld ${piece}`;
      render.line(`  ${says}`, outcome === undefined ? 'plain' : 'bad');
      if (outcome !== undefined)
        render.line(
          ends
            ? `  round ${round}, attempt ${attempt} is void, and the next attempt begins`
            : `  no attempt is void for it: round ${round}, attempt ${attempt} is over, or does not need these bytes`,
        );
      render.line(`  in transaction ${landed.transaction}, for ${landed.gas} gas`);
      if (args.json === true)
        render.document({
          ...{ runId: run.charterId, demandId, holder, piece, round, attempt, voided: ends },
          ...{
            forfeited: outcome !== undefined,
            transaction: landed.transaction,
            block: landed.block,
            gas: landed.gas,
          },
          slashableFrom: outcome === undefined ? null : slashable,
        });
    },
  }),
);
