/** What the relayer has left to pay with: its own balance beside what the next rounds will cost. */
import { type ConcordClient, gasCost, type RunView } from '@concord/sdk';
import { formatEther } from 'viem';
import type { Head, Log } from '../ports.ts';

/** How often the balance is asked for, milliseconds. */
const EVERY = 30_000;
/** Rounds that a purse should be good for before it is called low. */
const ROUNDS_AHEAD = 3n;
/** Gas of the dearest round where no run is known yet: a consortium of 16. */
const DEAR_ROUND = 1_500_000;

export interface Purse {
  /** Asks the chain again, unless that was done just now. Never rejects. */
  look(head: Head): Promise<void>;
  status(): object;
}

const dearest = (runs: Iterable<RunView>): bigint => {
  const open = [...runs].filter(({ finished }) => !finished).map(({ charter }) => gasCost(charter).firstRound);
  return BigInt(Math.max(...open, open.length === 0 ? DEAR_ROUND : 0));
};

/** The purse of the client's own account; `now` in milliseconds. */
export function createPurse({ reader, writer }: ConcordClient, log: Log, now: () => number): Purse {
  const address = writer?.wallet.account.address;
  let asked = Number.NEGATIVE_INFINITY;
  let last: { readonly balance: bigint; readonly roundsLeft: bigint } | undefined;
  return {
    async look({ view }) {
      if (address === undefined || now() - asked < EVERY) return;
      asked = now();
      try {
        const [balance, price] = await Promise.all([reader.getBalance({ address }), reader.getGasPrice()]);
        const round = dearest(view.runs.values()) * price;
        const roundsLeft = round === 0n ? ROUNDS_AHEAD : balance / round;
        last = { balance, roundsLeft };
        if (roundsLeft < ROUNDS_AHEAD)
          log('low balance', {
            relayer: address,
            ether: formatEther(balance),
            roundsLeft,
            todo: `send about ${formatEther(20n * round)} ether to ${address}, or runs will stand still`,
          });
      } catch (error) {
        log('balance unknown', { reason: error instanceof Error ? error.message : String(error) });
      }
    },
    status: () => (last ? { balance: formatEther(last.balance), roundsLeft: Number(last.roundsLeft) } : {}),
  };
}
