import { describe, test } from 'node:test';
import { assertFails, records } from '../../../testing/src/audited.ts';
import { editFact, factOf, other, type Records } from '../../../testing/src/tamper.ts';
import type { Fact } from '../facts.ts';

const LAST = -1;
const uploads = factOf(records, 'uploadsClosed', LAST);

describe('facts that break the charter', () => {
  const charterWith = (change: (fact: ReturnType<typeof proposed>) => Fact): Records =>
    editFact(records, 'proposed', 0, change);
  const proposed = () => factOf(records, 'proposed', 0);

  test('[CH1] another charter under the same id', () =>
    assertFails(
      charterWith((fact) => ({ ...fact, charter: { ...fact.charter, version: 3 } })),
      'CH1',
      /hashes to/,
    ));

  test('[AG1] parameters below a floor', () =>
    assertFails(
      charterWith((fact) => ({
        ...fact,
        charter: { ...fact.charter, aggregation: { ...fact.charter.aggregation, sigma: 2n } },
      })),
      'AG1',
      /sigma is 2/,
    ));

  test('[CH3] a run that started from another model', () =>
    assertFails(
      charterWith((fact) => ({
        ...fact,
        charter: { ...fact.charter, initialModel: other(fact.charter.initialModel) },
      })),
      'CH3',
      /the text starts from/,
    ));

  test('[CH4] more privacy spent than the cap', () =>
    assertFails(
      charterWith((fact) => ({
        ...fact,
        charter: { ...fact.charter, limits: { ...fact.charter.limits, epsilonCap: 7n * 10n ** 18n } },
      })),
      'CH4',
      /round 1, attempt 1: ε 7\.\d+, the cap is 7/,
    ));

  test('[CH5] fewer updates than the minimum cohort', () =>
    assertFails(
      editFact(records, 'verified', LAST, (fact) => ({ ...fact, updates: 2 })),
      'CH5',
      /opened 2 updates, at least 3/,
    ));

  test('[CH6] a vote, an endpoint or a seat of somebody who is no member', async () => {
    const stranger = '0x00000000000000000000000000000000000000ff';
    await assertFails(
      editFact(records, 'voted', 3, (fact) => ({ ...fact, voter: stranger })),
      'CH6',
      /voted and is no/,
    );
    await assertFails(
      editFact(records, 'joined', 0, (fact) => ({ ...fact, member: stranger })),
      'CH6',
      /joined and is no/,
    );
    const seats = (fact: Fact & { kind: 'seated' }) =>
      fact.seats.map((seat, i) => (i ? seat : { ...seat, holder: stranger }));
    await assertFails(
      editFact(records, 'seated', 0, (fact) => ({ ...fact, seats: seats(fact) }) as Fact),
      'CH6',
      /sat and is no/,
    );
  });

  test('[CH11] a vote without a majority, or after the vote had closed', async () => {
    const against = records.facts.map((fact) => (fact.kind === 'voted' ? { ...fact, support: false } : fact));
    await assertFails({ ...records, facts: against }, 'CH11', /0 of 4 members voted for it, 4 against/);
    const late = editFact(records, 'voted', 0, (fact) => ({
      ...fact,
      origin: { ...fact.origin, time: fact.origin.time + 601 },
    }));
    await assertFails(late, 'CH11', /voted \d+ s late/);
  });

  test('[CH7] a committee that is not the one in the hash, too small, or out of order', async () => {
    const lies: readonly ((fact: Fact & { kind: 'seated' }) => Fact)[] = [
      (fact) => ({ ...fact, committeeHash: other(fact.committeeHash) }),
      (fact) => ({ ...fact, seats: fact.seats.slice(1) }),
      (fact) => ({ ...fact, seats: fact.seats.toReversed() }),
    ];
    for (const lie of lies) await assertFails(editFact(records, 'seated', 0, lie), 'CH7', /round 0, attempt 0/);
  });

  test('[CH8] an attempt seated after the sunset, or more gas than the cap', async () => {
    const limits = (change: object) =>
      charterWith((fact) => ({ ...fact, charter: { ...fact.charter, limits: { ...fact.charter.limits, ...change } } }));
    await assertFails(limits({ sunset: 1_700_000_012n }), 'CH8', /after the sunset/);
    await assertFails(limits({ gasCap: 1_000_000n }), 'CH8', /the cap is 1000000/);
  });

  test('[RD4] a transition past its deadline, or a void before it', async () => {
    const delay =
      (seconds: number) =>
      (fact: Fact): Fact => ({
        ...fact,
        origin: { ...fact.origin, time: fact.origin.time + seconds },
      });
    await assertFails(editFact(records, 'opened', 0, delay(600)), 'RD4', /round 0, attempt 0: opened came \d+ s late/);
    await assertFails(editFact(records, 'voided', 0, delay(-2)), 'RD4', /was void \d+ s before its deadline/);
  });

  test('[RD7] a fact that is missing or told twice', async () => {
    const without = records.facts.filter((fact) => fact !== uploads);
    await assertFails({ ...records, facts: without }, 'RD7', /queried .*cannot follow phase UPLOAD/);
    const twice = records.facts.flatMap((fact) => (fact === uploads ? [fact, fact] : [fact]));
    await assertFails({ ...records, facts: twice }, 'RD7', /uploadsClosed .*cannot follow phase QUERY/);
  });

  test('[LG1] a charge that is less than its price', () =>
    assertFails(
      editFact(records, 'verified', LAST, (fact) => ({ ...fact, rho: fact.rho - 1n })),
      'LG1',
      /the price is/,
    ));

  test('[LG3] a refund', () => {
    const first = factOf(records, 'verified', 0);
    return assertFails(
      editFact(records, 'verified', LAST, (fact) => ({ ...fact, rho: first.rho })),
      'LG1',
      /ρ rose from/,
    );
  });
});
