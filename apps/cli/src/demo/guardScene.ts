/**
 * The run's model before a wallet, as an application would put it there: the guard pulls it by its charter's id through
 * an EIP-1193 provider, holds it against the chain, and judges payments to accounts that nobody trained on.
 */
import { performance } from 'node:perf_hooks';
import {
  COLUMN_NAMES,
  fromGateways,
  guard,
  type GuardOptions,
  isBlank,
  type KnownColumns,
  type Level,
  scoreOf,
  short,
} from '@concord/guard';
import type { Address, ConcordClient, Hex } from '@concord/sdk';
import type { Table } from '@concord/trainer';
import { bytesToHex } from 'viem';
import { halves } from '../model/evaluation.ts';
import type { Renderer } from '../render.ts';
import type { Judged } from './judge.ts';

/** What the guard said about a payment to an account. */
export interface GuardedAccount {
  readonly address: Address;
  /** What the table says; null for an account that is not in it. */
  readonly label: 'illicit' | 'ordinary' | null;
  /** “unknown” is “not checked”. */
  readonly level: Level;
  /** The logit in 2^-16, where the model was asked. */
  readonly score: number | null;
  readonly reasons: readonly string[];
}

/** Accounts of one label by what the guard says of them. */
export interface Levels {
  readonly of: number;
  readonly warned: number;
  readonly notChecked: number;
}

export interface GuardFacts {
  readonly charterId: Hex;
  readonly modelId: Hex;
  /** Milliseconds from the charter's id to a model that the chain vouches for. */
  readonly milliseconds: number;
  /** Logits above it warn, 2^-16: chosen for 1 % false alarms on half of the held-out accounts. */
  readonly warnAbove: number;
  /** Whose columns of the accounts these are: their histories are on no chain that is asked here. */
  readonly columns: string;
  readonly accounts: readonly GuardedAccount[];
  /** The other half of the held-out accounts, all of them. */
  readonly heldOut: { readonly illicit: Levels; readonly ordinary: Levels };
  /** Whether the guard's scores of all held-out accounts are those that the contract's integers give. */
  readonly equal: boolean;
}

export interface GuardScene {
  readonly client: ConcordClient;
  readonly charterId: Hex;
  /** Who serves the run's bytes. */
  readonly endpoints: readonly string[];
  readonly warnAbove: number;
  readonly test: Table;
  readonly addressColumn: string;
  readonly synthetic: boolean;
  readonly judged: Judged;
}

/** Accounts of each label that are told by name: spread evenly over the half that chose no bound, whatever the guard says. */
const NAMED = 3;
/** The scene is about verdicts; a machine that also trains may be slower than a person would wait. */
const MILLISECONDS = 20_000;

/** What a table says of each account, by address; a blank is 0, as the charter has it. */
function knownFrom({ header, rows }: Table, addressColumn: string, source: string): Map<Address, KnownColumns> {
  const places = [...COLUMN_NAMES].map((name) => [name, header.indexOf(name)] as const);
  const addressAt = header.indexOf(addressColumn);
  return new Map(
    rows.map((row) => [
      row[addressAt] as Address,
      { source, columns: new Map(places.map(([name, at]) => [name, Number(row[at])])) },
    ]),
  );
}

const payment = (to: Address) => ({ method: 'eth_sendTransaction', params: [{ to, value: '0xde0b6b3a7640000' }] });

/** Rejects with UnverifiedModelError when the chain does not vouch for the model, BlobError when nobody has its bytes. */
export async function askTheGuard(scene: GuardScene): Promise<GuardFacts> {
  const { client, charterId, endpoints, warnAbove, test, addressColumn, synthetic, judged } = scene;
  const source = synthetic ? 'this program’s own invention' : 'as the authors of the data set published them';
  const table = knownFrom(test, addressColumn, source);
  const known = [...table];
  const { chainId, charters, rounds } = client.deployment;
  const options: GuardOptions = {
    model: {
      place: { chainId, charters, rounds },
      charterId,
      // Whoever serves the bytes is not believed: the hashes on chain are.
      source: fromGateways({ gateways: endpoints }),
    },
    warnAbove,
    columns: (account) => table.get(account),
    limits: { milliseconds: MILLISECONDS },
    decide: () => 'reject',
  };
  const provider = { request: (request: object) => client.reader.request(request as never) as Promise<unknown> };
  const { check, change } = guard(provider, options);
  const began = performance.now();
  const model = await change(charterId, options.model.source);
  const milliseconds = performance.now() - began;

  const asked = async (address: Address, label: GuardedAccount['label']): Promise<GuardedAccount> => {
    const { level, reasons, score } = await check(payment(address));
    return { address, label, level, score: score ?? null, reasons };
  };
  const [, measured] = halves(judged.labels);
  const labelled = (label: 0 | 1): number[] => measured.filter((row) => judged.labels[row] === label);
  const accounts: GuardedAccount[] = [];
  for (const [label, rows] of [
    ['illicit', labelled(1)],
    ['ordinary', labelled(0)],
  ] as const)
    for (let i = 0; i < Math.min(NAMED, rows.length); i++)
      accounts.push(await asked(known[rows[Math.floor(((i + 0.5) * rows.length) / NAMED)]!]![0], label));
  // Nobody has its key, so it has no past on any chain.
  accounts.push(await asked(bytesToHex(crypto.getRandomValues(new Uint8Array(20))), null));

  const scores = known.map(([, { columns }]) => scoreOf(model, columns).score);
  const levels = (label: 0 | 1): Levels => {
    const rows = labelled(label);
    const [blank, checked] = [true, false].map((is) => rows.filter((row) => isBlank(known[row]![1].columns) === is));
    const warned = checked!.filter((row) => scores[row]! > warnAbove).length;
    return { of: rows.length, warned, notChecked: blank!.length };
  };
  return {
    ...{ charterId, modelId: model.modelId, milliseconds, warnAbove, columns: source, accounts },
    heldOut: { illicit: levels(1), ordinary: levels(0) },
    equal: scores.every((score, i) => score === judged.logits[i]),
  };
}

const TOLD = { warn: ['warn', 'bad'], allow: ['allow', 'good'], unknown: ['not checked', 'warn'] } as const;

export function showGuard(render: Renderer, facts: GuardFacts): void {
  const { charterId, modelId, milliseconds, warnAbove, columns, accounts, heldOut, equal } = facts;
  render.title('The guard: what a wallet would say before it pays an account that nobody trained on');
  render.line(
    `  model ${modelId.slice(0, 18)}… pulled by charter ${charterId.slice(0, 18)}… through the wallet’s provider: charter → run → model hold [GU8], ${milliseconds.toFixed(0)} ms`,
    'good',
  );
  render.prose(
    `It warns above a logit of ${(warnAbove / 2 ** 16).toFixed(2)}, chosen for 1 % false alarms on half of the held-out accounts; all below are of the other half, ${NAMED} of each label spread evenly over the table, whatever is said of them. This chain knows nothing of their past: their columns are ${columns}.`,
    '  ',
  );
  for (const { address, label, level, reasons } of accounts) {
    const [word, tone] = TOLD[level];
    const said = label === null ? 'a new account' : `labelled ${label}`;
    // The first sentence is the level in words, the last is said above.
    const why = level === 'unknown' ? reasons : reasons.slice(1, -1);
    render.prose(why.join(' '), `  ${short(address)}  ${render.paint(word.padEnd(11), tone)}  ${said.padEnd(17)}  `);
  }
  const { illicit, ordinary } = heldOut;
  const unchecked = illicit.notChecked + ordinary.notChecked;
  render.line(
    `  of ${illicit.of} labelled illicit it warns about ${illicit.warned}, of ${ordinary.of} labelled ordinary about ${ordinary.warned} (${((100 * ordinary.warned) / Math.max(1, ordinary.of)).toFixed(1)} %)${unchecked > 0 ? `; ${unchecked} without a past are not checked` : ''}`,
  );
  render.line(
    equal
      ? '  its scores of all held-out accounts are bit for bit those of the contract’s integers'
      : '  its scores are NOT those of the contract’s integers',
    equal ? 'good' : 'bad',
  );
}
