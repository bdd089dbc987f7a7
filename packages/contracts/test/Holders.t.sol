// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRounds} from "../src/interfaces/IRounds.sol";
import {ISigned} from "../src/interfaces/ISigned.sol";
import {CommitteeSeat, Seat, Verified} from "../src/types/Round.sol";
import {Consortium} from "./Consortium.sol";

/// @dev The committee: who sits, what it reveals, and what it signs.
contract HoldersTest is Consortium {
    uint8 private constant FINISHED = 8;

    function setUp() public {
        found(6);
        pass(aCharter());
    }

    // RD6, RD9: the committee.

    function test_RD6_allMembersUntilTheSeatDeadline() public {
        committee.pop();
        (Seat[] memory seats, bytes[] memory signatures) = aCommittee();
        vm.warp(START + 100);
        vm.expectRevert(abi.encodeWithSelector(IRounds.CommitteeTooSmall.selector, 5, 6));
        rounds.seat(runId, seats, signatures);
    }

    function test_RD6_aSmallerCommitteeAfterTheSeatDeadline() public {
        committee.pop();
        committee.pop();
        vm.warp(START + 101);
        playRound();
        assertEq(rounds.factsOf(runId).round, 1, "four of six finish a round");
        committee = members;
        playRound();
        assertEq(rounds.phaseOf(runId), FINISHED, "all six are back");
    }

    function test_RD6_neverFewerThanTheMinimumCohort() public {
        committee.pop();
        committee.pop();
        committee.pop();
        committee.pop();
        (Seat[] memory seats, bytes[] memory signatures) = aCommittee();
        vm.warp(START + 101);
        vm.expectRevert(abi.encodeWithSelector(IRounds.CommitteeTooSmall.selector, 2, 3));
        rounds.seat(runId, seats, signatures);
    }

    function test_RD9_seatsAscend() public {
        (Seat[] memory seats, bytes[] memory signatures) = aCommittee();
        (seats[3], seats[2]) = (seats[2], seats[3]);
        vm.expectRevert(abi.encodeWithSelector(IRounds.SeatsNotAscending.selector, 3));
        rounds.seat(runId, seats, signatures);
        (seats[3], seats[2]) = (seats[2], seats[3]);
        seats[5] = seats[4];
        vm.expectRevert(abi.encodeWithSelector(IRounds.SeatsNotAscending.selector, 5));
        rounds.seat(runId, seats, signatures);
    }

    function test_CH6_onlyMembersSit() public {
        (Seat[] memory seats, bytes[] memory signatures) = aCommittee();
        seats[5].holder = address(type(uint160).max);
        vm.expectRevert(abi.encodeWithSelector(IRounds.NotMember.selector, seats[5].holder));
        rounds.seat(runId, seats, signatures);
    }

    function test_RD9_everySeatIsSignedByItsHolder() public {
        (Seat[] memory seats, bytes[] memory signatures) = aCommittee();
        bytes[] memory fewer = new bytes[](5);
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongCount.selector, 5, 6));
        rounds.seat(runId, seats, fewer);
        seats[4].sealKey = keccak256("another key");
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, seats[4].holder));
        rounds.seat(runId, seats, signatures);
    }

    function test_RD3_onlyTheSeatedSign() public {
        moveTo(1);
        bytes[] memory signatures = signAll(closedMessage("NoiseClosed"));
        bytes32 need = keccak256(abi.encodePacked(committee));
        address[] memory holders = members;
        (holders[0], holders[1]) = (holders[1], holders[0]);
        bytes32 have = keccak256(abi.encodePacked(holders));
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongCommittee.selector, have, need));
        rounds.closeNoise(runId, holders, ROOT, BLOB, signatures);
        bytes[] memory fewer = new bytes[](5);
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongCount.selector, 5, 6));
        rounds.closeNoise(runId, committee, ROOT, BLOB, fewer);
    }

    // RD8: beacons.

    function test_RD8_theBeaconIsTheNextBlockAndEveryPreimage() public {
        moveTo(2);
        vm.setBlockhash(1003, keccak256("block 1003"));
        bytes32 mixed;
        for (uint256 i; i < 6; ++i) {
            mixed ^= preimage("open", i);
        }
        step();
        bytes32 beacon = keccak256(abi.encodePacked(keccak256("block 1003"), mixed));
        assertEq(rounds.factsOf(runId).openBeacon, beacon, "openBeacon");
    }

    function test_RD8_noBeaconBeforeItsBlockIsMined() public {
        moveTo(1);
        step();
        bytes32[] memory revealed = preimages("open");
        vm.roll(1003);
        vm.expectRevert(abi.encodeWithSelector(IRounds.BeaconEarly.selector, 1003, 1003));
        rounds.open(runId, revealed);
        vm.roll(1004);
        rounds.open(runId, revealed);
    }

    function test_RD8_aBeaconIsLostAfter256Blocks() public {
        for (uint8 phase = 2; phase < 5; phase += 2) {
            moveTo(phase);
            bytes memory transition = transitionOf(phase);
            uint256 source = block.number - 1;
            uint256 state = vm.snapshotState();
            vm.roll(source + 257);
            vm.expectRevert(abi.encodeWithSelector(IRounds.BeaconLost.selector, source + 257, source));
            land(transition);
            vm.roll(source + 256); // still in time
            land(transition);
            vm.revertToState(state);
        }
    }

    function test_RD8_onlyTheCommittedPreimages() public {
        for (uint8 phase = 2; phase < 5; phase += 2) {
            moveTo(phase);
            bytes32[] memory revealed = preimages(phase == 2 ? bytes32("open") : bytes32("query"));
            bytes32 need = _commitments(revealed);
            bytes32[] memory fewer = new bytes32[](5);
            for (uint256 i; i < 5; ++i) {
                fewer[i] = revealed[i];
            }
            _expectWrongPreimages(phase, fewer, need);
            revealed[5] = bytes32(uint256(revealed[5]) ^ 1);
            _expectWrongPreimages(phase, revealed, need);
        }
    }

    // What holders sign.

    function test_RD2_aSignatureOfAnotherAttemptIsRefused() public {
        moveTo(1);
        bytes[] memory old = signAll(closedMessage("NoiseClosed"));
        vm.warp(block.timestamp + 1 days);
        rounds.voidAttempt(runId);
        moveTo(1);
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, members[0]));
        rounds.closeNoise(runId, committee, ROOT, BLOB, old);
    }

    function test_RD2_aSignatureOverOtherFactsIsRefused() public {
        bytes memory refused = abi.encodeWithSelector(ISigned.BadSignature.selector, members[0]);
        bytes32 other = keccak256("other");
        moveTo(1);
        bytes[] memory signatures = signAll(closedMessage("NoiseClosed"));
        vm.expectRevert(refused);
        rounds.closeNoise(runId, committee, other, BLOB, signatures);
        vm.expectRevert(refused);
        rounds.closeNoise(runId, committee, ROOT, other, signatures);
        moveTo(3);
        signatures = signAll(closedMessage("NoiseClosed"));
        vm.expectRevert(refused);
        rounds.closeUploads(runId, committee, ROOT, BLOB, signatures);
        moveTo(5);
        Verified memory v = aVerdict();
        signatures = signAll(verifiedMessage(v));
        v.acceptRoot = other;
        vm.expectRevert(refused);
        rounds.recordVerified(runId, committee, v, signatures);
        moveTo(7);
        signatures = signAll(settledMessage(modelAfter(0)));
        vm.expectRevert(refused);
        rounds.settle(runId, committee, ROOT, other, BLOB, signatures);
        vm.expectRevert(refused);
        rounds.settle(runId, committee, other, modelAfter(0), BLOB, signatures);
    }

    function test_RD10_everyHolderSignsItsOwnShare() public {
        moveTo(6);
        bytes32[] memory digests = shareDigests();
        bytes[] memory signatures = unmaskSignatures(digests);
        bytes32[] memory fewer = new bytes32[](5);
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongCount.selector, 5, 6));
        rounds.recordUnmasked(runId, committee, fewer, signatures);
        (digests[4], digests[5]) = (digests[5], digests[4]);
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, members[4]));
        rounds.recordUnmasked(runId, committee, digests, signatures);
    }

    function test_CM5_aConsortiumsRunIsNoCommittees() public {
        bytes memory refused = abi.encodeWithSelector(IRounds.NotCommittee.selector, runId);
        vm.expectRevert(refused);
        rounds.begin(runId);
        vm.expectRevert(refused);
        rounds.draw(runId);
        vm.expectRevert(refused);
        rounds.seatCommittee(runId, new bytes32[](12), new CommitteeSeat[](12), new bytes[](12));
        moveTo(6);
        bytes32[] memory digests = shareDigests();
        bytes[] memory signatures = unmaskSignatures(digests);
        bytes32[] memory revealed = preimages("draw");
        vm.expectRevert(refused);
        rounds.recordUnmaskedCommittee(runId, committee, digests, revealed, signatures);
    }

    function test_CH6_aSignatureHasOneFormOnly() public {
        (Seat[] memory seats, bytes[] memory signatures) = aCommittee();
        bytes memory good = signatures[0];
        bytes memory refused = abi.encodeWithSelector(ISigned.BadSignature.selector, members[0]);
        (bytes32 r, bytes32 s, uint8 v) = _split(good);
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        signatures[0] = abi.encodePacked(r, order - uint256(s), v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(refused);
        rounds.seat(runId, seats, signatures);
        signatures[0] = abi.encodePacked(good, uint8(0));
        vm.expectRevert(refused);
        rounds.seat(runId, seats, signatures);
        signatures[0] = abi.encodePacked(r, s, v - 27);
        vm.expectRevert(refused);
        rounds.seat(runId, seats, signatures);
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_CH6_aTamperedSignatureIsRefused(uint256 place, uint8 flip) public {
        vm.assume(flip != 0);
        (Seat[] memory seats, bytes[] memory signatures) = aCommittee();
        signatures[3][place % 65] = bytes1(uint8(signatures[3][place % 65]) ^ flip);
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, members[3]));
        rounds.seat(runId, seats, signatures);
    }

    // Helpers.

    function _expectWrongPreimages(uint8 phase, bytes32[] memory revealed, bytes32 need) private {
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPreimages.selector, _commitments(revealed), need));
        if (phase == 2) rounds.open(runId, revealed);
        else rounds.query(runId, revealed);
    }

    function _commitments(bytes32[] memory revealed) private pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i; i < revealed.length; ++i) {
            hashes = bytes.concat(hashes, keccak256(bytes.concat(revealed[i])));
        }
        return keccak256(hashes);
    }

    function _split(bytes memory signature) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly {
            r := mload(add(signature, 32))
            s := mload(add(signature, 64))
            v := byte(0, mload(add(signature, 96)))
        }
    }
}
