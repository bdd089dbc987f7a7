/** Drawn pairs hold the shares beside members. */
import { perform } from './program.ts';

perform('committee', {
  gone: '[RD10][CM5][CM7] one is gone for good in any phase: standbys carry on, and members are not waited for',
  restarted: '[RD10][RD7] in every phase one is killed and started again, and nothing is void',
  'every step':
    '[RD10][WI2] who dies at every write and at every word says one thing all the same, and nothing is lost',
  early: '[RD16][RD17] a run that ends before its last round is complete, whoever dies meanwhile',
  dear: '[RD19] while gas is dear a relayer waits, and no attempt is void for it',
  absent: '[CH5] a member that never comes costs its own update and nothing else',
  storm: '[WI2][CM8] a storm loses nothing, and a seed is a run',
  sweep: '[RD10][LG1] more deaths, one by one (CONCORD_SWEEP=1)',
});
