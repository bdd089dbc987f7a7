/** Members hold the shares, two relayers carry what they sign. */
import { perform } from './program.ts';

perform('consortium', {
  gone: '[RD10][RD4][RD6] one is gone for good in any phase: its attempt is void at most, and the next sits without it',
  restarted: '[RD10][RD7] in every phase one is killed and started again, and nothing is void',
  'every step':
    '[RD10][WI2] who dies at every write and at every word says one thing all the same, and nothing is lost',
  early: '[RD16][RD17] a run that ends before its last round is complete, whoever dies meanwhile',
  dear: '[RD19] while gas is dear a relayer waits, and no attempt is void for it',
  absent: '[RD6] a member that never comes costs the seat deadline of every round and nothing else',
  storm: '[WI2][RD2] a storm loses nothing while two relayers race, and a seed is a run',
  sweep: '[RD10][LG1] more deaths, one by one (CONCORD_SWEEP=1)',
});
