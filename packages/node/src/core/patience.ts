/** Whether a relayer may hold a transition back while gas is dear: waiting must cost time and no attempt [RD19]. Pure. */
import { isCommittee } from '../../../sdk/src/seats.ts';
import { deadlineOf, type RunView } from '../../../sdk/src/view.ts';
import { quarterOf } from './duties.ts';
import { type Landing, drawnAfter } from './landings.ts';

/** Half of the 256 blocks whose hashes a contract can read (RD8, CM3). */
const BLOCKS = 128n;

/** At the head `block` with time `now` (seconds). */
export function mayWait(run: RunView, landing: Landing, now: number, block: bigint): boolean {
  if (landing.kind !== 'land' && landing.kind !== 'draw') return false;
  const { view } = landing;
  const phase = landing.kind === 'draw' ? 'SEAT' : landing.phase;
  const allowed = run.charter.deadlines[phase.toLowerCase() as Lowercase<typeof phase>];
  if (now >= deadlineOf(view, run.charter) - quarterOf(allowed)) return false;
  const source = sourceOf(run, landing);
  return source === undefined || block - source < BLOCKS;
}

/** The block whose successor's hash is waited for, or will be once this has landed. */
function sourceOf(run: RunView, landing: Landing & { readonly kind: 'land' | 'draw' }): bigint | undefined {
  const { view } = landing;
  if (landing.kind === 'draw') return drawnAfter(run);
  if (landing.phase === 'OPEN') return view.noise?.origin.block;
  if (landing.phase === 'QUERY') return view.uploads?.origin.block;
  // The next committee's draw needs the block after this.
  return landing.phase === 'SETTLE' && isCommittee(run.charter) ? view.unmasked?.origin.block : undefined;
}
