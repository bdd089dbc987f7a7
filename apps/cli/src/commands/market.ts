import { clear, type Cleared, digestOf, pairs, unitPrice, unitsOf } from '@concord/planner';
import {
  type Address,
  askInMarket,
  type ConcordClient,
  marketTime,
  type MarketWindow,
  owedInMarket,
  payOutAsk,
  readMarketWindow,
  readSettledWindow,
  refundWant,
  settleMarket,
  wantInMarket,
  withdrawFromMarket,
} from '@concord/sdk';
import { defineCommand } from 'citty';
import { bytesToHex, hexToBytes } from 'viem';
import { connect, runMeant, viewNow } from '../connect.ts';
import { createRenderer, type Renderer, thousands } from '../render.ts';
import { integer, SettingError } from '../settings/checks.ts';
import { readKey } from '../settings/keyFile.ts';
import { readSettings, settingArgs } from '../settings/settings.ts';
import { verb } from '../verb.ts';

const json = { json: { type: 'boolean', description: 'write the facts as JSON, alone on stdout' } } as const;
const windowArg = (which: string) =>
  ({ window: { type: 'string', description: `number of the window (default: ${which})` } }) as const;

type Args = Readonly<Record<string, unknown>> & {
  readonly json?: boolean | undefined;
  readonly window?: string | undefined;
};

interface Paying {
  readonly client: ConcordClient;
  readonly account: Address;
  readonly fromBlock: bigint;
  readonly window: bigint;
  readonly render: Renderer;
}

/** Who pays, and the window that is meant: as named, or so many periods from now. */
async function paying(args: Args, ahead: bigint): Promise<Paying> {
  const settings = readSettings(args);
  const named = args.window === undefined ? undefined : integer(0)(args.window, '--window');
  const { privateKey, address } = readKey(settings.need('key'));
  const { client, fromBlock } = await connect(settings, privateKey);
  const { period } = await marketTime(client);
  const window = named === undefined ? period + ahead : BigInt(named);
  return { client, account: address, fromBlock, window, render: createRenderer({ json: args.json === true }) };
}

const wei = (value: string | undefined, key: string): bigint => {
  if (value === undefined || !/^\d{1,20}$/.test(value))
    throw new SettingError(key, `have ${value ?? 'nothing'}, need an amount in wei, digits alone`);
  return BigInt(value);
};
const UNITS_MOST = 2 ** 32 - 1;

const ask = verb(
  {
    example: 'concord market ask --units 200000 --per-check 900000 --per-byte 3 --folder holder',
    next: 'Two periods later anybody settles the window (“concord market settle”), then “concord market collect” brings what you sold. An ask binds.',
  },
  defineCommand({
    meta: {
      name: 'ask',
      description:
        'Offer an aggregator’s work for the window that is open for asks. You are paid one price that is above your own, or sell nothing.',
    },
    args: {
      ...settingArgs('rpc', 'deployment', 'key'),
      units: {
        type: 'string',
        required: true,
        description: 'how many, 1,024 at least: one is a share of a report checked, per begun 64 KiB',
      },
      'per-check': { type: 'string', required: true, description: 'wei for the check of a unit' },
      'per-byte': { type: 'string', default: '0', description: 'wei for each byte of it' },
      ...windowArg('the one that is open for asks'),
      ...json,
    },
    run: async ({ args }) => {
      const units = integer(1, UNITS_MOST)(args.units, '--units');
      const [perCheck, perByte] = [wei(args['per-check'], '--per-check'), wei(args['per-byte'], '--per-byte')];
      const { client, account, window, render } = await paying(args, 3n);
      const { transaction, gas } = await askInMarket(client, { window, perCheck, perByte, units });
      const price = unitPrice(perCheck, perByte);
      render.line(
        `  ${account} offers ${thousands(units)} units in window ${window} for ${thousands(price)} wei each or more`,
        'good',
      );
      if (args.json === true) render.document({ window, account, units, price, transaction, gas });
    },
  }),
);

const want = verb(
  {
    example: 'concord market want --rounds 4 --limit 1500000 --folder hospital-a',
    next: 'A period later anybody settles the window (“concord market settle”), then “concord market collect” brings back what you left and did not pay.',
  },
  defineCommand({
    meta: {
      name: 'want',
      description:
        'Want aggregators’ work for your run in the window that is open for wants, and leave all that it could cost.',
    },
    args: {
      ...settingArgs('rpc', 'deployment', 'key'),
      run: { type: 'string', description: 'run id (= charter id); needless where there is only one' },
      units: { type: 'string', description: 'how many' },
      rounds: { type: 'string', description: 'as many as so many rounds of the run take, instead of --units' },
      limit: { type: 'string', required: true, description: 'the most that a unit may cost, wei' },
      ...windowArg('the one that is open for wants'),
      ...json,
    },
    run: async ({ args }) => {
      const limit = wei(args.limit, '--limit');
      if ((args.units === undefined) === (args.rounds === undefined))
        throw new SettingError('--units', 'need either --units or --rounds');
      const counted =
        args.units === undefined ? integer(1)(args.rounds, '--rounds') : integer(1, UNITS_MOST)(args.units, '--units');
      const { client, account, fromBlock, window, render } = await paying(args, 2n);
      const run = runMeant(await viewNow(client, fromBlock), { id: args.run });
      const units = args.units === undefined ? counted * unitsOf(run.charter) : counted;
      if (units > UNITS_MOST)
        throw new SettingError('--rounds', `these rounds take ${units} units, more than a window has: name fewer`);
      const wish = { window, charterId: run.charterId, limit, units };
      const { transaction, gas } = await wantInMarket(client, wish);
      const deposit = limit * BigInt(units);
      render.line(
        `  ${account} wants ${thousands(units)} units in window ${window} for at most ${thousands(limit)} wei each`,
        'good',
      );
      render.line(`  ${thousands(deposit)} wei are left until the window is settled`);
      if (args.json === true) render.document({ ...wish, account, deposit, transaction, gas });
    },
  }),
);

const present = <T>(kept: readonly (T | undefined)[]): readonly T[] | undefined =>
  kept.every((each) => each !== undefined) ? (kept as readonly T[]) : undefined;

/** What a window comes to; undefined once somebody was paid, whose ask or want is no longer there. */
function clearedOf({ asks, wants }: MarketWindow): Cleared | undefined {
  const [asked, wanted] = [present(asks), present(wants)];
  return asked && wanted && clear(asked, wanted);
}

const settle = verb(
  {
    example: 'concord market settle --folder relayer',
    next: 'Everybody takes what is due: “concord market collect”. Who serves whom is drawn by the hash of the next block (“concord market status --window”).',
  },
  defineCommand({
    meta: {
      name: 'settle',
      description: 'Settle the window that begins next: anybody may, and only its own price is taken.',
    },
    args: { ...settingArgs('rpc', 'deployment', 'key'), ...windowArg('the one that begins next'), ...json },
    run: async ({ args }) => {
      const { client, window, render } = await paying(args, 1n);
      const held = await readMarketWindow(client, window);
      if (held.settled)
        throw new SettingError('--window', `${window} is settled already: “concord market collect” takes what is due`);
      const cleared = clearedOf(held);
      if (!cleared || cleared.traded === 0)
        throw new SettingError(
          '--window',
          `nothing changes hands in ${window} (${held.asks.length} asks, ${held.wants.length} wants): deposits go back once it has begun`,
        );
      const { transaction, gas } = await settleMarket(client, { window, ...cleared });
      render.line(
        `  window ${window}: ${thousands(cleared.traded)} units change hands for ${thousands(cleared.price)} wei each, ${thousands(gas)} gas`,
        'good',
      );
      if (args.json === true) render.document({ window, ...cleared, transaction, gas });
    },
  }),
);

const collect = verb(
  {
    example: 'concord market collect --window 2990123 --folder holder',
    next: 'Ask or want again: “concord market status” says which windows are open.',
  },
  defineCommand({
    meta: {
      name: 'collect',
      description: 'Take what a window owes to this key: what it sold, or what it left and did not pay.',
    },
    args: { ...settingArgs('rpc', 'deployment', 'key'), ...windowArg('the one that is served now'), ...json },
    run: async ({ args }) => {
      const { client, account, window, render } = await paying(args, 0n);
      const { asks, wants, settled } = await readMarketWindow(client, window);
      const mine = <T extends { readonly account: Address }>(kept: readonly (T | undefined)[]): number[] =>
        [...kept.keys()].filter((i) => kept[i]?.account === account);
      const sold = settled ? mine(asks).filter((i) => asks[i]!.price < settled.price) : [];
      const landed = [];
      for (const i of sold) landed.push({ ask: i, ...(await payOutAsk(client, window, i)) });
      for (const i of mine(wants)) landed.push({ want: i, ...(await refundWant(client, window, i)) });
      if ((await owedInMarket(client, account)) > 0n) landed.push(await withdrawFromMarket(client));
      if (landed.length === 0) render.line(`  window ${window} owes ${account} nothing`, 'warn');
      else
        render.line(
          `  window ${window}: ${landed.length} payment${landed.length === 1 ? '' : 's'} taken by ${account}`,
          'good',
        );
      if (args.json === true) render.document({ window, account, taken: landed });
    },
  }),
);

interface Served {
  readonly aggregator: Address;
  readonly charterId: string;
  readonly units: number;
}

/** Who serves whom in a settled window [MK9]; undefined before the block after. Throws when the chain contradicts itself. */
async function servedIn(
  client: ConcordClient,
  window: bigint,
  fromBlock: bigint,
): Promise<readonly Served[] | undefined> {
  const settled = await readSettledWindow(client, window, fromBlock);
  if (!settled?.beacon) return undefined;
  const { asks, wants, beacon, digest } = settled;
  const cleared = clear(asks, wants);
  if (bytesToHex(digestOf(cleared)) !== digest)
    throw new SettingError(
      '--rpc',
      `the events of window ${window} do not come to the amounts that were settled: ask another node of the chain`,
    );
  const found = pairs(hexToBytes(beacon), cleared.sold, cleared.bought);
  return found.map((pair) => ({
    aggregator: asks[pair.ask]!.account,
    charterId: wants[pair.want]!.charterId,
    units: pair.units,
  }));
}

const status = verb(
  {
    example: 'concord market status --rpc http://10.0.0.5:8545',
    next: '“concord market ask” for the window that is open for asks, “want” for the one open for wants, “settle” for the one that begins next.',
  },
  defineCommand({
    meta: {
      name: 'status',
      description: 'Say which windows are open for what, and what one holds or came to and who serves whom in it.',
    },
    args: { ...settingArgs('rpc', 'deployment'), ...windowArg('all that are open'), ...json },
    run: async ({ args }) => {
      const render = createRenderer({ json: args.json === true });
      const named = args.window === undefined ? undefined : BigInt(integer(0)(args.window, '--window'));
      const { client, fromBlock } = await connect(readSettings(args));
      const { period, seconds } = await marketTime(client);
      const numbers = named === undefined ? [3n, 2n, 1n, 0n].map((ahead) => period + ahead) : [named];
      const windows = await Promise.all(numbers.map((number) => readMarketWindow(client, number)));
      render.line(`  period ${period}, ${seconds} s each`);
      const stage = (window: bigint): string =>
        ['is served now', 'is settled now', 'is wanted now', 'is asked for now'][Number(window - period)] ??
        (window < period ? 'is over' : 'is still to come');
      const told = windows.map((each) => ({ ...each, stage: stage(each.window), comesTo: clearedOf(each) }));
      render.table([
        ['window', 'asks', 'units on offer', 'wants', 'units traded', 'wei a unit'],
        ...told.map(({ window, stage: now, asks, offered, wants, settled, comesTo }) => [
          `${window} ${now}`,
          ...[`${asks.length}`, thousands(offered), `${wants.length}`],
          comesTo && comesTo.traded > 0 ? thousands(comesTo.traded) : '–',
          settled
            ? thousands(settled.price)
            : comesTo && comesTo.traded > 0
              ? `${thousands(comesTo.price)} if settled now`
              : '–',
        ]),
      ]);
      const served = named === undefined ? undefined : await servedIn(client, named, fromBlock);
      if (served)
        render.table([
          ['aggregator', 'serves', 'units'],
          ...served.map(({ aggregator, charterId, units }) => [aggregator, charterId, thousands(units)]),
        ]);
      if (args.json === true) render.document({ period, seconds, windows: told, ...(served && { served }) });
    },
  }),
);

/** `concord market`: aggregators' work among many runs (spec/market.md). */
export const market = defineCommand({
  meta: { name: 'market', description: 'Aggregators’ work among many runs: ask, want, settle, collect.' },
  subCommands: { ask, want, settle, collect, status },
});
