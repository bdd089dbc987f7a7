// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAggregators, Statement} from "../src/interfaces/IAggregators.sol";
import {FileProof, ICourt, Piece, Recorded} from "../src/interfaces/ICourt.sol";
import {IRounds} from "../src/interfaces/IRounds.sol";
import {ISigned} from "../src/interfaces/ISigned.sol";
import {Facts} from "../src/types/Round.sol";
import {Promising} from "./Promising.sol";
import {Vm} from "./Test.sol";

/// @dev Takes no ether, or takes an answer's bond and tries to be paid twice.
contract Greedy {
    bytes private _again;
    address private _court;

    function play(address court, bytes calldata first, bytes calldata again) external payable {
        (_court, _again) = (court, again);
        (bool done, bytes memory why) = court.call{value: msg.value}(first);
        if (!done) {
            assembly {
                revert(add(why, 32), mload(why))
            }
        }
    }

    receive() external payable {
        (bool done,) = _court.call(_again);
        require(done, "refused");
    }
}

/// @dev CM10: publish or lose. Committees of 2 x 2 from a roster of 5. Long, because every refusal of one contract stands here.
contract CourtTest is Promising {
    address private constant BURN = 0x000000000000000000000000000000000000dEaD;
    uint8 private constant UNMASK = 6;
    uint8 private constant SETTLE = 7;

    function setUp() public {
        foundPromising(2, 5);
        begin();
        draw();
        tick();
        moveTo(UNMASK);
    }

    function _stake(uint256 seat) private view returns (uint256) {
        return aggregators.stakeOf(committee[seat]);
    }

    function _wait(uint256 time) private {
        vm.warp(block.timestamp + time);
    }

    /// @dev `verify` of the charter is 600.
    function _due() private {
        _wait(600);
    }

    function _placeIs(uint256 round, uint256 attempt, uint256 phase) private view {
        Facts memory facts = rounds.factsOf(runId);
        assertEq(facts.round, round, "round");
        assertEq(facts.attempt, attempt, "attempt");
        assertEq(facts.phase, phase, "phase");
    }

    // The way of a demand.

    function test_CM10_aDemandAsksForAPieceAndLeavesABond() public {
        moveTo(SETTLE);
        bytes32 piece = sha256(pieceOf("share", 1, 2));
        vm.recordLogs();
        bytes32 demandId = demandShare(1, 2);
        Vm.Log memory log = vm.getRecordedLogs()[0];
        assertEq(log.topics[0], ICourt.Demanded.selector, "event");
        assertEq(log.topics[1], runId, "run");
        assertEq(log.topics[2], demandId, "id");
        (,, address holder, bytes32 typeHash, bytes32 asked, uint64 due, uint256 bond) =
            abi.decode(log.data, (uint32, uint32, address, bytes32, bytes32, uint64, uint256));
        assertEq(holder, committee[1], "holder");
        assertEq(typeHash, keccak256(bytes(UNMASKED_TYPE)), "type");
        assertEq(asked, piece, "piece");
        assertEq(due, block.timestamp + 600, "due");
        assertEq(bond, BOND, "bond");
        assertEq(address(court).balance, BOND, "balance");
    }

    function test_CM10_whoAnswersGetsTheBondAndTheBytesArePartOfTheRecords() public {
        moveTo(SETTLE);
        bytes memory data = pieceOf("share", 0, 1);
        bytes32 demandId = demandShare(0, 1);
        address stranger = vm.addr(77);
        vm.recordLogs();
        vm.prank(stranger);
        court.answer(demandId, data);
        Vm.Log memory log = vm.getRecordedLogs()[0];
        assertEq(log.topics[0], ICourt.Answered.selector, "event");
        assertEq(keccak256(abi.decode(log.data, (bytes))), keccak256(data), "bytes");
        assertEq(stranger.balance, BOND, "bond");
        assertTrue(court.published(sha256(data)), "published");
        vm.expectRevert(abi.encodeWithSelector(ICourt.NotDemanded.selector, demandId));
        court.answer(demandId, data);
        _due();
        vm.expectRevert(abi.encodeWithSelector(ICourt.NotDemanded.selector, demandId));
        court.forfeit(demandId, nothing);
        _placeIs(0, 0, SETTLE);
    }

    function test_CM10_aListIsDemandedWithoutOne() public {
        moveTo(SETTLE);
        Statement memory said = unmasked(committee[0], shareDigestOf(0));
        bytes32 demandId = court.demandShare{value: BOND}(committee[0], said, Piece("", 0));
        court.answer(demandId, listOf("share", 0));
        assertTrue(court.published(shareDigestOf(0)), "published");
    }

    function test_CM10_aWithheldShareVoidsTheAttemptAndReturnsTheBond() public {
        moveTo(SETTLE);
        bytes32 demandId = demandShare(0, 0);
        Recorded memory facts = recorded(0);
        uint256 rho = rounds.factsOf(runId).rho;
        uint256 before = address(this).balance;
        _due();
        vm.recordLogs();
        court.forfeit(demandId, facts);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs[0].topics[0], ICourt.Forfeited.selector, "event");
        (,, address holder, bool voided) = abi.decode(logs[0].data, (uint32, uint32, address, bool));
        assertEq(holder, committee[0], "named");
        assertTrue(voided, "voided");
        assertEq(logs[1].topics[0], IRounds.Voided.selector, "then the VOID");
        _placeIs(0, 1, 0);
        assertEq(rounds.factsOf(runId).rho, rho, "RD5: the charge stays");
        assertEq(address(this).balance, before + BOND, "bond");
        assertEq(address(court).balance, 0, "balance");
        snapshot();
        tick();
        playDrawn();
        _placeIs(1, 0, 0);
    }

    function test_CM10_aWithheldFileVoidsTheAttemptBeforeItIsOpened() public {
        bytes32 demandId = demandFile(3, 1);
        Recorded memory facts = recorded(3);
        _due();
        court.forfeit(demandId, facts);
        _placeIs(0, 1, 0);
    }

    function test_CM10_whoForfeitsFirstAndShowsNothingDoesNotSaveTheAttempt() public {
        moveTo(SETTLE);
        bytes32 demandId = demandShare(0, 0);
        Recorded memory facts = recorded(0);
        _due();
        uint256 before = address(this).balance;
        vm.prank(committee[0]);
        court.forfeit(demandId, nothing);
        _placeIs(0, 0, SETTLE);
        vm.expectRevert(abi.encodeWithSelector(ICourt.NotDemanded.selector, demandId));
        court.forfeit(demandId, nothing);
        court.forfeit(demandId, facts);
        _placeIs(0, 1, 0);
        assertEq(address(this).balance, before + BOND, "one bond");
        vm.expectRevert(abi.encodeWithSelector(ICourt.NotDemanded.selector, demandId));
        court.forfeit(demandId, facts);
    }

    function test_CM10_aLateAnswerStillSavesTheStake() public {
        moveTo(SETTLE);
        bytes memory data = pieceOf("share", 0, 0);
        bytes32 demandId = demandShare(0, 0);
        _due();
        court.forfeit(demandId, nothing);
        uint256 before = address(this).balance;
        court.answer(demandId, data);
        assertEq(address(this).balance, before, "no bond is left");
        _wait(1 days);
        vm.expectRevert(abi.encodeWithSelector(ICourt.NotDemanded.selector, demandId));
        court.slash(demandId);
    }

    function test_CM10_afterADayTheStakeIsBurnedAndNobodyElses() public {
        moveTo(SETTLE);
        bytes32 first = demandShare(0, 0);
        bytes32 second = demandShare(0, 1);
        _due();
        court.forfeit(first, nothing);
        court.forfeit(second, recorded(0));
        uint256 stake = _stake(0);
        (uint256 partner, uint256 other) = (_stake(2), _stake(1));
        uint256 made = block.timestamp - 600;
        vm.warp(made + 1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(ICourt.TooEarly.selector, made + 1 days - 1, made + 1 days));
        court.slash(first);
        vm.warp(made + 1 days);
        bytes32 evidence = evidenceOf(committee[0], UNMASKED_TYPE, 0, 0);
        vm.recordLogs();
        vm.prank(vm.addr(77));
        court.slash(first);
        Vm.Log memory log = vm.getRecordedLogs()[0];
        assertEq(log.topics[0], IAggregators.Slashed.selector, "event");
        assertEq(log.topics[2], evidence, "CM9's evidence id");
        assertEq(_stake(0), 0, "all of it");
        assertEq(BURN.balance, stake, "burned");
        assertEq(vm.addr(77).balance, 0, "nothing to whoever decides");
        assertEq(_stake(2), partner, "not the partner's");
        assertEq(_stake(1), other, "nobody else's");
        vm.expectRevert(abi.encodeWithSelector(ICourt.NotDemanded.selector, first));
        court.slash(first);
        // Two pieces of one share, one evidence id: coming back with a new stake, it is not burned for the same.
        vm.deal(committee[0], 2 ether);
        vm.prank(committee[0]);
        aggregators.register{value: 2 ether}("");
        vm.expectRevert(abi.encodeWithSelector(bytes4(keccak256("AlreadySlashed(bytes32)")), evidence));
        court.slash(second);
    }

    function test_CM10_aFinalRoundStaysFinalAndPromisesBindForAWeek() public {
        moveTo(SETTLE);
        Statement memory said = unmasked(committee[0], shareDigestOf(0));
        Piece memory list = Piece("", 0);
        Piece memory piece = Piece(listOf("share", 0), 1);
        bytes32 demandId = demandShare(0, 0);
        Recorded memory facts = recorded(0);
        move();
        uint256 last = rounds.factsOf(runId).since;
        _due();
        court.forfeit(demandId, facts);
        _placeIs(1, 0, 0);
        vm.warp(last + 7 days);
        court.demandShare{value: BOND}(committee[0], said, list);
        vm.warp(last + 7 days + 1);
        vm.expectRevert(abi.encodeWithSelector(ICourt.PromiseOver.selector, last + 7 days + 1, last + 7 days));
        court.demandShare{value: BOND}(committee[0], said, piece);
    }

    // What does not void an attempt.

    function test_CM10_anOldPromiseDoesNotVoidALaterAttempt() public {
        moveTo(SETTLE);
        bytes32 demandId = demandShare(0, 0);
        Recorded memory facts = recorded(0);
        _wait(801);
        rounds.voidAttempt(runId);
        snapshot();
        tick();
        draw();
        tick();
        moveTo(SETTLE);
        court.forfeit(demandId, facts);
        _placeIs(0, 1, SETTLE);
    }

    function test_CM10_aPromiseThatIsNotRecordedVoidsNothing() public {
        moveTo(SETTLE);
        bytes memory list = abi.encodePacked(sha256("mine alone"));
        Statement memory said = unmasked(committee[0], sha256(list));
        bytes32 demandId = court.demandShare{value: BOND}(committee[0], said, Piece(list, 0));
        Recorded memory facts = recorded(0);
        _due();
        court.forfeit(demandId, facts);
        _placeIs(0, 0, SETTLE);
        assertTrue(_stake(0) > 0, "and costs its stake only when the day is over");
    }

    function test_CM10_whoHasNoSeatVoidsNothing() public {
        moveTo(SETTLE);
        address stranger = members[0];
        Statement memory said = unmasked(stranger, shareDigestOf(0));
        bytes32 demandId = court.demandShare{value: BOND}(stranger, said, Piece(listOf("share", 0), 0));
        Recorded memory facts = recorded(0);
        _due();
        vm.expectRevert(abi.encodeWithSelector(ICourt.WrongSeat.selector, 0, committee[0], stranger));
        court.forfeit(demandId, facts);
        court.forfeit(demandId, nothing);
        _placeIs(0, 0, SETTLE);
    }

    function test_CM10_seatsAndDigestsAreThoseOfTheAttempt() public {
        moveTo(SETTLE);
        bytes32 demandId = demandShare(0, 0);
        Recorded memory facts = recorded(0);
        _due();
        facts.seats[63] ^= 0x01;
        bytes32 need = rounds.factsOf(runId).committeeHash;
        vm.expectRevert(abi.encodeWithSelector(ICourt.WrongSeats.selector, keccak256(facts.seats), need));
        court.forfeit(demandId, facts);
        facts.seats[63] ^= 0x01;
        facts.seat = 4;
        vm.expectRevert(abi.encodeWithSelector(ICourt.WrongSeat.selector, 4, address(0), committee[0]));
        court.forfeit(demandId, facts);
        facts.seat = 0;
        facts.shareDigests[1] = "another";
        court.forfeit(demandId, facts);
        _placeIs(0, 0, SETTLE);
    }

    function test_CM10_anotherSharesDigestIsNoFactOfThisHolder() public {
        moveTo(SETTLE);
        Statement memory said = unmasked(committee[0], shareDigestOf(1));
        bytes32 demandId = court.demandShare{value: BOND}(committee[0], said, Piece(listOf("share", 1), 0));
        Recorded memory facts = recorded(0);
        _due();
        court.forfeit(demandId, facts);
        _placeIs(0, 0, SETTLE);
    }

    function test_CM10_onlyTheCourtVoidsAndSlashes() public {
        vm.expectRevert(abi.encodeWithSelector(IRounds.NotCourt.selector, address(this)));
        rounds.voidWithheld(runId);
        vm.expectRevert(abi.encodeWithSelector(IAggregators.NotCourt.selector, address(this)));
        aggregators.slashWithheld(committee[0], 0);
        moveTo(SETTLE);
        move();
        vm.prank(address(court));
        vm.expectRevert(abi.encodeWithSelector(IRounds.WrongPhase.selector, 0, UNMASK));
        rounds.voidWithheld(runId);
    }

    // Every require of a demand.

    function test_CM10_theBondIsTwoMillionTimesTheBaseFee() public {
        moveTo(SETTLE);
        Statement memory said = unmasked(committee[0], shareDigestOf(0));
        vm.fee(3 * GWEI);
        vm.expectRevert(abi.encodeWithSelector(ICourt.BondTooSmall.selector, 3 * BOND - 1, 3 * BOND));
        court.demandShare{value: 3 * BOND - 1}(committee[0], said, Piece("", 0));
        court.demandShare{value: 3 * BOND}(committee[0], said, Piece("", 0));
    }

    function test_CM10_aPromiseIsSignedByTheHolder() public {
        moveTo(SETTLE);
        Statement memory said = unmasked(committee[0], shareDigestOf(0));
        Piece memory list = Piece("", 0);
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, committee[1]));
        court.demandShare(committee[1], said, list);
        vm.expectRevert(abi.encodeWithSelector(ICourt.NothingPromised.selector));
        court.demandShare(address(0), said, list);
        said.data[159] ^= 0x01;
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, committee[0]));
        court.demandShare(committee[0], said, list);
        said.data = bytes.concat(said.data, bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(ICourt.StatementLength.selector, 192, 160));
        court.demandShare(committee[0], said, list);
        vm.expectRevert(abi.encodeWithSelector(ICourt.StatementLength.selector, 192, 320));
        court.demandFile(committee[0], said, FileProof("", 0, 0, new bytes32[](0)), list);
    }

    function test_CM10_aPromiseOfOneRunIsNoneOfAnother() public {
        moveTo(SETTLE);
        bytes memory data = abi.encode(keccak256("no run"), 0, 0, ROOT, shareDigestOf(0));
        Statement memory said =
            Statement(data, sign(committee[0], keccak256(bytes.concat(keccak256(bytes(UNMASKED_TYPE)), data))));
        vm.expectRevert(abi.encodeWithSelector(ICourt.PromiseOver.selector, block.timestamp, 7 days));
        court.demandShare{value: BOND}(committee[0], said, Piece("", 0));
    }

    function test_CM10_theListIsThePromisedOne() public {
        moveTo(SETTLE);
        Statement memory said = unmasked(committee[0], shareDigestOf(0));
        bytes memory list = listOf("share", 1);
        vm.expectRevert(abi.encodeWithSelector(ICourt.WrongList.selector, sha256(list), shareDigestOf(0)));
        court.demandShare{value: BOND}(committee[0], said, Piece(list, 0));
        list = listOf("share", 0);
        vm.expectRevert(abi.encodeWithSelector(ICourt.NoSuchPiece.selector, 3, 3));
        court.demandShare{value: BOND}(committee[0], said, Piece(list, 3));
        // A list that is too long to be shown, and half a digest.
        bytes memory long = new bytes(16_416);
        said = unmasked(committee[0], sha256(long));
        vm.expectRevert(abi.encodeWithSelector(ICourt.WrongList.selector, sha256(long), sha256(long)));
        court.demandShare{value: BOND}(committee[0], said, Piece(long, 0));
        bytes memory half = new bytes(31);
        said = unmasked(committee[0], sha256(half));
        vm.expectRevert(abi.encodeWithSelector(ICourt.NoSuchPiece.selector, 0, 0));
        court.demandShare{value: BOND}(committee[0], said, Piece(half, 0));
    }

    function test_CM10_aFileThatNobodyPublishedIsNotPromised() public {
        _wait(701);
        rounds.voidAttempt(runId);
        absent[2] = true;
        snapshot();
        tick();
        draw();
        tick();
        moveTo(UNMASK);
        Statement memory said = verified(committee[2], verifierRootOf());
        FileProof memory file = fileProof(2);
        vm.expectRevert(abi.encodeWithSelector(ICourt.NothingPromised.selector));
        court.demandFile{value: BOND}(committee[2], said, file, Piece("", 0));
    }

    function test_CM10_aFileIsThatOfItsHoldersOwnSeat() public {
        Statement memory said = verified(committee[0], verifierRootOf());
        Piece memory list = Piece("", 0);
        FileProof memory file = fileProof(1);
        vm.expectRevert(abi.encodeWithSelector(ICourt.WrongSeat.selector, 1, committee[1], committee[0]));
        court.demandFile{value: BOND}(committee[0], said, file, list);
        // Another's file at one's own place.
        file = fileProof(0);
        file.digest = fileDigestOf(1);
        bytes32 node = keccak256(abi.encodePacked(uint8(0), file.digest));
        node = keccak256(abi.encodePacked(uint8(1), node, file.proof[0]));
        node = keccak256(abi.encodePacked(uint8(1), node, file.proof[1]));
        bytes32 have = keccak256(abi.encodePacked(uint8(2), uint32(4), node));
        vm.expectRevert(abi.encodeWithSelector(ICourt.WrongProof.selector, have, verifierRootOf()));
        court.demandFile{value: BOND}(committee[0], said, file, list);
        file = fileProof(0);
        file.seats[95] ^= 0x01;
        bytes32 need = rounds.factsOf(runId).committeeHash;
        vm.expectRevert(abi.encodeWithSelector(ICourt.WrongSeats.selector, keccak256(file.seats), need));
        court.demandFile{value: BOND}(committee[0], said, file, list);
    }

    function test_CM10_onceOnlyAndFourAtATime() public {
        moveTo(SETTLE);
        bytes32 first = demandShare(0, 0);
        vm.expectRevert(abi.encodeWithSelector(ICourt.AlreadyDemanded.selector, first));
        this.again(0, 0);
        demandShare(0, 1);
        demandShare(0, 2);
        Statement memory said = unmasked(committee[0], shareDigestOf(0));
        court.demandShare{value: BOND}(committee[0], said, Piece("", 0));
        vm.expectRevert(abi.encodeWithSelector(ICourt.TooManyDemands.selector, committee[0], 4));
        this.againFile(0);
        demandShare(2, 2);
        court.answer(first, pieceOf("share", 0, 0));
        demandFile(0, 0);
        vm.expectRevert(abi.encodeWithSelector(ICourt.AlreadyPublished.selector, sha256(pieceOf("share", 0, 0))));
        this.again(2, 0);
    }

    function again(uint256 seat, uint256 index) external {
        demandShare(seat, index);
    }

    function againFile(uint256 seat) external {
        demandFile(seat, 0);
    }

    // Answers, bonds, and those who would keep them.

    function test_CM10_otherBytesAreNoAnswer() public {
        moveTo(SETTLE);
        bytes32 demandId = demandShare(0, 0);
        bytes memory data = pieceOf("share", 0, 1);
        bytes memory refusal = abi.encodeWithSelector(
            ICourt.WrongAnswer.selector, sha256(data), sha256(pieceOf("share", 0, 0))
        );
        vm.expectRevert(refusal);
        court.answer(demandId, data);
        data = new bytes(16_385);
        vm.expectRevert(abi.encodeWithSelector(ICourt.AnswerTooLong.selector, 16_385, 16_384));
        court.answer(demandId, data);
        vm.expectRevert(abi.encodeWithSelector(ICourt.NotDemanded.selector, bytes32(0)));
        court.answer(0, data);
    }

    function test_CM10_oneAnswerEndsEveryDemandForTheSameBytes() public {
        moveTo(SETTLE);
        bytes32 first = demandShare(0, 0);
        bytes32 second = demandShare(2, 0);
        Recorded memory facts = recorded(2);
        court.answer(first, pieceOf("share", 0, 0));
        _due();
        uint256 before = address(this).balance;
        vm.recordLogs();
        court.forfeit(second, facts);
        assertEq(vm.getRecordedLogs()[0].topics[0], ICourt.Returned.selector, "event");
        assertEq(address(this).balance, before + BOND, "bond");
        _placeIs(0, 0, SETTLE);
        vm.expectRevert(abi.encodeWithSelector(ICourt.NotDemanded.selector, second));
        court.slash(second);
    }

    function test_CM10_anAnswerAfterBothWereForfeitedSavesBoth() public {
        moveTo(SETTLE);
        bytes32 first = demandShare(0, 0);
        bytes32 second = demandShare(2, 0);
        bytes memory data = pieceOf("share", 0, 0);
        _due();
        court.forfeit(first, nothing);
        court.forfeit(second, nothing);
        court.answer(first, data);
        _wait(1 days);
        vm.expectRevert(abi.encodeWithSelector(ICourt.AlreadyPublished.selector, sha256(data)));
        court.slash(second);
        court.forfeit(second, nothing);
        vm.expectRevert(abi.encodeWithSelector(ICourt.NotDemanded.selector, second));
        court.slash(second);
    }

    function test_CM10_nobodyIsForfeitedEarly() public {
        moveTo(SETTLE);
        bytes32 demandId = demandShare(0, 0);
        _wait(599);
        vm.expectRevert(abi.encodeWithSelector(ICourt.TooEarly.selector, block.timestamp, block.timestamp + 1));
        court.forfeit(demandId, nothing);
        vm.expectRevert(abi.encodeWithSelector(ICourt.NotDemanded.selector, demandId));
        court.slash(demandId);
    }

    function test_CM10_whoRefusesItsBondKeepsNoDemandOpen() public {
        moveTo(SETTLE);
        Greedy greedy = new Greedy();
        Statement memory said = unmasked(committee[0], shareDigestOf(0));
        bytes memory call = abi.encodeCall(ICourt.demandShare, (committee[0], said, Piece("", 0)));
        greedy.play{value: BOND}(address(court), call, call);
        bytes32 demandId = keccak256(
            abi.encode(evidenceOf(committee[0], UNMASKED_TYPE, 0, 0), shareDigestOf(0), shareDigestOf(0))
        );
        Recorded memory facts = recorded(0);
        _due();
        court.forfeit(demandId, facts);
        _placeIs(0, 1, 0);
        assertEq(BURN.balance, BOND, "burned");
    }

    function test_CM10_nobodyIsPaidTwice() public {
        moveTo(SETTLE);
        bytes32 demandId = demandShare(0, 2);
        demandShare(0, 1);
        Greedy greedy = new Greedy();
        bytes memory call = abi.encodeCall(ICourt.answer, (demandId, pieceOf("share", 0, 2)));
        vm.expectRevert(abi.encodeWithSelector(ICourt.PaymentRefused.selector, address(greedy)));
        greedy.play(address(court), call, call);
        assertEq(address(court).balance, 2 * BOND, "balance");
    }

    // Fuzz.

    function testFuzz_CM10_onlyTheBytesThemselvesAnswer(bytes calldata data, uint16 flip) public {
        moveTo(SETTLE);
        bytes memory piece = pieceOf("share", 0, 2);
        bytes32 demandId = demandShare(0, 2);
        bool same = keccak256(data) == keccak256(piece);
        (bool done,) = address(court).call(abi.encodeCall(ICourt.answer, (demandId, data)));
        assertTrue(done == same, "any bytes");
        if (done) return;
        piece[flip % 100] ^= bytes1(uint8(2 ** (flip % 8)));
        (done,) = address(court).call(abi.encodeCall(ICourt.answer, (demandId, piece)));
        assertTrue(!done, "one bit");
    }

    function testFuzz_CM10_aProofIsGoodForItsOwnLeafAlone(uint8 seat, uint8 other, uint8 layer, uint8 bit) public {
        uint256 i = seat % 4;
        Statement memory said = verified(committee[i], verifierRootOf());
        FileProof memory file = fileProof(i);
        if (other % 4 != i) {
            file.digest = fileDigestOf(other % 4);
            assertTrue(!_demands(i, said, file), "another leaf");
            file.digest = fileDigestOf(i);
        }
        file.proof[layer % 2] ^= bytes32(uint256(1) << bit);
        assertTrue(!_demands(i, said, file), "another path");
        file.proof[layer % 2] ^= bytes32(uint256(1) << bit);
        assertTrue(_demands(i, said, file), "its own");
    }

    function _demands(uint256 seat, Statement memory said, FileProof memory file) private returns (bool done) {
        bytes memory call = abi.encodeCall(ICourt.demandFile, (committee[seat], said, file, Piece("", 0)));
        (done,) = address(court).call{value: BOND}(call);
    }
}
