// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRounds} from "../src/interfaces/IRounds.sol";
import {ISigned} from "../src/interfaces/ISigned.sol";
import {Sortition} from "../src/libraries/Sortition.sol";
import {CommitteeSeat, Facts, Seat, Verified} from "../src/types/Round.sol";
import {Drawn} from "./Drawn.sol";
import {Vm} from "./Test.sol";

/// @dev Committees of 8 × 2: how they are drawn, who sits, who speaks. Long, because one attempt is followed through all phases.
contract CommitteeTest is Drawn {
    uint8 private constant FINISHED = 8;
    uint256 private constant SEAT = 100; // seconds
    bytes32 private constant OTHER = keccak256("other");

    function setUp() public {
        foundDrawn(8, 20);
    }

    // A run.

    function test_CM6_aRunOfPrimaries() public {
        begin();
        playDrawn();
        assertEq(rounds.factsOf(runId).round, 1, "round");
        playDrawn();
        assertEq(rounds.phaseOf(runId), FINISHED, "finished");
        assertEq(rounds.finalModel(runId), modelAfter(1), "final model");
    }

    function test_CM6_eitherHolderSpeaksForItsShare() public {
        begin();
        draw();
        while (rounds.factsOf(runId).round == 0) {
            for (uint256 j; j < 8; ++j) {
                standby[j] = uint256(keccak256(abi.encode(rounds.phaseOf(runId), j))) % 2 == 1;
            }
            move();
        }
    }

    function test_CM6_aRoleIsZeroOrOneAndItsHoldersOwn() public {
        begin();
        draw();
        move();
        bytes[] memory signatures = signAll(closedMessage("NoiseClosed"));
        bytes memory good = signatures[2];
        bytes memory refused = abi.encodeWithSelector(ISigned.BadSignature.selector, committee[2]);
        signatures[2][0] = 0x02;
        _refuseNoise(signatures, refused);
        signatures[2] = bytes.concat(good, hex"00");
        _refuseNoise(signatures, refused);
        signatures[2] = "";
        _refuseNoise(signatures, refused);
        signatures[2] = good;
        signatures[2][0] = 0x01; // the primary's own signature is not the standby's
        _refuseNoise(signatures, abi.encodeWithSelector(ISigned.BadSignature.selector, committee[10]));
        signatures[2][0] = 0;
        rounds.closeNoise(runId, committee, ROOT, BLOB, signatures);
    }

    function test_CM6_holdersAreAllWhoWereDrawn() public {
        begin();
        draw();
        move();
        bytes[] memory signatures = signAll(closedMessage("NoiseClosed"));
        bytes32 need = keccak256(abi.encodePacked(committee));
        address[] memory primaries = new address[](8);
        for (uint256 j; j < 8; ++j) {
            primaries[j] = committee[j];
        }
        bytes32 have = keccak256(abi.encodePacked(primaries));
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongCommittee.selector, have, need));
        rounds.closeNoise(runId, primaries, ROOT, BLOB, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongCount.selector, 16, 8));
        rounds.closeNoise(runId, committee, ROOT, BLOB, new bytes[](16));
    }

    // CM2, CM3: snapshots and draws.

    function test_CM2_aRunBeginsOnceWithASnapshot() public {
        vm.recordLogs();
        begin();
        Vm.Log memory log = vm.getRecordedLogs()[0];
        assertEq(log.topics[0], IRounds.Begun.selector, "event");
        assertEq(log.topics[1], runId, "runId");
        assertEq(keccak256(log.data), keccak256(abi.encode(aggregators.rosterHash())), "rosterHash");
        assertEq(rounds.factsOf(runId).since, START, "SEAT begins");
        vm.expectRevert(abi.encodeWithSelector(IRounds.AlreadyBegun.selector, runId));
        rounds.begin(runId);
        vm.expectRevert(abi.encodeWithSelector(IRounds.NotPassed.selector, OTHER));
        rounds.begin(OTHER);
    }

    function test_CM2_whoRegistersAfterTheSnapshotIsNotDrawn() public {
        begin();
        register(20, 1000 ether);
        playDrawn(); // `committee` is of the snapshot's roster
        assertEq(roster.length, 21, "the next snapshot has the newcomer");
        bytes32 beaconBefore = beacon;
        draw();
        assertTrue(beacon != beaconBefore, "a new draw");
        assertTrue(committee[0] == vm.addr(keys[committee[0]]), "drawn");
    }

    function test_CM2_theSnapshotOfTheNextRoundIsTakenBeforeItsPreimagesAreRevealed() public {
        begin();
        draw();
        moveTo(5);
        vm.recordLogs();
        step();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs[1].topics[0], IRounds.Snapshot.selector, "event");
        assertEq(keccak256(logs[1].data), keccak256(abi.encode(1, 0, aggregators.rosterHash())), "data");
    }

    function test_CM3_theFirstBeacon() public {
        begin();
        vm.recordLogs();
        draw();
        bytes32 mix = keccak256(abi.encodePacked(runId, uint32(0), uint32(0), bytes32(0)));
        assertEq(beacon, keccak256(abi.encodePacked(blockhash(1001), mix)), "beacon");
        vm.expectRevert(abi.encodeWithSelector(IRounds.AlreadyDrawn.selector, runId));
        rounds.draw(runId);
    }

    function test_CM3_theNextBeaconIsTheDrawPreimages() public {
        begin();
        draw();
        moveTo(6);
        uint256 source = block.number + 1;
        bytes32 mix = mixOf(preimages("draw"));
        vm.recordLogs();
        move();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bytes32[] memory digests = new bytes32[](8);
        for (uint256 j; j < 8; ++j) {
            digests[j] = keccak256(abi.encode("aggregate share", j));
        }
        assertEq(logs[0].topics[0], IRounds.UnmaskedRecorded.selector, "event");
        assertEq(keccak256(logs[0].data), keccak256(abi.encode(0, 0, digests)), "digests");
        assertEq(logs[1].topics[0], IRounds.DrawRevealed.selector, "event");
        assertEq(keccak256(logs[1].data), keccak256(abi.encode(0, mix)), "mix");
        move();
        draw();
        assertEq(beacon, keccak256(abi.encodePacked(blockhash(source), mix)), "beacon");
    }

    function test_CM3_onlyTheCommittedDrawPreimages() public {
        begin();
        draw();
        moveTo(6);
        (bytes32[] memory digests, bytes[] memory words) = digestsAndWords();
        bytes32[] memory revealed = preimages("draw");
        bytes32 need = _commitments(revealed);
        revealed[7] = OTHER;
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPreimages.selector, _commitments(revealed), need));
        rounds.recordUnmaskedCommittee(runId, committee, digests, revealed, words);
        digests[3] = OTHER;
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, committee[3]));
        rounds.recordUnmaskedCommittee(runId, committee, digests, revealed, words);
    }

    function test_CM3_noDrawBeforeItsBlockIsMined() public {
        rounds.begin(runId);
        for (uint256 number = 1000; number < 1002; ++number) {
            vm.roll(number);
            vm.expectRevert(abi.encodeWithSelector(IRounds.BeaconEarly.selector, number, 1001));
            rounds.draw(runId);
        }
        vm.roll(1002);
        rounds.draw(runId);
    }

    function test_CM3_aLostBeaconIsANewSnapshotAndANewDraw() public {
        begin();
        vm.roll(1001 + 256); // still in time
        uint256 state = vm.snapshotState();
        draw();
        vm.revertToState(state);
        vm.roll(1001 + 257);
        register(20, 5 ether);
        vm.recordLogs();
        rounds.draw(runId);
        Vm.Log memory log = vm.getRecordedLogs()[0];
        assertEq(log.topics[0], IRounds.Snapshot.selector, "event");
        assertEq(keccak256(log.data), keccak256(abi.encode(0, 0, aggregators.rosterHash())), "data");
        assertEq(rounds.factsOf(runId).since, START, "SEAT does not begin again");
        snapshot();
        tick();
        draw();
        bytes32 mix = keccak256(abi.encodePacked(runId, uint32(0), uint32(0), bytes32(0)));
        assertEq(beacon, keccak256(abi.encodePacked(blockhash(1001 + 258), mix)), "beacon");
        playRound();
    }

    function test_CM3_aVoidedAttemptIsDrawnAnew() public {
        begin();
        draw();
        moveTo(3);
        bytes32 openBeacon = rounds.factsOf(runId).openBeacon;
        vm.warp(block.timestamp + 1 days);
        vm.recordLogs();
        rounds.voidAttempt(runId);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs[1].topics[0], IRounds.Snapshot.selector, "event");
        assertEq(keccak256(logs[1].data), keccak256(abi.encode(0, 1, aggregators.rosterHash())), "data");
        uint256 source = block.number + 1;
        tick();
        draw();
        bytes32 mix = keccak256(abi.encodePacked(runId, uint32(0), uint32(1), openBeacon));
        assertEq(beacon, keccak256(abi.encodePacked(blockhash(source), mix)), "beacon");
        playRound();
        playDrawn();
        assertEq(rounds.phaseOf(runId), FINISHED, "finished");
    }

    // CM5: seats.

    function test_CM5_theSeatsAreTold() public {
        begin();
        draw();
        (CommitteeSeat[] memory seats,) = committeeSeats();
        vm.recordLogs();
        step();
        Vm.Log memory log = vm.getRecordedLogs()[0];
        bytes32 committeeHash = keccak256(abi.encode(seats));
        assertEq(log.topics[0], IRounds.CommitteeSeated.selector, "event");
        assertEq(keccak256(log.data), keccak256(abi.encode(0, 0, committeeHash, seats)), "data");
        assertEq(rounds.factsOf(runId).committeeHash, committeeHash, "committeeHash");
    }

    function test_CM5_nobodySitsBeforeTheDraw() public {
        begin();
        committee = new address[](16);
        (CommitteeSeat[] memory seats, bytes[] memory signatures) = (new CommitteeSeat[](16), new bytes[](16));
        vm.expectRevert(abi.encodeWithSelector(IRounds.NotDrawn.selector, runId));
        rounds.seatCommittee(runId, roster, seats, signatures);
    }

    function test_CM5_onlyWhoWasDrawnSits() public {
        begin();
        draw();
        (CommitteeSeat[] memory seats, bytes[] memory signatures) = committeeSeats();
        (seats[1], seats[9]) = (seats[9], seats[1]);
        (signatures[1], signatures[9]) = (signatures[9], signatures[1]);
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongHolder.selector, 1, committee[9], committee[1]));
        rounds.seatCommittee(runId, roster, seats, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongCount.selector, 15, 16));
        rounds.seatCommittee(runId, roster, seats, new bytes[](15));
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongCount.selector, 17, 16));
        rounds.seatCommittee(runId, roster, new CommitteeSeat[](17), signatures);
    }

    function test_CM5_onlyTheSnapshotsRoster() public {
        begin();
        draw();
        (CommitteeSeat[] memory seats, bytes[] memory signatures) = committeeSeats();
        bytes32[] memory others = roster;
        others[0] = bytes32(uint256(others[0]) + 1);
        bytes32 have = keccak256(abi.encodePacked(others));
        bytes32 need = keccak256(abi.encodePacked(roster));
        vm.expectRevert(abi.encodeWithSelector(Sortition.WrongRoster.selector, have, need));
        rounds.seatCommittee(runId, others, seats, signatures);
    }

    function test_CM5_everySeatIsSignedByItsHolder() public {
        begin();
        draw();
        (CommitteeSeat[] memory seats, bytes[] memory signatures) = committeeSeats();
        seats[15].drawCommit = OTHER;
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, committee[15]));
        rounds.seatCommittee(runId, roster, seats, signatures);
    }

    function test_CM5_noSeatIsEmptyBeforeTheDeadline() public {
        begin();
        draw();
        empty[11] = true;
        bytes memory transition = transitionOf(0);
        vm.warp(START + SEAT);
        vm.expectRevert(abi.encodeWithSelector(IRounds.SeatMissing.selector, 11));
        land(transition);
        vm.warp(START + SEAT + 1);
        land(transition);
    }

    function test_CM5_theStandbyOfAnEmptySeatRevealsAndSpeaks() public {
        begin();
        draw();
        vm.warp(START + SEAT + 1);
        (empty[0], standby[0]) = (true, true);
        empty[10] = true;
        moveTo(1);
        standby[0] = false;
        bytes[] memory signatures = signAll(closedMessage("NoiseClosed"));
        _refuseNoise(signatures, abi.encodeWithSelector(IRounds.SeatMissing.selector, 0));
        (standby[0], standby[2]) = (true, true);
        signatures = signAll(closedMessage("NoiseClosed"));
        _refuseNoise(signatures, abi.encodeWithSelector(IRounds.SeatMissing.selector, 10));
        standby[2] = false;
        while (rounds.factsOf(runId).round == 0) move();
        (empty[0], empty[10], standby[0]) = (false, false, false);
        playDrawn();
        assertEq(rounds.phaseOf(runId), FINISHED, "finished");
    }

    function test_CM5_aShareWithoutHoldersIsNotSeated() public {
        begin();
        draw();
        vm.warp(START + SEAT + 1);
        (empty[3], empty[11]) = (true, true);
        bytes memory transition = transitionOf(0);
        vm.expectRevert(abi.encodeWithSelector(IRounds.SeatMissing.selector, 11));
        land(transition);
    }

    /// @dev Whoever is missing, and whoever speaks: the round is final, unless a share has nobody.
    /// forge-config: default.fuzz.runs = 32
    function testFuzz_CM5_CM6_anyHolderOfEachShareIsEnough(uint256 missing, uint256 roles) public {
        begin();
        draw();
        vm.warp(START + SEAT + 1);
        uint256 lost = 16;
        for (uint256 j; j < 8; ++j) {
            // A quarter of the seats is empty.
            empty[j] = missing >> 4 * j & 3 == 0;
            empty[j + 8] = missing >> (4 * j + 2) & 3 == 0;
            if (empty[j] && empty[j + 8] && lost == 16) lost = j + 8;
            standby[j] = empty[j] || (roles >> j & 1 == 1 && !empty[j + 8]);
        }
        if (lost < 16) {
            bytes memory transition = transitionOf(0);
            vm.expectRevert(abi.encodeWithSelector(IRounds.SeatMissing.selector, lost));
            return land(transition);
        }
        playRound();
        assertEq(rounds.factsOf(runId).round, 1, "round");
    }

    function test_CM5_anEmptySeatHasNoSignature() public {
        begin();
        draw();
        vm.warp(START + SEAT + 1);
        empty[3] = true;
        (CommitteeSeat[] memory seats, bytes[] memory signatures) = committeeSeats();
        signatures[3] = sign(committee[3], committeeSeatMessage(seats[3]));
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, committee[3]));
        rounds.seatCommittee(runId, roster, seats, signatures);
    }

    function test_CM5_pastTwiceTheDeadlineNobodySitsAndSeatIsVoid() public {
        begin();
        draw();
        bytes memory transition = transitionOf(0);
        uint256 deadline = START + 2 * SEAT;
        vm.warp(deadline);
        assertTrue(!rounds.overdue(runId), "not overdue at the deadline");
        vm.expectRevert(abi.encodeWithSelector(IRounds.NotOverdue.selector, deadline, deadline));
        rounds.voidAttempt(runId);
        uint256 state = vm.snapshotState();
        land(transition); // still in time
        vm.revertToState(state);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IRounds.DeadlinePassed.selector, deadline + 1, deadline));
        land(transition);
        assertTrue(rounds.overdue(runId), "overdue");
        rounds.voidAttempt(runId);
        Facts memory facts = rounds.factsOf(runId);
        assertEq(facts.attempt, 1, "attempt");
        assertEq(facts.since, deadline + 1, "since");
        tick();
        playDrawn();
    }

    function test_CM5_aShortRosterWaitsForMore() public {
        for (uint256 i; i < 5; ++i) {
            vm.prank(vm.addr(uint256(keccak256(abi.encode("aggregator", i)))));
            aggregators.resign();
        }
        begin();
        rounds.draw(runId);
        (CommitteeSeat[] memory seats, bytes[] memory signatures) = (new CommitteeSeat[](16), new bytes[](16));
        vm.expectRevert(abi.encodeWithSelector(Sortition.RosterTooSmall.selector, 15, 16));
        rounds.seatCommittee(runId, roster, seats, signatures);
        register(20, 1 ether);
        vm.warp(START + 2 * SEAT + 1);
        rounds.voidAttempt(runId);
        snapshot();
        tick();
        playDrawn();
    }

    // The other mode's functions, other phases.

    function test_CM5_aCommitteesRunIsNoConsortiums() public {
        bytes memory refused = abi.encodeWithSelector(IRounds.NotConsortium.selector, runId);
        vm.expectRevert(refused);
        rounds.seat(runId, new Seat[](6), new bytes[](6));
        begin();
        vm.expectRevert(refused);
        rounds.seat(runId, new Seat[](6), new bytes[](6));
        draw();
        moveTo(6);
        (bytes32[] memory digests, bytes[] memory words) = digestsAndWords();
        vm.expectRevert(refused);
        rounds.recordUnmasked(runId, committee, digests, words);
    }

    function test_CM2_aRunThatHasNotBegunDrawsNobody() public {
        bytes memory refused = abi.encodeWithSelector(IRounds.NotCommittee.selector, runId);
        vm.expectRevert(refused);
        rounds.draw(runId);
        vm.expectRevert(refused);
        rounds.seatCommittee(runId, roster, new CommitteeSeat[](16), new bytes[](16));
        vm.warp(START + 1 days);
        assertTrue(!rounds.overdue(runId), "nothing to void");
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPhase.selector, 0, 1));
        rounds.voidAttempt(runId);
    }

    function test_RD2_theCommitteesTransitionsRevertInEveryOtherPhase() public {
        begin();
        draw();
        for (uint8 phase; phase < 8; ++phase) {
            bytes memory refused = abi.encodeWithSelector(IRounds.WrongPhase.selector, phase, 0);
            for (uint8 other; other < 8; ++other) {
                if (other == phase) continue;
                bytes memory transition = transitionOf(other);
                vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPhase.selector, phase, other));
                land(transition);
            }
            if (phase > 0) {
                vm.expectRevert(refused);
                rounds.draw(runId);
            }
            move();
        }
    }

    function test_CH8_noCommitteeBeginsAfterTheSunset() public {
        vm.warp(START + 30 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPhase.selector, FINISHED, 0));
        rounds.begin(runId);
    }

    /// @dev Whatever is changed, a word of an offset or length too, lands as what was signed or not at all.
    function testFuzz_CM6_changedCalldataLandsNothingElse(uint16 place, bytes32 by, bool whole) public {
        begin();
        draw();
        tick();
        moveTo(1);
        bytes memory transition = transitionOf(1);
        uint256 at_ = 4 + uint256(place) % (transition.length - 36);
        if (whole) at_ = 4 + (at_ - 4) / 32 * 32;
        assembly ("memory-safe") {
            let word := add(add(transition, 32), at_)
            mstore(word, xor(mload(word), by))
        }
        (bool done,) = address(rounds).call(transition);
        Facts memory facts = rounds.factsOf(runId);
        assertEq(facts.phase, done ? 2 : 1, "phase");
        assertEq(facts.noiseRoot, done ? ROOT : bytes32(0), "root");
    }

    function test_CM6_aSignatureThatPointsOutOfTheCalldataIsNobodys() public {
        begin();
        draw();
        tick();
        moveTo(1);
        bytes memory transition = transitionOf(1);
        // The words after the selector: five arguments, the holders and their count, the count of the signatures.
        uint256 first = 4 + 32 * (5 + 1 + 16 + 1);
        bytes32[3] memory offsets = [bytes32(type(uint256).max), bytes32(uint256(1) << 200), bytes32(uint256(1 << 20))];
        for (uint256 i; i < 3; ++i) {
            bytes32 offset = offsets[i];
            assembly ("memory-safe") {
                mstore(add(add(transition, 32), first), offset)
            }
            (bool done, bytes memory why) = address(rounds).call(transition);
            assertTrue(!done, "refused");
            bytes memory need = abi.encodeWithSelector(ISigned.BadSignature.selector, committee[0]);
            assertEq(keccak256(why), keccak256(need), "nobody's");
        }
    }

    // Helpers.

    function _refuseNoise(bytes[] memory signatures, bytes memory refused) private {
        vm.expectRevert(refused);
        rounds.closeNoise(runId, committee, ROOT, BLOB, signatures);
    }

    function _commitments(bytes32[] memory revealed) private pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i; i < revealed.length; ++i) {
            hashes = bytes.concat(hashes, keccak256(bytes.concat(revealed[i])));
        }
        return keccak256(hashes);
    }
}
