/** Beacons that nobody has to be asked for [RD8]. */
import { encodePacked, keccak256, zeroHash } from 'viem';
import type { Hex } from './facts.ts';

/** keccak256(runId ‖ u32 round ‖ u32 attempt ‖ the run's last openBeacon, or 0) [RD8]. */
export const drawBeaconOf = (runId: Hex, round: number, attempt: number, previousOpen: Hex = zeroHash): Hex =>
  keccak256(encodePacked(['bytes32', 'uint32', 'uint32', 'bytes32'], [runId, round, attempt, previousOpen]));
