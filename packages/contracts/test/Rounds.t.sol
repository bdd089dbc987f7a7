// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRounds} from "../src/interfaces/IRounds.sol";
import {Charter} from "../src/types/Charter.sol";
import {Facts, Seat, Verified} from "../src/types/Round.sol";
import {Consortium} from "./Consortium.sol";
import {Vm} from "./Test.sol";

/// @dev The clock: phases, deadlines, and what is recorded.
contract RoundsTest is Consortium {
    uint8 private constant FINISHED = 8;

    function setUp() public {
        found(6);
        pass(aCharter());
    }

    // RD1, RD7: the order of phases.

    function test_RD1_RD7_eightTransitionsMakeARoundFinal() public {
        for (uint8 phase; phase < 8; ++phase) {
            assertEq(rounds.phaseOf(runId), phase, "phase");
            assertEq(rounds.finalModel(runId), 0, "no model before the end");
            move();
        }
        Facts memory facts = rounds.factsOf(runId);
        assertEq(facts.round, 1, "round");
        assertEq(facts.attempt, 0, "attempt");
        assertEq(facts.phase, 0, "phase");
        assertEq(facts.model, modelAfter(0), "model");
        playRound();
        assertEq(rounds.phaseOf(runId), FINISHED, "finished");
        assertEq(rounds.finalModel(runId), modelAfter(1), "final model");
    }

    function test_RD2_everyTransitionRevertsInEveryOtherPhase() public {
        for (uint8 phase; phase < 8; ++phase) {
            for (uint8 other; other < 8; ++other) {
                if (other == phase) continue;
                bytes memory transition = transitionOf(other);
                vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPhase.selector, phase, other));
                land(transition);
            }
            move();
        }
    }

    function test_RD7_nothingMovesAFinishedRun() public {
        playRound();
        playRound();
        bytes memory transition = transitionOf(0);
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPhase.selector, FINISHED, 0));
        land(transition);
        vm.warp(block.timestamp + 365 days);
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPhase.selector, FINISHED, 1));
        rounds.voidAttempt(runId);
        assertEq(rounds.finalModel(runId), modelAfter(1), "final model");
        assertTrue(!rounds.overdue(runId), "a finished run has no deadline");
    }

    function test_RD1_aCharterThatHasNotPassedIsNoRun() public {
        Charter memory charter = aCharter();
        charter.textDigest = keccak256("another text");
        bytes32 other = charters.propose(charter);
        (Seat[] memory seats, bytes[] memory signatures) = aCommittee();
        vm.expectRevert(abi.encodeWithSelector(IRounds.NotPassed.selector, other));
        rounds.seat(other, seats, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRounds.NotPassed.selector, other));
        rounds.phaseOf(other);
    }

    function test_CH8_theSunsetEndsARunBetweenAttempts() public {
        vm.warp(aCharter().limits.sunset);
        for (uint256 i; i < 8; ++i) {
            move();
        }
        assertEq(rounds.phaseOf(runId), FINISHED, "one round of two");
        assertEq(rounds.finalModel(runId), modelAfter(0), "the model of the last final round");
        (Seat[] memory seats, bytes[] memory signatures) = aCommittee();
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPhase.selector, FINISHED, 0));
        rounds.seat(runId, seats, signatures);
    }

    // RD3: what is recorded, and that events say all of it.

    function test_RD3_factsAppearPhaseByPhase() public {
        Facts memory facts = rounds.factsOf(runId);
        assertEq(facts.since, START, "since the vote that made it pass");
        assertEq(facts.model, INITIAL_MODEL, "model");
        moveTo(7);
        facts = rounds.factsOf(runId);
        assertTrue(facts.committeeHash != 0 && facts.openBeacon != 0 && facts.verifyBeacon != 0, "recorded");
        assertEq(facts.noiseRoot, ROOT, "noiseRoot");
        assertEq(facts.uploadRoot, ROOT, "uploadRoot");
        assertEq(facts.noiseBlock, 1002, "noiseBlock");
        assertEq(facts.uploadBlock, 1006, "uploadBlock");
        assertEq(facts.acceptRoot, aVerdict().acceptRoot, "acceptRoot");
        assertEq(facts.since, START + 6, "since");
    }

    function test_RD3_whatALaterAttemptHasNotRecordedIsZero() public {
        playRound();
        for (uint8 phase; phase < 8; ++phase) {
            moveTo(phase);
            Facts memory facts = rounds.factsOf(runId);
            assertTrue(facts.committeeHash != 0 == phase > 0, "committeeHash");
            assertTrue(facts.noiseRoot != 0 == phase > 1 && facts.noiseBlock != 0 == phase > 1, "noise");
            assertTrue(facts.openBeacon != 0 == phase > 2, "openBeacon");
            assertTrue(facts.uploadRoot != 0 == phase > 3 && facts.uploadBlock != 0 == phase > 3, "uploads");
            assertTrue(facts.verifyBeacon != 0 == phase > 4, "verifyBeacon");
            assertTrue(facts.acceptRoot != 0 == phase > 5, "acceptRoot");
        }
    }

    function test_RD3_eventsCarryWhatWasGivenAndDerived() public {
        (Seat[] memory seats,) = aCommittee();
        vm.recordLogs();
        playRound();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 8, "one event for each transition");
        bytes memory attempt = abi.encode(uint32(0), uint32(0));
        bytes32 committeeHash = keccak256(abi.encode(seats));
        _expectEvent(logs[0], IRounds.Seated.selector, abi.encode(0, 0, committeeHash, seats));
        _expectEvent(logs[1], IRounds.NoiseClosed.selector, bytes.concat(attempt, ROOT, BLOB));
        _expectEvent(logs[2], IRounds.Opened.selector, bytes.concat(attempt, _beacon("open", 1002)));
        _expectEvent(logs[3], IRounds.UploadsClosed.selector, bytes.concat(attempt, ROOT, BLOB));
        _expectEvent(logs[4], IRounds.Queried.selector, bytes.concat(attempt, _beacon("query", 1006)));
        Verified memory v = aVerdict();
        bytes memory verdict = abi.encode(ROOT, v.verifierRoot, v.acceptRoot, v.updates, v.noises, v.blob);
        _expectEvent(logs[5], IRounds.VerifiedRecorded.selector, bytes.concat(attempt, verdict, abi.encode(2e16 + 1)));
        _expectEvent(logs[6], IRounds.UnmaskedRecorded.selector, abi.encode(0, 0, shareDigests()));
        _expectEvent(logs[7], IRounds.Settled.selector, bytes.concat(attempt, ROOT, modelAfter(0), BLOB));
    }

    // RD4, RD5: deadlines.

    function test_RD4_transitionPastDeadlineReverts() public {
        for (uint8 phase = 1; phase < 8; ++phase) {
            moveTo(phase);
            uint256 deadline = rounds.factsOf(runId).since + _allowed(phase);
            uint256 state = vm.snapshotState();
            bytes memory transition = transitionOf(phase);
            vm.warp(deadline + 1);
            vm.expectRevert(abi.encodeWithSelector(IRounds.DeadlinePassed.selector, deadline + 1, deadline));
            land(transition);
            vm.revertToState(state);
            vm.warp(deadline); // still in time
            land(transition);
            vm.revertToState(state);
        }
    }

    function test_RD4_RD5_voidInEveryPhase() public {
        for (uint8 phase = 1; phase < 8; ++phase) {
            moveTo(phase);
            Facts memory before = rounds.factsOf(runId);
            uint256 deadline = before.since + _allowed(phase);
            vm.warp(deadline);
            assertTrue(!rounds.overdue(runId), "not overdue at the deadline");
            vm.expectRevert(abi.encodeWithSelector(IRounds.NotOverdue.selector, deadline, deadline));
            rounds.voidAttempt(runId);
            vm.warp(deadline + 1);
            assertTrue(rounds.overdue(runId), "overdue");
            vm.recordLogs();
            rounds.voidAttempt(runId);
            bytes memory told = abi.encode(before.round, before.attempt, phase);
            _expectEvent(vm.getRecordedLogs()[0], IRounds.Voided.selector, told);
            Facts memory facts = rounds.factsOf(runId);
            assertEq(facts.attempt, before.attempt + 1, "next attempt");
            assertEq(facts.phase, 0, "phase");
            assertEq(facts.since, deadline + 1, "since");
            assertEq(facts.model, INITIAL_MODEL, "model");
            assertEq(facts.rho, before.rho, "RD5: nothing is charged or refunded");
        }
        playRound();
        assertEq(rounds.factsOf(runId).round, 1, "a later attempt finishes the round");
        assertEq(rounds.factsOf(runId).attempt, 0, "the next round counts anew");
    }

    function test_RD6_seatIsNeverVoid() public {
        moveTo(1);
        vm.warp(block.timestamp + 1 days);
        rounds.voidAttempt(runId);
        vm.warp(block.timestamp + 1 days);
        assertTrue(!rounds.overdue(runId), "not overdue");
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPhase.selector, 0, 1));
        rounds.voidAttempt(runId);
    }

    // Helpers.

    function _expectEvent(Vm.Log memory log, bytes32 selector, bytes memory data) private view {
        assertEq(log.emitter, address(rounds), "emitter");
        assertEq(log.topics[0], selector, "event");
        assertEq(log.topics[1], runId, "runId");
        assertEq(keccak256(log.data), keccak256(data), "data");
    }

    function _allowed(uint256 phase) private pure returns (uint256) {
        return 100 * (phase + 1);
    }

    /// @dev Of attempt 0 of round 0, whose blocks have the hashes that forge gives them.
    function _beacon(bytes32 purpose, uint256 factBlock) private view returns (bytes32) {
        bytes32 mixed;
        for (uint256 i; i < 6; ++i) {
            mixed ^= keccak256(abi.encode(purpose, uint32(0), uint32(0), committee[i]));
        }
        return keccak256(abi.encodePacked(blockhash(factBlock + 1), mixed));
    }
}
