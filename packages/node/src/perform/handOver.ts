/** [CM7] A primary seals its preimages to its standby, which checks, journals and later may reveal them in its place. */
import { concat, Secret, tag, u8 } from '@concord/protocol';
import * as hpke from '../../../protocol/src/hpke.ts';
import type { Place } from '../core/attempt.ts';
import { bytesToHex, hexToBytes } from '../core/hex.ts';
import { entry } from '../core/slot.ts';
import type { Party } from '../ports.ts';
import { sayPlainly } from '../statements.ts';
import { commitsTo, seatSecrets } from './seat.ts';
import { AttemptError, type Work } from './work.ts';

const info = ({ attempt, share }: Place): Uint8Array => concat(tag('hand-over'), attempt.noiseContext, u8(share));
/** Nothing is authenticated besides: the preimages are what the chain has the commits of, or they are nothing. */
const NO_AAD = new Uint8Array(0);

/** Says the sealed preimages: whoever asks gets them, the standby alone can read them. */
export function handOver(party: Party, work: Work): void {
  const { place } = work;
  const { platform } = party.components;
  const standby = place.pair(place.share)[1];
  if (!standby) return;
  const ephemeral = platform.x25519KeyPair(new Secret(party.random(32)));
  const { bytes } = seatSecrets(party, work).preimages;
  const sealed = hpke.seal(platform, hexToBytes(standby.sealKey), info(place), NO_AAD, bytes, ephemeral);
  sayPlainly(party, place.slot, 'handOver', { sealed: bytesToHex(sealed) });
}

/** Takes what the primary says, if it is what it committed to. Throws AttemptError where it is not. */
export async function takeHandOver(party: Party, work: Work): Promise<void> {
  const { place, view, where, signal } = work;
  const primary = place.pair(place.share)[0]!;
  const { sealed } = await party.peers.post(where(primary.address), place.slot, 'handOver', signal);
  const bytes =
    typeof sealed === 'string' && /^0x([0-9a-f]{2}){1,512}$/.test(sealed)
      ? hpke.open(
          party.components.platform,
          seatSecrets(party, work).key,
          info(place),
          NO_AAD,
          hexToBytes(sealed as `0x${string}`),
        )
      : undefined;
  const seat = view.seated?.seats.find(({ holder }) => holder === primary.address);
  const commits = bytes && commitsTo({ bytes });
  const right =
    commits?.openCommit === seat?.openCommit &&
    commits?.queryCommit === seat?.queryCommit &&
    commits?.drawCommit === seat?.drawCommit;
  if (!bytes || !seat || !right)
    throw new AttemptError('HAND_OVER', `${primary.address} handed over other preimages than it committed to`);
  party.journal.record(place.slot, entry.handedOver, bytes);
  party.bell.ring();
}
