// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRounds} from "../interfaces/IRounds.sol";
import {ISigned} from "../interfaces/ISigned.sol";
import {CommitteeSeat, Phase} from "../types/Round.sol";
import {Clock, Run, Turn} from "../types/Run.sol";
import {Committee} from "./Committee.sol";
import {Draws} from "./Draws.sol";
import {RoundMachine} from "./RoundMachine.sol";
import {RoundMessages} from "./RoundMessages.sol";
import {Signatures} from "./Signatures.sol";
import {Sortition} from "./Sortition.sol";

/// @title The transitions that only a committee's run has (spec/committee.md)
library CommitteeMachine {
    using RoundMachine for Run;

    /// @dev The run's terms have just been copied.
    function start(Run storage self, Turn memory turn) internal {
        _requireCommittee(self, turn);
        emit IRounds.Begun(turn.runId, Draws.restart(self, turn));
        self.end(turn);
    }

    function draw(Run storage self, Turn memory turn) internal {
        _requireCommittee(self, turn);
        Draws.draw(self, turn);
        self.store(turn);
    }

    /// @return holders Who was drawn: the primaries of shares 1 … k, then their standbys.
    function drawn(Run storage self, Turn memory turn, bytes32[] calldata roster)
        internal
        view
        returns (address[] memory holders)
    {
        uint256 k = _requireCommittee(self, turn);
        if (!self.lot.drawn) revert IRounds.NotDrawn(turn.runId);
        turn.moreBytes = 64 + 352 * k + 32 * roster.length;
        // Words of a roster have few zeros: 14 gas a byte, not 10.
        turn.gasBefore += 128 * roster.length;
        return Sortition.draw(self.drawSeed, self.rosterHash, _words(roster), k);
    }

    /// @param holders Who was drawn.
    function seat(
        Run storage self,
        Turn memory turn,
        address[] memory holders,
        CommitteeSeat[] calldata seats,
        bytes[] calldata signatures
    ) internal {
        uint256 missing = _requireSeats(self, turn, holders, seats, signatures);
        self.lot.missing = uint128(missing);
        _storeCommits(self, seats, missing);
        self.holdersHash = Committee.hashOf(_asWords(holders));
        bytes32 committeeHash = _hashOf(seats);
        self.committeeHash = committeeHash;
        turn.clock.seats = uint8(holders.length / 2);
        emit IRounds.CommitteeSeated(turn.runId, turn.clock.round, turn.clock.attempt, committeeHash, seats);
        self.record(turn);
    }

    /// @notice The end of `recordUnmaskedCommittee`, after `requireUnmasked`.
    function revealDraw(Run storage self, Turn memory turn, bytes32[] calldata drawPreimages) internal {
        _requireCommittee(self, turn);
        bytes32 mix = Committee.mixOf(drawPreimages, self.drawCommits);
        Draws.prepare(self, mix);
        turn.moreBytes = 128;
        emit IRounds.DrawRevealed(turn.runId, turn.clock.round, mix);
        self.record(turn);
    }

    /// @return k
    function _requireCommittee(Run storage self, Turn memory turn) private view returns (uint256 k) {
        k = self.terms.shares;
        if (k == 0) revert IRounds.NotCommittee(turn.runId);
    }

    /// @return missing A bit for each seat that is empty (CM5).
    function _requireSeats(
        Run storage self,
        Turn memory turn,
        address[] memory holders,
        CommitteeSeat[] calldata seats,
        bytes[] calldata signatures
    ) private view returns (uint256 missing) {
        Committee.requireCount(seats.length, holders.length);
        Committee.requireCount(signatures.length, holders.length);
        bool late = _requireTime(self, turn.clock);
        for (uint256 i; i < holders.length; ++i) {
            CommitteeSeat calldata s = seats[i];
            if (s.holder != holders[i]) revert IRounds.WrongHolder(i, s.holder, holders[i]);
            if (s.sealKey | s.openCommit | s.queryCommit | s.drawCommit == 0) {
                if (!late) revert IRounds.SeatMissing(i);
                if (signatures[i].length > 0) revert ISigned.BadSignature(holders[i]);
                missing |= uint256(1) << i;
            } else {
                bytes32 digest = Signatures.digestOf(turn.domain, RoundMessages.committeeSeat(turn, s));
                Signatures.requireSigned(digest, holders[i], signatures[i]);
            }
        }
    }

    /// @return late Whether a seat may be empty.
    function _requireTime(Run storage self, Clock memory clock) private view returns (bool late) {
        uint256 deadline = clock.since + self.patience(Phase.SEAT);
        if (block.timestamp > deadline) revert IRounds.DeadlinePassed(block.timestamp, deadline);
        return block.timestamp > clock.since + self.allowed(Phase.SEAT);
    }

    /// @dev A share's commitments are its primary's, or its standby's where the primary is missing (CM5).
    function _storeCommits(Run storage self, CommitteeSeat[] calldata seats, uint256 missing) private {
        uint256 k = seats.length / 2;
        bytes32[] memory opens = new bytes32[](k);
        bytes32[] memory queries = new bytes32[](k);
        bytes32[] memory draws = new bytes32[](k);
        for (uint256 j; j < k; ++j) {
            uint256 i = missing >> j & 1 == 0 ? j : j + k;
            if (missing >> i & 1 != 0) revert IRounds.SeatMissing(i);
            opens[j] = seats[i].openCommit;
            queries[j] = seats[i].queryCommit;
            draws[j] = seats[i].drawCommit;
        }
        self.openCommits = Committee.hashOf(opens);
        self.queryCommits = Committee.hashOf(queries);
        self.drawCommits = Committee.hashOf(draws);
    }

    /// @return digest keccak256(abi.encode(seats)), whose holders are known to be addresses.
    function _hashOf(CommitteeSeat[] calldata seats) private pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            let encoded := mload(0x40)
            let length := mul(seats.length, 160)
            mstore(encoded, 32)
            mstore(add(encoded, 32), seats.length)
            calldatacopy(add(encoded, 64), seats.offset, length)
            digest := keccak256(encoded, add(length, 64))
        }
    }

    function _words(bytes32[] calldata roster) private pure returns (uint256[] calldata words) {
        assembly ("memory-safe") {
            words.offset := roster.offset
            words.length := roster.length
        }
    }

    function _asWords(address[] memory accounts) private pure returns (bytes32[] memory words) {
        assembly ("memory-safe") {
            words := accounts
        }
    }
}
