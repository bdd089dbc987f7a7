// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICharters} from "../interfaces/ICharters.sol";
import {IRounds} from "../interfaces/IRounds.sol";
import {Phase, Seat, Verified} from "../types/Round.sol";
import {Budget, Clock, Run, Turn} from "../types/Run.sol";
import {Committee} from "./Committee.sol";
import {Draws} from "./Draws.sol";
import {RoundMessages} from "./RoundMessages.sol";
import {RunEnd} from "./RunEnd.sol";
import {Signatures} from "./Signatures.sol";

/// @title The transitions of a run (spec/rounds.md)
/// @notice Every transition is load (`begin`), decide, act, and ends by writing its clock once (`store`).
library RoundMachine {
    /// The least committee whatever the charter says: k = 2 would let either holder learn the other's update (RD6).
    uint256 private constant LEAST_SEATS = 3;
    /// What `gasleft` does not see: the transaction itself (21,000), dispatch and decoding, and the clock's own write.
    uint256 private constant GAS_UNSEEN = 26_000;
    /// Mean cost of a byte of arguments: about half of them are zero (4 gas), the others not (16 gas).
    uint256 private constant GAS_PER_BYTE = 10;

    /// @dev Checks phase and deadline. `turn` carries runId, domain and gasBefore.
    function begin(Run storage self, Turn memory turn, uint8 need) internal view {
        Clock memory clock = self.clock;
        turn.clock = clock;
        uint8 have = phaseOf(self, clock);
        if (have != need) revert IRounds.WrongPhase(have, need);
        // A late committee is smaller instead (RD6).
        if (need == Phase.SEAT) return;
        uint256 deadline = clock.since + allowed(self, need);
        if (block.timestamp > deadline) revert IRounds.DeadlinePassed(block.timestamp, deadline);
    }

    /// @notice RD1: an attempt with i facts is in phase i; between attempts a run may be over (RD16).
    function phaseOf(Run storage self, Clock memory clock) internal view returns (uint8) {
        if (clock.recorded > 0) return clock.recorded;
        return RunEnd.isOver(self, clock) ? Phase.FINISHED : Phase.SEAT;
    }

    /// @return Seconds that the phase may take.
    function allowed(Run storage self, uint8 phase) internal view returns (uint256) {
        return uint32(self.deadlines >> (32 * uint256(phase)));
    }

    function seat(
        Run storage self,
        Turn memory turn,
        Seat[] calldata seats,
        bytes[] calldata signatures
    ) internal {
        _requireConsortium(self, turn);
        _requireEnough(self, turn.clock, seats.length);
        Committee.store(self, turn, seats);
        Committee.requireCount(signatures.length, seats.length);
        for (uint256 i; i < seats.length; ++i) {
            bytes32 digest = Signatures.digestOf(turn.domain, RoundMessages.seat(turn, seats[i]));
            Signatures.requireSigned(digest, seats[i].holder, signatures[i]);
        }
        turn.clock.seats = uint8(seats.length);
        emit IRounds.Seated(turn.runId, turn.clock.round, turn.clock.attempt, self.committeeHash, seats);
        record(self, turn);
    }

    /// @notice The end of a phase of reports: of noise in NOISE, of updates in UPLOAD. All signed one list.
    function close(
        Run storage self,
        Turn memory turn,
        address[] calldata holders,
        bytes32 root,
        bytes32 blob,
        bytes[] calldata signatures
    ) internal {
        Clock memory clock = turn.clock;
        bool noise = clock.recorded == Phase.NOISE;
        bytes32 typeHash = noise ? RoundMessages.NOISE_CLOSED : RoundMessages.UPLOADS_CLOSED;
        bytes32 message = RoundMessages.closed(turn, typeHash, self.committeeHash, root, blob);
        Committee.requireAll(self, turn, holders, message, signatures);
        if (noise) {
            (self.noiseRoot, clock.noiseBlock) = (root, uint40(block.number));
            emit IRounds.NoiseClosed(turn.runId, clock.round, clock.attempt, root, blob);
        } else {
            (self.uploadRoot, clock.uploadBlock) = (root, uint40(block.number));
            emit IRounds.UploadsClosed(turn.runId, clock.round, clock.attempt, root, blob);
        }
        record(self, turn);
    }

    /// @notice The beacon after such a phase (RD8).
    function reveal(Run storage self, Turn memory turn, bytes32[] calldata preimages) internal {
        Clock memory clock = turn.clock;
        if (clock.recorded == Phase.OPEN) {
            bytes32 beacon = _draw(clock.noiseBlock, preimages, self.openCommits);
            self.openBeacon = beacon;
            emit IRounds.Opened(turn.runId, clock.round, clock.attempt, beacon);
        } else {
            bytes32 beacon = _draw(clock.uploadBlock, preimages, self.queryCommits);
            self.verifyBeacon = beacon;
            emit IRounds.Queried(turn.runId, clock.round, clock.attempt, beacon);
        }
        record(self, turn);
    }

    function recordVerified(
        Run storage self,
        Turn memory turn,
        address[] calldata holders,
        Verified calldata v,
        bytes[] calldata signatures
    ) internal {
        _requireCohort(self, v);
        bytes32 message = RoundMessages.verified(turn, self.committeeHash, self.uploadRoot, v);
        Committee.requireAll(self, turn, holders, message, signatures);
        self.acceptRoot = v.acceptRoot;
        self.verifierRoot = v.verifierRoot;
        _emitVerified(turn, self.uploadRoot, v, _charge(self, turn));
        if (self.terms.shares > 0) {
            emit IRounds.Snapshot(turn.runId, turn.clock.round + 1, 0, Draws.snapshot(self, turn));
        }
        record(self, turn);
    }

    function recordUnmasked(
        Run storage self,
        Turn memory turn,
        address[] calldata holders,
        bytes32[] calldata shareDigests,
        bytes[] calldata signatures
    ) internal {
        _requireConsortium(self, turn);
        requireUnmasked(self, turn, holders, shareDigests, signatures);
        record(self, turn);
    }

    /// @notice Every share's aggregate share has a holder's word (RD10), and is told.
    function requireUnmasked(
        Run storage self,
        Turn memory turn,
        address[] calldata holders,
        bytes32[] calldata shareDigests,
        bytes[] calldata signatures
    ) internal {
        uint256 missing = Committee.requireSeated(self, turn, holders, signatures);
        Committee.requireCount(shareDigests.length, signatures.length);
        self.sharesHash = _hashOf(shareDigests);
        bytes32 acceptRoot = self.acceptRoot;
        for (uint256 i; i < signatures.length; ++i) {
            bytes32 message = RoundMessages.unmasked(turn, acceptRoot, shareDigests[i]);
            Committee.requireShare(Signatures.digestOf(turn.domain, message), holders, missing, i, signatures);
        }
        emit IRounds.UnmaskedRecorded(turn.runId, turn.clock.round, turn.clock.attempt, shareDigests);
    }

    function settle(
        Run storage self,
        Turn memory turn,
        address[] calldata holders,
        bytes32 aggregateRoot,
        bytes32 modelHash,
        bytes32 blob,
        bytes[] calldata signatures
    ) internal {
        bytes32 message = RoundMessages.settled(turn, self.acceptRoot, aggregateRoot, modelHash, blob);
        Committee.requireAll(self, turn, holders, message, signatures);
        self.model = modelHash;
        Clock memory clock = turn.clock;
        emit IRounds.Settled(turn.runId, clock.round, clock.attempt, aggregateRoot, modelHash, blob);
        ++clock.round;
        clock.attempt = 0;
        clock.recorded = 0;
        end(self, turn);
    }

    /// @notice RD4, RD5: ends an overdue attempt. A run that has no gas left must not be stuck in one.
    function voidAttempt(Run storage self, Turn memory turn) internal {
        Clock memory clock = self.clock;
        uint8 phase = phaseOf(self, clock);
        if (!endable(self, phase)) revert IRounds.WrongPhase(phase, Phase.NOISE);
        uint256 deadline = clock.since + patience(self, phase);
        if (block.timestamp <= deadline) revert IRounds.NotOverdue(block.timestamp, deadline);
        turn.clock = clock;
        _void(self, turn, phase);
    }

    /// @notice CM10: ends an attempt whose holders withhold what is promised in it.
    function voidWithheld(Run storage self, Turn memory turn) internal {
        Clock memory clock = self.clock;
        if (clock.recorded <= Phase.VERIFY) revert IRounds.WrongPhase(clock.recorded, Phase.UNMASK);
        turn.clock = clock;
        _void(self, turn, clock.recorded);
    }

    /// @dev The next attempt begins at SEAT.
    function _void(Run storage self, Turn memory turn, uint8 phase) private {
        Clock memory clock = turn.clock;
        emit IRounds.Voided(turn.runId, clock.round, clock.attempt, phase);
        ++clock.attempt;
        clock.recorded = 0;
        clock.since = uint40(block.timestamp);
        if (self.terms.shares > 0) {
            emit IRounds.Snapshot(turn.runId, clock.round, clock.attempt, Draws.restart(self, turn));
        }
        storeAnyway(self, turn);
    }

    /// @return Whether an attempt can end in this phase without its fact: a consortium's SEAT waits for ever (RD6).
    function endable(Run storage self, uint8 phase) internal view returns (bool) {
        return phase != Phase.FINISHED && (phase != Phase.SEAT || self.terms.shares > 0);
    }

    /// @return Seconds after which the phase can be ended: in SEAT the standbys sit in the second half (CM5).
    function patience(Run storage self, uint8 phase) internal view returns (uint256) {
        return allowed(self, phase) * (phase == Phase.SEAT ? 2 : 1);
    }

    /// @dev Ends a transition that adds one fact to the attempt.
    function record(Run storage self, Turn memory turn) internal {
        ++turn.clock.recorded;
        end(self, turn);
    }

    /// @dev Stamps, meters and stores the clock.
    function end(Run storage self, Turn memory turn) internal {
        turn.clock.since = uint40(block.timestamp);
        store(self, turn);
    }

    /// @dev Meters and stores the clock.
    function store(Run storage self, Turn memory turn) internal {
        Clock memory clock = turn.clock;
        uint256 gas = _gasUsed(turn, clock.seats);
        if (gas > clock.gasLeft) revert IRounds.GasCapExceeded(gas, clock.gasLeft);
        _spend(self, turn, gas);
    }

    /// @dev The same of what ends an attempt, which is never refused for gas: a run must not be stuck in one.
    function storeAnyway(Run storage self, Turn memory turn) internal {
        Clock memory clock = turn.clock;
        _spend(self, turn, Math.min(_gasUsed(turn, clock.seats), clock.gasLeft));
    }

    /// @dev Where no attempt is under way and gas is capped, what is left of the cap is told: it may end the run (RD16).
    function _spend(Run storage self, Turn memory turn, uint256 gas) private {
        Clock memory clock = turn.clock;
        clock.gasLeft -= uint56(gas);
        self.clock = clock;
        if (clock.recorded == 0 && clock.gasLeft < RunEnd.UNCAPPED) {
            emit IRounds.GasLeft(turn.runId, clock.round, clock.attempt, clock.gasLeft);
        }
    }

    /// @dev An estimate of the whole transaction's gas. Nobody can use up a run's gas by appending bytes: no transition
    /// needs more of them than `seat`, whose arguments take 164 + 288·k, but those that say so.
    function _gasUsed(Turn memory turn, uint256 seats) private view returns (uint256) {
        uint256 length = Math.min(msg.data.length, 164 + 288 * seats + turn.moreBytes);
        return turn.gasBefore - gasleft() + GAS_UNSEEN + GAS_PER_BYTE * length;
    }

    function _requireConsortium(Run storage self, Turn memory turn) private view {
        if (self.terms.shares > 0) revert IRounds.NotConsortium(turn.runId);
    }

    /// @dev RD6.
    function _requireEnough(Run storage self, Clock memory clock, uint256 seats) private view {
        bool late = block.timestamp > clock.since + allowed(self, Phase.SEAT);
        uint256 need = late ? Math.max(self.terms.minCohort, LEAST_SEATS) : self.terms.members;
        if (seats < need) revert IRounds.CommitteeTooSmall(seats, need);
    }

    /// @dev CH5: fewer are no cohort to hide in; DP3: less noise is not what was charged for.
    function _requireCohort(Run storage self, Verified calldata v) private view {
        (uint16 minCohort, uint16 minNoise) = (self.terms.minCohort, self.terms.minNoise);
        if (v.updates < minCohort) revert IRounds.CohortTooSmall(v.updates, minCohort);
        if (v.noises < minNoise) revert IRounds.NoiseTooSmall(v.noises, minNoise);
    }

    /// @return wad ε of ρ at the charter's δ (DP6).
    function epsilonOf(Run storage self, ICharters charters, uint256 rho) internal view returns (uint256 wad) {
        return charters.epsilonOf(rho, self.terms.deltaExponent);
    }

    /// @dev LG1, LG2: adds a round's price to what is spent, or reverts.
    function _charge(Run storage self, Turn memory turn) private returns (uint256 rhoAfter) {
        Budget memory budget = self.budget;
        rhoAfter = uint256(budget.spent) + budget.price;
        if (rhoAfter > budget.cap) {
            revert IRounds.BudgetExceeded(epsilonOf(self, turn.charters, rhoAfter), self.terms.epsilonCap);
        }
        self.budget.spent = uint80(rhoAfter);
    }

    function _emitVerified(Turn memory turn, bytes32 uploadRoot, Verified calldata v, uint256 rhoAfter) private {
        emit IRounds.VerifiedRecorded(
            turn.runId,
            turn.clock.round,
            turn.clock.attempt,
            uploadRoot,
            v.verifierRoot,
            v.acceptRoot,
            v.updates,
            v.noises,
            v.blob,
            rhoAfter
        );
    }

    function _hashOf(bytes32[] calldata words) private pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            let copy := mload(0x40)
            let length := mul(words.length, 32)
            calldatacopy(copy, words.offset, length)
            digest := keccak256(copy, length)
        }
    }

    /// @dev RD8: keccak256(blockhash(factBlock + 1) ‖ XOR of the preimages). The next block's hash was unknown when the
    /// fact was signed, and a lone honest preimage keeps it unknown to the block's builder.
    function _draw(uint256 factBlock, bytes32[] calldata preimages, bytes32 commits) private view returns (bytes32) {
        bytes32 blockHash = Draws.hashAfter(factBlock);
        if (blockHash == 0) revert IRounds.BeaconLost(block.number, factBlock + 1);
        return keccak256(abi.encode(blockHash, Committee.mixOf(preimages, commits)));
    }
}
