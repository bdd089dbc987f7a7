import { existsSync, writeFileSync } from 'node:fs';
import {
  type Address,
  type ConcordClient,
  getFacts,
  heardFrom,
  type Landed,
  PromiseError,
  promisedShare,
  type RunView,
  type Said,
  slashEquivocation,
  slashWithheld,
} from '@concord/sdk';
import { defineCommand } from 'citty';
import { formatEther } from 'viem';
import { chainArgs, named } from '../audit.ts';
import { type Now, runMeant, viewNow } from '../connect.ts';
import { demandMeant, momentOf, slashableFrom } from '../demands.ts';
import { createRenderer, type Renderer } from '../render.ts';
import { integer, SettingError } from '../settings/checks.ts';
import { KEY, payingKey } from '../settings/payingKey.ts';
import { differencesIn, encodeEvidence, KINDS, readEvidence, type TwoTongues, twoTonguesIn } from '../twoTongues.ts';
import { verb } from '../verb.ts';

/** Which of the two offences, and whose. */
interface Offence {
  readonly holder: Address;
  readonly says: readonly string[];
  readonly facts: object;
  readonly land: () => Promise<Landed>;
}

/** `concord slash`: burns the stake of a holder that withheld what it signed for, or said two different things. */
export const slash = verb(
  {
    example: 'CONCORD_KEY=0x… concord slash --deployment deployment.json --round 3 --out evidence.json',
    next: 'All that the holder has at stake is burned, and nothing goes to anybody. The next draw is without it; “concord verify” is as before.',
  },
  defineCommand({
    meta: {
      name: 'slash',
      description: `Burn a holder’s stake: for two different signed statements about one attempt, or for bytes that it did not publish within a day of a demand. The key in ${KEY} pays the gas.`,
    },
    args: {
      ...chainArgs,
      demand: { type: 'string', description: 'a forfeited demand, by its id' },
      evidence: { type: 'string', description: 'a file with two statements, as --out writes it' },
      round: {
        type: 'string',
        description:
          'ask every holder twice what it signed in this round, and compare its words with each other and with what landed',
      },
      attempt: { type: 'string', default: '0', description: 'the attempt, beside --round' },
      out: { type: 'string', description: 'beside --round: where to keep what was found, before it is sent' },
      json: { type: 'boolean', description: 'write the facts as JSON, alone on stdout' },
    },
    run: async ({ args }) => {
      const render = createRenderer({ json: args.json === true });
      if ([args.demand, args.evidence, args.round].filter((each) => each !== undefined).length !== 1)
        throw new SettingError(
          '--demand, --evidence, --round',
          'need one of them: what is the holder to be slashed for?',
        );
      if (args.out !== undefined && args.round === undefined)
        throw new SettingError('--out', 'needs --round beside it');
      if (args.out !== undefined && existsSync(args.out))
        throw new SettingError('--out', `${args.out} is there already: name another file`);
      const { client, fromBlock } = await named(args, payingKey('the gas'));
      const now = await viewNow(client, fromBlock);
      const offence =
        args.demand !== undefined
          ? withheld(client, runMeant(now, { id: args.run }), args.demand, now.time)
          : args.evidence !== undefined
            ? spoke(client, await readEvidence(args.evidence, client.deployment))
            : spoke(client, await heard(client, now, args, render));
      const { transaction, block, gas } = await offence.land();
      const burned = (await getFacts(client, block, block)).flatMap((fact) =>
        fact.kind === 'slashed' && fact.aggregator === offence.holder ? [fact.amount] : [],
      );
      const amount = burned.reduce((sum, each) => sum + each, 0n);
      for (const line of offence.says) render.line(`  ${line}`, 'bad');
      render.line(
        `  ${formatEther(amount)} ether of ${offence.holder} are burned, in transaction ${transaction}`,
        'good',
      );
      if (args.json === true)
        render.document({
          holder: offence.holder,
          ...offence.facts,
          burnedWei: String(amount),
          transaction,
          block,
          gas,
        });
    },
  }),
);

/** Bytes that were not published. Throws SettingError saying what must come first. */
function withheld(client: ConcordClient, run: RunView, id: string, now: number): Offence {
  const { demandId, demand } = demandMeant(run, id, () => true);
  const { holder, piece, round, attempt, state, origin } = demand;
  const refuse = (why: string): never => {
    throw new SettingError('--demand', `${demandId} ${why}`);
  };
  if (state === 'answered') refuse(`was answered in block ${origin.block}: nobody owes anything`);
  if (state === 'open') refuse('is not forfeited: “concord forfeit” comes first, once it is due');
  const from = slashableFrom(demand, run);
  if (now < from) refuse(`can be answered until ${momentOf(from, now)}: from then on the stake can be burned`);
  return {
    holder,
    says: [`${holder} withheld ${piece} of round ${round}, attempt ${attempt}`],
    facts: { offence: 'withheld', runId: run.charterId, demandId, piece, round, attempt },
    land: () => slashWithheld(client, demandId),
  };
}

/** Two tongues. */
function spoke(client: ConcordClient, { holder, said }: TwoTongues): Offence {
  const { kind, runId, round, attempt } = said[0].statement;
  const differ = differencesIn(said);
  return {
    holder,
    says: [
      `${holder} signed two different ${kind} in round ${round}, attempt ${attempt}:`,
      ...differ.map((words) => `  ${words}`),
    ],
    facts: { offence: 'two tongues', kind, runId, round, attempt, said: differ },
    land: () => slashEquivocation(client, { holder, said }),
  };
}

interface Asked {
  readonly run?: string | undefined;
  readonly round?: string | undefined;
  readonly attempt: string;
  readonly source?: string | undefined;
  readonly out?: string | undefined;
}

/** What the chain shows that holders said about their sums, whose digests are its records. */
async function landedIn(client: ConcordClient, run: RunView, round: number, attempt: number): Promise<readonly Said[]> {
  const view = run.attempts.find((each) => each.round === round && each.attempt === attempt);
  const shares = view?.unmasked?.shareDigests ?? [];
  const said = shares.map((_, i) =>
    promisedShare(client, run, view!, i + 1).catch((error: unknown) => {
      if (error instanceof PromiseError) return undefined;
      throw error;
    }),
  );
  return (await Promise.all(said)).filter((each) => each !== undefined);
}

/** Asks everybody twice, compares it with what landed, and keeps what the first liar said where `--out` wants it. Throws SettingError where nobody lies. */
async function heard(client: ConcordClient, now: Now, args: Asked, render: Renderer): Promise<TwoTongues> {
  const run = runMeant(now, { id: args.run });
  const round = integer(0, 0xffffffff)(args.round, '--round');
  const attempt = integer(0, 0xffffffff)(args.attempt, '--attempt');
  const announced = [...run.endpoints.values(), ...now.view.endpoints.values()];
  const sources = args.source === undefined ? [...new Set(announced)] : [args.source];
  const about = { runId: run.charterId, round, attempt };
  const ask = () => Promise.all(KINDS.map((kind) => heardFrom(sources, client.deployment, kind, about)));
  const landed = await landedIn(client, run, round, attempt);
  const all = [landed, ...(await ask()), ...(await ask())].flat();
  const staked = now.view.roster.map(({ address }) => address);
  const found = twoTonguesIn(client.deployment, all);
  // Whoever has nothing at stake may have signed anything: it costs nothing, and must not hide who has.
  const [first, ...others] = found.filter(({ holder }) => staked.includes(holder)).concat(found);
  if (!first)
    throw new SettingError(
      '--round',
      `${sources.length} endpoints were asked twice about round ${round}, attempt ${attempt}: of ${all.length} statements no two of one holder differ, so nobody is slashed`,
    );
  if (args.out !== undefined) {
    writeFileSync(args.out, encodeEvidence(first), { flag: 'wx' });
    render.line(`  what ${first.holder} said is in ${args.out}: “concord slash --evidence” shows it again`);
  }
  const more = new Set(others.map(({ holder }) => holder).filter((holder) => holder !== first.holder));
  if (more.size > 0) render.line(`  so did ${[...more].join(', ')}: run it again for each`, 'warn');
  return first;
}
