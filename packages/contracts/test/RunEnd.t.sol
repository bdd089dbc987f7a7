// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRounds} from "../src/interfaces/IRounds.sol";
import {ISigned} from "../src/interfaces/ISigned.sol";
import {RunEnd} from "../src/libraries/RunEnd.sol";
import {Charter} from "../src/types/Charter.sol";
import {Facts, Reading} from "../src/types/Round.sol";
import {Consortium} from "./Consortium.sol";
import {Drawn} from "./Drawn.sol";
import {Snapshot} from "./Snapshot.sol";
import {Vm} from "./Test.sol";

/// @dev How a run ends before its last round: its gas cap has no room for another attempt, or its members stop it.
contract RunEndTest is Consortium, Snapshot {
    uint8 private constant FINISHED = 8;

    function setUp() public {
        found(6);
    }

    function _pass(uint256 gasCap, uint32 count) private {
        Charter memory charter = aCharter();
        charter.limits.gasCap = uint64(gasCap);
        charter.limits.rounds = count;
        charter.limits.epsilonCap = 18e18;
        pass(charter);
    }

    // RD16, gas.

    function test_RD16_CH8_aRoundThatTheGasCapCannotPayForNeverBegins() public {
        _pass(3_000_000, 24);
        uint256 played;
        while (rounds.phaseOf(runId) != FINISHED) {
            assertTrue(rounds.finalModel(runId) == 0, "no model before the end");
            assertTrue(3_000_000 - rounds.factsOf(runId).gasUsed >= RunEnd.room(6, 0, played), "paid for in advance");
            playRound();
            ++played;
        }
        assertEq(played, 4, "of 24");
        uint256 left = 3_000_000 - rounds.factsOf(runId).gasUsed;
        assertTrue(left < RunEnd.room(6, 0, played), "no room for another");
        assertEq(rounds.finalModel(runId), modelAfter(3), "the last final model");
        bytes memory transition = transitionOf(0);
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPhase.selector, FINISHED, 0));
        land(transition);
        vm.warp(block.timestamp + 365 days);
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPhase.selector, FINISHED, 1));
        rounds.voidAttempt(runId);
        assertTrue(!rounds.overdue(runId), "a finished run has no deadline");
    }

    function test_RD16_anAttemptThatIsUnderWayIsNotCut() public {
        _pass(RunEnd.room(6, 0, 0), 24);
        step();
        tick();
        for (uint8 phase = 1; phase < 8; ++phase) {
            assertEq(rounds.phaseOf(runId), phase, "goes on, with less left than a whole attempt takes");
            move();
        }
        assertEq(rounds.finalModel(runId), modelAfter(0), "one round");
    }

    function test_RD16_voidAttemptsUseUpTheCapToo() public {
        _pass(2 * RunEnd.room(6, 0, 0), 24);
        uint256 voids;
        while (rounds.phaseOf(runId) != FINISHED) {
            step();
            vm.warp(block.timestamp + 1 days);
            rounds.voidAttempt(runId);
            ++voids;
        }
        assertTrue(voids > 3 && rounds.factsOf(runId).gasUsed <= 2 * RunEnd.room(6, 0, 0), vm.toString(voids));
        assertEq(rounds.finalModel(runId), INITIAL_MODEL, "the model that it began with");
    }

    function test_RD16_aCapBelowOneAttemptEndsTheRunBeforeItBegins() public {
        _pass(RunEnd.room(6, 0, 0) - 1, 24);
        assertEq(rounds.phaseOf(runId), FINISHED, "asked before anything is stored");
        assertEq(rounds.finalModel(runId), INITIAL_MODEL, "final model");
        bytes memory transition = transitionOf(0);
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPhase.selector, FINISHED, 0));
        land(transition);
    }

    function test_RD3_RD16_whatIsLeftIsToldBetweenAttempts() public {
        _pass(3_000_000, 24);
        vm.recordLogs();
        playRound();
        step();
        vm.warp(block.timestamp + 1 days);
        rounds.voidAttempt(runId);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256[2] memory places = [uint256(8), 11];
        for (uint256 i; i < 2; ++i) {
            assertEq(logs[places[i]].topics[0], IRounds.GasLeft.selector, "GasLeft");
            (uint32 round, uint32 attempt, uint256 left) = abi.decode(logs[places[i]].data, (uint32, uint32, uint256));
            assertEq(round, 1, "the next round");
            assertEq(attempt, i, "attempt");
            if (i == 1) assertEq(left, 3_000_000 - rounds.factsOf(runId).gasUsed, "what is left");
        }
        assertEq(logs.length, 12, "and at no other time");
    }

    /// @dev For the SDK's twin: members and shares, round, room.
    function test_RD16_room() public {
        string memory json = "[";
        uint256[2][5] memory sizes = [[uint256(3), 0], [uint256(6), 0], [uint256(255), 0], [uint256(6), 2], [uint256(9), 64]];
        for (uint256 i; i < 10; ++i) {
            uint256[2] memory size = sizes[i / 2];
            string memory gas = vm.toString(RunEnd.room(size[0], size[1], i % 2 * 7));
            string memory name = string.concat(vm.toString(size[0]), ", ", vm.toString(size[1]), ", ", vm.toString(i % 2 * 7));
            json = string.concat(json, i > 0 ? ",\n  [" : "\n  [", name, ", ", gas, "]");
        }
        requireSnapshot("room", string.concat(json, "\n]\n"));
    }

    // RD17, stops.

    function _stop(uint256 count) private returns (bool done, bytes memory reason) {
        (Reading[] memory readings, bytes[] memory signatures) = aStop(count);
        return address(rounds).call(abi.encodeCall(IRounds.stop, (runId, readings, signatures)));
    }

    function test_RD17_moreThanHalfOfTheMembersStopARun() public {
        _pass(0, 24);
        playRound();
        (bool done, bytes memory reason) = _stop(3);
        assertTrue(!done, "half is not more than half");
        assertEq(keccak256(reason), keccak256(abi.encodeWithSelector(IRounds.TooFewStop.selector, 3, 4)), "why");
        vm.recordLogs();
        (done,) = _stop(4);
        assertTrue(done, "stopped");
        (Reading[] memory readings, bytes[] memory signatures) = aStop(4);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "one event");
        assertEq(logs[0].topics[0], IRounds.Stopped.selector, "Stopped");
        assertEq(keccak256(logs[0].data), keccak256(abi.encode(1, 0, 0, readings, signatures)), "who, and why");
        assertEq(rounds.phaseOf(runId), FINISHED, "over");
        assertEq(rounds.finalModel(runId), modelAfter(0), "the last final model");
        (done, reason) = _stop(4);
        assertTrue(!done, "once");
        bytes memory transition = transitionOf(0);
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPhase.selector, FINISHED, 0));
        land(transition);
    }

    function test_RD17_CH5_soManyThatTheOthersAreNoCohortStopARunToo() public {
        Charter memory charter = aCharter();
        for (uint16 minCohort = 3; minCohort <= 6; ++minCohort) {
            charter.limits.minCohort = minCohort;
            pass(charter);
            uint256 need = minCohort == 3 ? 4 : 7 - minCohort;
            (bool done, bytes memory reason) = _stop(need - 1);
            assertTrue(!done, "the others could go on");
            bytes memory why = abi.encodeWithSelector(IRounds.TooFewStop.selector, need - 1, need);
            assertEq(keccak256(reason), keccak256(why), "why");
            (done,) = _stop(need);
            assertTrue(done, "nobody could go on");
        }
    }

    function test_RD17_anAttemptCanBeStoppedUntilItIsCharged() public {
        for (uint8 phase; phase < 8; ++phase) {
            uint256 state = vm.snapshotState();
            _pass(0, 24);
            moveTo(phase);
            Facts memory before = rounds.factsOf(runId);
            (bool done, bytes memory reason) = _stop(6);
            assertTrue(done == (phase < 6), "until VERIFIED is recorded");
            if (done) {
                assertEq(rounds.phaseOf(runId), FINISHED, "over");
                assertEq(rounds.finalModel(runId), INITIAL_MODEL, "final model");
                assertEq(rounds.factsOf(runId).rho, 0, "nothing is charged");
            } else {
                bytes memory why = abi.encodeWithSelector(IRounds.WrongPhase.selector, phase, 5);
                assertEq(keccak256(reason), keccak256(why), "a charged sum is opened first");
                assertEq(rounds.phaseOf(runId), before.phase, "goes on");
            }
            vm.revertToState(state);
        }
    }

    function test_RD17_aWordForAnotherRoundOrOfAnotherSignerIsNone() public {
        _pass(0, 24);
        (Reading[] memory readings, bytes[] memory signatures) = aStop(4);
        uint256 state = vm.snapshotState();
        playRound();
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, members[0]));
        rounds.stop(runId, readings, signatures);
        vm.revertToState(state);
        readings[3].bytesSent += 1;
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, members[3]));
        rounds.stop(runId, readings, signatures);
        (readings,) = aStop(4);
        readings[1] = readings[0];
        signatures[1] = signatures[0];
        vm.expectRevert(abi.encodeWithSelector(IRounds.NotMember.selector, members[0]));
        rounds.stop(runId, readings, signatures);
        (readings, signatures) = aStop(4);
        readings[2].member = address(0xbad);
        vm.expectRevert(abi.encodeWithSelector(IRounds.NotMember.selector, address(0xbad)));
        rounds.stop(runId, readings, signatures);
    }

    function test_RD17_anAttemptMayPassBetweenTheWordAndItsLanding() public {
        _pass(0, 24);
        (Reading[] memory readings, bytes[] memory signatures) = aStop(4);
        moveTo(4);
        vm.warp(block.timestamp + 1 days);
        rounds.voidAttempt(runId);
        rounds.stop(runId, readings, signatures);
        assertEq(rounds.phaseOf(runId), FINISHED, "a word is of a round");
    }

    function test_RD17_aStopIsNeverRefusedForGas() public {
        _pass(RunEnd.room(6, 0, 0), 24);
        moveTo(5);
        (bool done,) = _stop(6);
        assertTrue(done, "stopped");
        assertTrue(rounds.factsOf(runId).gasUsed <= RunEnd.room(6, 0, 0), "within the cap");
    }
}

/// @dev The same where others hold the shares.
contract RunEndOfCommitteesTest is Drawn {
    uint8 private constant FINISHED = 8;

    /// @dev Seats that are never taken, in a committee, cost a draw and a void each.
    function test_RD16_aCommitteeThatNeverSitsEndsCleanly() public {
        foundDrawn(2, 6);
        Charter memory charter = drawnCharter();
        charter.limits.gasCap = uint64(RunEnd.room(6, 2, 0) + 600_000);
        pass(charter);
        begin();
        uint256 voids;
        while (rounds.phaseOf(runId) != FINISHED) {
            assertTrue(++voids < 20, "it ends");
            draw();
            tick();
            if (rounds.phaseOf(runId) == FINISHED) break;
            vm.warp(block.timestamp + 201);
            rounds.voidAttempt(runId);
            tick();
        }
        assertTrue(voids > 2, vm.toString(voids));
        assertEq(rounds.finalModel(runId), INITIAL_MODEL, "final model");
    }

    function test_RD17_aCommitteesRunIsStoppedByItsMembersBeforeAndAfterItBegins() public {
        foundDrawn(2, 6);
        uint256 state = vm.snapshotState();
        _stop();
        assertEq(rounds.phaseOf(runId), FINISHED, "before");
        assertEq(rounds.finalModel(runId), INITIAL_MODEL, "final model");
        vm.revertToState(state);
        begin();
        draw();
        tick();
        _stop();
        assertEq(rounds.phaseOf(runId), FINISHED, "after");
    }

    function _stop() private {
        (Reading[] memory readings, bytes[] memory signatures) = aStop(4);
        rounds.stop(runId, readings, signatures);
    }
}
