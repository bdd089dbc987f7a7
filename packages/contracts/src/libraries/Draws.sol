// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRounds} from "../interfaces/IRounds.sol";
import {Clock, Lot, Run, Turn} from "../types/Run.sol";

/// @title Snapshots of the roster, and the beacons that draw from them (CM2, CM3)
/// @notice A snapshot is always of an earlier block than the one whose hash goes into its beacon.
library Draws {
    /// @notice The roster as it stands is the one that the next committee is drawn from.
    function snapshot(Run storage self, Turn memory turn) internal returns (bytes32 rosterHash) {
        rosterHash = turn.aggregators.rosterHash();
        self.rosterHash = rosterHash;
    }

    /// @notice A draw without preimages: that of round 0, after a VOID, and after a beacon that is lost. The turn's clock
    /// tells which attempt it is for.
    function restart(Run storage self, Turn memory turn) internal returns (bytes32 rosterHash) {
        Clock memory clock = turn.clock;
        prepare(self, keccak256(abi.encodePacked(turn.runId, clock.round, clock.attempt, self.openBeacon)));
        return snapshot(self, turn);
    }

    /// @notice The next draw mixes `mix` with the hash of the next block.
    function prepare(Run storage self, bytes32 mix) internal {
        self.drawSeed = mix;
        Lot memory lot = self.lot;
        lot.blockNumber = uint40(block.number);
        lot.drawn = false;
        self.lot = lot;
    }

    /// @return blockHash Of the block after `blockNumber`; 0 once it is more than 256 blocks old.
    function hashAfter(uint256 blockNumber) internal view returns (bytes32 blockHash) {
        uint256 source = blockNumber + 1;
        if (block.number <= source) revert IRounds.BeaconEarly(block.number, source);
        return blockhash(source);
    }

    function draw(Run storage self, Turn memory turn) internal {
        Lot memory lot = self.lot;
        if (lot.drawn) revert IRounds.AlreadyDrawn(turn.runId);
        Clock memory clock = turn.clock;
        bytes32 blockHash = hashAfter(lot.blockNumber);
        if (blockHash == 0) {
            emit IRounds.Snapshot(turn.runId, clock.round, clock.attempt, restart(self, turn));
            return;
        }
        bytes32 beacon = keccak256(abi.encode(blockHash, self.drawSeed));
        self.drawSeed = beacon;
        lot.drawn = true;
        self.lot = lot;
        emit IRounds.Drawn(turn.runId, clock.round, clock.attempt, beacon, self.rosterHash);
    }
}
