import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  decodeCharterText,
  decodeRunState,
  encodeRunState,
  merkleRoot,
  runStateHash,
  startState,
} from '@concord/protocol';
import { bytesToHex, hexToBytes } from 'viem';
import { assertFails, audit, clauseOf, records, run } from '../../../testing/src/audited.ts';
import { smallText } from '../../../testing/src/charter.ts';
import {
  blobOf,
  corrupt,
  editFact,
  factOf,
  fileOf,
  forge,
  forgeFile,
  lose,
  other,
  type Records,
} from '../../../testing/src/tamper.ts';
import type { Fact, Hex } from '../facts.ts';
import { digestsIn } from '../pieces.ts';
import {
  decodeFileList,
  decodeHeaderBlob,
  decodeVerifierFile,
  encodeHeaderBlob,
  encodeVerifierFile,
  type Finding,
  headersRoot,
  memberOf,
} from '../records.ts';
import { type ClauseId, Findings } from './clauses.ts';
import { checkUse } from './use.ts';

const LAST = -1;
const noise = factOf(records, 'noiseClosed', LAST);
const uploads = factOf(records, 'uploadsClosed', LAST);
const verified = factOf(records, 'verified', LAST);
const unmasked = factOf(records, 'unmasked', LAST);
const settled = factOf(records, 'settled', LAST);
const reports = decodeHeaderBlob(blobOf(records, uploads.blob), 4)!;
const files = decodeFileList(blobOf(records, verified.blob))!.map((digest) => bytesToHex(digest));
/** The first piece of a file. */
const pieceOf = (digest: Hex): Hex => digestsIn(blobOf(records, digest))![0]!;
const holders = run.members.map(({ address }) => address);

test('an honest run passes, clause by clause, with one member refused in each round', async () => {
  const found = await audit(records);
  assert.equal(found.verdict, 'PASS');
  for (const { verdict } of found.clauses) assert(verdict === 'PASS' || verdict === 'NOT ENFORCED IN THIS VERSION');
  const refused = clauseOf(found, 'AG14').evidence!.match(/update report of 0x[0-9a-f]{40}: NORM_OUTPUT/g);
  assert.deepEqual(new Set(refused), new Set([`update report of ${holders[1]}: NORM_OUTPUT`]));
  assert.equal(refused?.length, 2);
  // A refused member leaves its noise report in: 3 updates and 4 noise reports a round.
  assert.match(clauseOf(found, 'AG14').evidence!, /^14 reports counted/);
  for (const id of ['CH2', 'CH9', 'CH12'])
    assert.equal(found.clauses.find((clause) => clause.id === id)?.verdict, 'NOT ENFORCED IN THIS VERSION');
});

describe('every kind of blob', () => {
  const kinds: readonly [what: string, digest: Hex, id: ClauseId, promisedBy: readonly Hex[]][] = [
    ['charter text', run.charter.textDigest, 'CH1', holders],
    ['list of noise reports', noise.blob, 'AG11', holders],
    ['list of update reports', uploads.blob, 'AG11', holders],
    ['report', bytesToHex(reports[0]!.reportDigest), 'AG15', []],
    ['list of verifier files', verified.blob, 'AG13', holders],
    ['verifier file’s list', files[2]!, 'AG13', [holders[2]!]],
    ['verifier file', pieceOf(files[2]!), 'AG13', [holders[2]!]],
    ['aggregate share’s list', unmasked.shareDigests[3]!, 'AG17', [holders[3]!]],
    ['aggregate share', pieceOf(unmasked.shareDigests[3]!), 'AG17', [holders[3]!]],
    ['model state', settled.blob, 'LR10', holders],
  ];
  for (const [what, digest, id, promisedBy] of kinds) {
    test(`[${id}] ${what} with one bit flipped fails`, () =>
      assertFails(corrupt(records, digest), id, new RegExp(digest)));

    test(`[${id}] ${what} lost leaves the verdict open and names who promised it`, async () => {
      const found = await audit(lose(records, digest));
      assert.equal(found.verdict, 'INCOMPLETE');
      const { verdict, evidence } = clauseOf(found, id);
      assert.equal(verdict, 'INCOMPLETE');
      assert.match(evidence!, new RegExp(`SHA-256 ${digest}, promised by 0x`));
      for (const address of promisedBy) assert.match(evidence!, new RegExp(address));
      assert(!found.clauses.some((clause) => clause.verdict === 'FAIL'));
    });
  }
});

/** The records with verifier file `share` changed, and everything signed over it changed along. */
function forgeFindings(share: number, change: (findings: Finding[]) => void): Records {
  const file = decodeVerifierFile(fileOf(records, files[share - 1]!))!;
  const findings = [...file.findings];
  change(findings);
  const forged = forgeFile(records, files[share - 1]!, encodeVerifierFile({ share, findings }));
  return editFact(forged, 'verified', LAST, (fact) => ({
    ...fact,
    verifierRoot: bytesToHex(merkleRoot(decodeFileList(blobOf(forged, fact.blob))!)),
  }));
}

const flipped = (bytes: Uint8Array, at = 0): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  copy[at]! ^= 1;
  return copy;
};

describe('lies that the whole committee signed', () => {
  const masked = (): Records => {
    const digest = bytesToHex(reports[0]!.reportDigest);
    const bytes = blobOf(records, digest);
    return forge(records, digest, flipped(bytes, bytes.length >> 1));
  };

  test('[AG15] a report whose body is not what its header commits to was counted', () =>
    assertFails(masked(), 'AG15', /counted: round 1, attempt 1: update report of 0x[0-9a-f]{40}: Y1_ROOT/));

  test('[AG15] the same report does no harm where it was left out', async () => {
    const bytes = blobOf(records, bytesToHex(reports[1]!.reportDigest));
    assert.equal(bytesToHex(memberOf(reports[1]!)), holders[1]);
    const found = await audit(forge(records, bytesToHex(reports[1]!.reportDigest), flipped(bytes, bytes.length >> 1)));
    assert.equal(found.verdict, 'PASS');
    assert.match(clauseOf(found, 'AG14').evidence!, new RegExp(`round 1, .* report of ${holders[1]}: Y1_ROOT`));
  });

  test('[AG15] a header that its member did not sign', () => {
    const entries = [...reports];
    entries[0] = { ...reports[0]!, signature: reports[1]!.signature };
    return assertFails(forge(records, uploads.blob, encodeHeaderBlob(entries)), 'AG15', /is not signed by its member/);
  });

  test('[AG11] a list under another root', () =>
    assertFails(
      editFact(records, 'uploadsClosed', LAST, (fact) => ({ ...fact, root: other(fact.root) })),
      'AG11',
      new RegExp(other(uploads.root)),
    ));

  test('[AG4] a noise report left out: the updates were made for the other noise', () => {
    const entries = decodeHeaderBlob(blobOf(records, noise.blob), 4)!.slice(1);
    const forged = forge(records, noise.blob, encodeHeaderBlob(entries));
    const root = bytesToHex(headersRoot(entries));
    return assertFails(
      editFact(forged, 'noiseClosed', LAST, (fact) => ({ ...fact, root })),
      'AG4',
      /CONTEXT/,
    );
  });

  test('[AG4] reports of another beacon, attempt or chain', async () => {
    await assertFails(
      editFact(records, 'opened', LAST, (fact) => ({ ...fact, beacon: other(fact.beacon) })),
      'AG4',
      /round 1, attempt 1: update report/,
    );
    const found = await audit(records, { chainId: 1 });
    assert.equal(clauseOf(found, 'AG4').verdict, 'FAIL');
  });

  test('[AG13] another verifyBeacon than the one that reports were verified under', () =>
    assertFails(
      editFact(records, 'queried', LAST, (fact) => ({ ...fact, beacon: other(fact.beacon) })),
      'AG13',
      /public share is not what the report gives/,
    ));

  test('[AG13] a public share that is not the report’s', async () => {
    const share =
      files.findIndex((digest) => decodeVerifierFile(fileOf(records, digest))!.findings[0]!.shares!.public) + 1;
    const forged = forgeFindings(share, (findings) => {
      const { headerHash, shares } = findings[0]!;
      findings[0] = { headerHash, shares: { own: shares!.own, public: flipped(shares!.public!) } };
    });
    await assertFails(forged, 'AG13', new RegExp(`verifier share ${share}: the public share`));
  });

  test('[AG13] a verifier file that leaves a report out', () =>
    assertFails(
      forgeFindings(2, (findings) => findings.splice(3, 1)),
      'AG13',
      /share 2 .*does not list/,
    ));

  test('[AG14] a report that one verifier share refuses was counted', () =>
    assertFails(
      forgeFindings(3, (findings) => {
        const { headerHash, shares } = findings[0]!;
        findings[0] = { headerHash, shares: { ...shares!, own: flipped(shares!.own) } };
      }),
      'AG14',
      new RegExp(`a refused report was counted: round 1, attempt 1: update report of ${holders[0]}`),
    ));

  test('[AG14] a report under complaint was counted', () =>
    assertFails(
      forgeFindings(4, (findings) => {
        findings[1] = { headerHash: findings[1]!.headerHash };
      }),
      'AG14',
      /complaint by share 4/,
    ));

  test('[AG16] another accept set, upload root or count than the rules make', async () => {
    const lies: readonly ((fact: typeof verified) => Fact)[] = [
      (fact) => ({ ...fact, acceptRoot: other(fact.acceptRoot) }),
      (fact) => ({ ...fact, uploadRoot: other(fact.uploadRoot) }),
      (fact) => ({ ...fact, updates: 4 }),
    ];
    for (const lie of lies) await assertFails(editFact(records, 'verified', LAST, lie), 'AG16', /round 1, attempt 1/);
  });

  test('[AG17] aggregate shares in another order', () =>
    assertFails(
      editFact(records, 'unmasked', LAST, (fact) => ({ ...fact, shareDigests: fact.shareDigests.toReversed() })),
      'AG17',
      /aggregate share 1 of/,
    ));

  test('[AG18] an aggregate share that is off by one in one coordinate', () => {
    const digest = unmasked.shareDigests[0]!;
    return assertFails(forgeFile(records, digest, flipped(fileOf(records, digest), 1)), 'AG18', /SUM_COMMITMENT/);
  });

  test('[AG18] another sum on chain than the shares add up to', () =>
    assertFails(
      editFact(records, 'settled', LAST, (fact) => ({ ...fact, aggregateRoot: other(fact.aggregateRoot) })),
      'AG18',
      /the sum has root/,
    ));

  test('[LR10] a model that the rule does not make of the sum', () => {
    const state = decodeRunState(blobOf(records, settled.blob));
    state.optimizer.model.parameters[0]! += 1;
    const forged = forge(records, settled.blob, encodeRunState(state));
    const modelHash = bytesToHex(runStateHash(state));
    return assertFails(
      editFact(forged, 'settled', LAST, (fact) => ({ ...fact, modelHash })),
      'LR10',
      /round 1, attempt 1: the rule makes a state/,
    );
  });

  test('[LR10] a state that is not the one whose hash is on chain', () =>
    assertFails(
      editFact(records, 'settled', LAST, (fact) => ({ ...fact, modelHash: other(fact.modelHash) })),
      'LR10',
      /hashes to/,
    ));

  test('[IN5] another model registered for use', () =>
    assertFails(
      editFact(records, 'registered', 0, (fact) => ({ ...fact, modelId: other(fact.modelId) })),
      'IN5',
      /the run ended with/,
    ));

  test('[CH10] other terms on chain than in the text', () =>
    assertFails(
      editFact(records, 'offered', 0, (fact) => ({ ...fact, terms: { ...fact.terms, price: 1n } })),
      'CH10',
      /"price": "1".*, the charter says .*"price": "0"/s,
    ));

  test('[CH10] a model registered without terms', () =>
    assertFails(
      { ...records, facts: records.facts.filter(({ kind }) => kind !== 'offered') },
      'CH10',
      /without terms/,
    ));

  test('[CH10] a use that paid another price', () =>
    assertFails(
      editFact(records, 'used', 0, (fact) => ({ ...fact, paid: 5n })),
      'CH10',
      /used it for 5 wei, not for 0/,
    ));
});

test('[CH10] of each use on record the caller, the purpose, the price and the time are checked', () => {
  const use = { callers: [holders[0]!], price: '7', purpose: 'a test', until: 2_000 };
  const text = { ...decodeCharterText(smallText), use };
  const origin = { ...records.facts[0]!.origin, time: 2_000 };
  const used = { kind: 'used', runId: run.runId, caller: holders[0]!, purpose: 'a test', paid: 7n, origin } as const;
  const found = (fact: Fact) => {
    const findings = new Findings();
    checkUse([fact], text, findings);
    return findings.clauses(false, true).find(({ id }) => id === 'CH10')!;
  };
  assert.deepEqual([found(used).verdict, found(used).evidence], ['PASS', '1 uses on record, all within the terms']);
  const wrong: readonly (readonly [Partial<typeof used>, RegExp])[] = [
    [{ caller: holders[1]! }, /does not name/],
    [{ purpose: 'credit' as 'a test' }, /for “credit”, not for “a test”/],
    [{ paid: 6n as 7n }, /for 6 wei, not for 7/],
    [{ origin: { ...origin, time: 2_003 } }, /3 s after the sunset/],
  ];
  for (const [change, evidence] of wrong) {
    assert.equal(found({ ...used, ...change }).verdict, 'FAIL');
    assert.match(found({ ...used, ...change }).evidence!, evidence);
  }
  const findings = new Findings();
  checkUse([], decodeCharterText(smallText), findings);
  const silent = findings.clauses(false, true).find(({ id }) => id === 'CH10');
  assert.equal(silent?.verdict, 'NOT ENFORCED IN THIS VERSION');
});

test('[RD7] a run under way is incomplete, and what is final of it is checked', async () => {
  const found = await audit({ ...records, facts: records.facts.slice(0, records.facts.indexOf(noise)) });
  assert.equal(found.verdict, 'INCOMPLETE');
  assert.match(clauseOf(found, 'RD7').evidence!, /1 of 2 rounds are final so far/);
  assert.equal(clauseOf(found, 'AG18').verdict, 'PASS');
});

test('[CH1] a run that was never proposed is incomplete, not wrong', async () => {
  const found = await audit(records, { runId: other(run.runId) });
  assert.equal(found.verdict, 'INCOMPLETE');
  assert.match(clauseOf(found, 'CH1').evidence!, /no charter with id/);
});

test('[LR10] a round whose model before is lost is checked as far as its sum', async () => {
  const first = factOf(records, 'settled', 0);
  const found = await audit(lose(records, first.blob));
  assert.equal(clauseOf(found, 'AG18').verdict, 'PASS');
  assert.equal(clauseOf(found, 'LR10').verdict, 'INCOMPLETE');
});

test('[RD12] round 0 opens statistics: it leaves constants and the model where it was', () => {
  const [first, second] = [0, 1].map((which) =>
    decodeRunState(blobOf(records, factOf(records, 'settled', which).blob)),
  );
  const start = startState(decodeCharterText(smallText), hexToBytes(run.charter.textDigest));
  assert(first?.statistics && second?.statistics);
  assert.deepEqual(first.optimizer, start.optimizer);
  assert.deepEqual(second.statistics, first.statistics);
  assert.notDeepEqual(second.optimizer.model.parameters, start.optimizer.model.parameters);
});
