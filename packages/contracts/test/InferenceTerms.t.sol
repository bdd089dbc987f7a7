// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Inference} from "../src/Inference.sol";
import {UseText} from "../src/libraries/UseText.sol";
import {TermsOfUse} from "../src/types/TermsOfUse.sol";
import {FinalModels} from "./FinalModels.sol";
import {Test} from "./Test.sol";

/// @dev A member whose account takes no ether.
contract Closed {}

/// @dev A member that asks again while it is being paid.
contract Greedy {
    Inference private immutable _inference;
    bytes32 private immutable _runId;
    bool public refused;

    constructor(Inference inference, bytes32 runId) {
        (_inference, _runId) = (inference, runId);
    }

    receive() external payable {
        try _inference.payOut(_runId, address(this)) {}
        catch {
            refused = true;
        }
    }
}

contract InferenceTermsTest is Test {
    bytes32 private constant RUN = keccak256("a run");
    // One weight of 1 and no bias: the score is the feature.
    bytes private constant MODEL = hex"01010100000010000000010000000000";
    // No constant: sha256 is a call, and what is expected is expected of the next one.
    bytes32 private immutable MODEL_ID = sha256(MODEL);
    uint256 private constant UNTIL = 2_000_000_000;
    uint128 private constant PRICE = 1000;
    address private constant ALICE = 0xABcdEFABcdEFabcdEfAbCdefabcdeFABcDEFabCD;
    string private constant PURPOSE = "screening of transfers";

    FinalModels private rounds;
    Inference private inference;
    address[] private members;

    function setUp() public {
        rounds = new FinalModels();
        inference = new Inference(rounds);
        for (uint160 i = 1; i <= 3; ++i) {
            members.push(address(0x1000 + i));
        }
        rounds.setMembers(members);
        vm.warp(UNTIL - 100);
        vm.deal(address(this), 1 ether);
        vm.deal(ALICE, 1 ether);
    }

    // -- What the text says is what is registered

    function test_IN7_CH10_theTermsAreTheEndOfTheText() public {
        // Written out as a text has them, not with the library that is tried.
        bytes memory end = bytes.concat(
            ',\n "use": {\n  "callers": [\n   "0x0000000000000000000000000000000000001001",\n',
            '   "0xabcdefabcdefabcdefabcdefabcdefabcdefabcd"\n  ],\n  "price": "1000",\n',
            '  "purpose": "screening of transfers",\n  "until": 2000000000\n }\n}\n'
        );
        rounds.finish(RUN, rounds.stateHash(MODEL), end);
        TermsOfUse memory terms = _terms();
        terms.callers = new address[](2);
        (terms.callers[0], terms.callers[1]) = (members[0], ALICE);
        require(rounds.register(inference, RUN, MODEL, terms) == MODEL_ID, "these are the terms");

        TermsOfUse[5] memory wrong = [_terms(), _copy(terms), _copy(terms), _copy(terms), _copy(terms)];
        wrong[1].price = 999;
        wrong[2].purpose = "any";
        wrong[3].until = 0;
        wrong[4].callers[0] = ALICE;
        for (uint256 i; i < wrong.length; ++i) {
            (bool success, bytes memory reason) =
                address(rounds).call(_registering(inference, RUN, MODEL, wrong[i]));
            assertTrue(!success && bytes4(reason) == Inference.WrongTerms.selector, "other terms");
        }
    }

    function test_CH10_aPurposeCannotCarryFurtherFields() public {
        // One JSON text, cut so that free terms end where the real ones begin: its purpose would hold quotes.
        TermsOfUse memory terms = _terms();
        string[4] memory purposes = ['any",\n  "until": 0', "line\nbreak", "back\\slash", unicode"für"];
        for (uint256 i; i < purposes.length; ++i) {
            terms.purpose = purposes[i];
            vm.expectRevert(abi.encodeWithSelector(UseText.PurposeNotPlain.selector, purposes[i]));
            this.ending(terms);
        }
        // The last wrong ones are refused at the edges of what is printed.
        terms.purpose = "~ !#[]";
        this.ending(terms);
    }

    function ending(TermsOfUse calldata terms) external pure returns (bytes memory) {
        return UseText.ending(terms);
    }

    function test_CH10_aTextWithoutTermsServesNothing() public {
        rounds.finish(RUN, rounds.stateHash(MODEL), "\n}\n");
        (bool success, bytes memory reason) = address(rounds).call(_registering(inference, RUN, MODEL, _open()));
        assertTrue(!success && bytes4(reason) == Inference.WrongTerms.selector, "no terms, no service");
    }

    // -- Open to anybody

    function test_CH10_openIsFreeForAnybodyUntilTheSunset() public {
        TermsOfUse memory terms = _open();
        terms.until = uint64(UNTIL);
        _serve(RUN, terms);
        vm.prank(ALICE);
        assertTrue(inference.predict(MODEL_ID, _features()) == 7, "anybody");
        assertTrue(inference.use(RUN, "whatever I like", _features()) == 7, "and on record");
        vm.warp(UNTIL);
        assertTrue(inference.predict(MODEL_ID, _features()) == 7, "the last second is included");
        vm.warp(UNTIL + 1);
        vm.expectRevert(abi.encodeWithSelector(Inference.NotOpen.selector, MODEL_ID, UNTIL + 1, UNTIL));
        inference.predict(MODEL_ID, _features());
        vm.expectRevert(abi.encodeWithSelector(Inference.PastSunset.selector, UNTIL + 1, UNTIL));
        inference.use(RUN, "any", _features());
    }

    function test_CH10_whatHasTermsIsNotFreeForAll() public {
        for (uint256 which; which < 3; ++which) {
            bytes32 runId = bytes32(which);
            TermsOfUse memory terms = _open();
            if (which == 0) terms.price = 1;
            if (which == 1) terms.purpose = PURPOSE;
            if (which == 2) terms.callers = _only(ALICE);
            _serve(runId, terms);
            vm.expectRevert(abi.encodeWithSelector(Inference.NotOpen.selector, MODEL_ID, block.timestamp, 0));
            inference.predict(MODEL_ID, _features());
        }
        // Another run that ended with the very same model opens it: a model is its bytes, terms are a run's.
        _serve(RUN, _open());
        assertTrue(inference.predict(MODEL_ID, _features()) == 7, "open now");
        vm.expectRevert(abi.encodeWithSelector(Inference.WrongPrice.selector, 0, 1));
        inference.use(bytes32(0), "any", _features());
    }

    // -- Price, purpose, caller

    function test_CH10_useTakesThePriceThePurposeAndTheCaller() public {
        TermsOfUse memory terms = _terms();
        terms.callers = _only(ALICE);
        _serve(RUN, terms);
        vm.expectRevert(abi.encodeWithSelector(Inference.NotACaller.selector, RUN, address(this)));
        inference.use{value: PRICE}(RUN, PURPOSE, _features());
        bytes32 need = keccak256(bytes(PURPOSE));
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Inference.WrongPurpose.selector, keccak256("credit"), need));
        inference.use{value: PRICE}(RUN, "credit", _features());
        uint128[3] memory wrong = [PRICE - 1, PRICE + 1, 0];
        for (uint256 i; i < 3; ++i) {
            vm.prank(ALICE);
            vm.expectRevert(abi.encodeWithSelector(Inference.WrongPrice.selector, wrong[i], PRICE));
            inference.use{value: wrong[i]}(RUN, PURPOSE, _features());
        }
        vm.prank(ALICE);
        vm.expectEmit(address(inference));
        emit Inference.Used(RUN, ALICE, PURPOSE, PRICE);
        assertTrue(inference.use{value: PRICE}(RUN, PURPOSE, _features()) == 7, "the score");
        assertEq(address(inference).balance, PRICE, "and nothing but the price is kept");
    }

    function test_CH10_onlyWhatWasRegisteredIsServed() public {
        vm.expectRevert(abi.encodeWithSelector(Inference.NotServed.selector, RUN));
        inference.use(RUN, "any", _features());
    }

    // -- The members' parts

    function test_IN7_CH10_membersSharePaymentsInEqualParts() public {
        _serve(RUN, _terms());
        inference.use{value: PRICE}(RUN, PURPOSE, _features());
        assertEq(inference.dueTo(RUN, members[0]), 333, "a third, floored");
        vm.prank(ALICE);
        inference.payOut(RUN, members[0]);
        assertEq(members[0].balance, 333, "whoever asks, the member is paid");
        vm.expectRevert(abi.encodeWithSelector(Inference.NothingDue.selector, RUN, members[0]));
        inference.payOut(RUN, members[0]);
        vm.expectRevert(abi.encodeWithSelector(Inference.NotAMember.selector, RUN, ALICE));
        inference.payOut(RUN, ALICE);
        assertEq(inference.dueTo(RUN, ALICE), 0, "nothing is due to others");
        // Remainders wait: three uses are 3,000.
        inference.use{value: PRICE}(RUN, PURPOSE, _features());
        inference.use{value: PRICE}(RUN, PURPOSE, _features());
        for (uint256 i; i < 3; ++i) {
            inference.payOut(RUN, members[i]);
            assertEq(members[i].balance, 1000, "each a third of all");
        }
        assertEq(address(inference).balance, 0, "nothing is left");
    }

    function test_CH10_oneMemberCannotKeepOthersFromTheirs() public {
        Greedy greedy = new Greedy(inference, RUN);
        members[0] = address(new Closed());
        members[1] = address(greedy);
        rounds.setMembers(members);
        _serve(RUN, _terms());
        inference.use{value: PRICE}(RUN, PURPOSE, _features());
        vm.expectRevert(abi.encodeWithSelector(Inference.NotTaken.selector, members[0]));
        inference.payOut(RUN, members[0]);
        inference.payOut(RUN, address(greedy));
        assertTrue(greedy.refused() && address(greedy).balance == 333, "once, however it asks");
        inference.payOut(RUN, members[2]);
        assertEq(address(inference).balance, 334, "the closed member's part stays");
    }

    function test_CH10_runsDoNotPayForEachOther() public {
        _serve(RUN, _terms());
        _serve(bytes32(uint256(1)), _terms());
        inference.use{value: PRICE}(RUN, PURPOSE, _features());
        vm.expectRevert(abi.encodeWithSelector(Inference.NothingDue.selector, bytes32(uint256(1)), members[0]));
        inference.payOut(bytes32(uint256(1)), members[0]);
    }

    /// @dev However uses and payments follow one another: nobody gets more than its part, and the contract can pay all.
    function testFuzz_CH10_partsAreEqualAndCovered(uint8[16] calldata steps) public {
        _serve(RUN, _terms());
        uint256 earned;
        for (uint256 i; i < steps.length; ++i) {
            uint256 who = steps[i] % 6;
            if (who >= 3) {
                inference.use{value: PRICE}(RUN, PURPOSE, _features());
                earned += PRICE;
            } else if (inference.dueTo(RUN, members[who]) > 0) {
                inference.payOut(RUN, members[who]);
                assertEq(members[who].balance, earned / 3, "all that is its own");
            }
            uint256 due;
            for (uint256 m; m < 3; ++m) {
                due += inference.dueTo(RUN, members[m]);
                assertEq(members[m].balance + inference.dueTo(RUN, members[m]), earned / 3, "equal parts");
            }
            assertTrue(due <= address(inference).balance, "covered");
        }
    }

    // -- Helpers

    function _serve(bytes32 runId, TermsOfUse memory terms) private {
        rounds.finish(runId, rounds.stateHash(MODEL), this.ending(terms));
        rounds.register(inference, runId, MODEL, terms);
    }

    function _terms() private pure returns (TermsOfUse memory terms) {
        terms.price = PRICE;
        terms.purpose = PURPOSE;
        terms.until = uint64(UNTIL);
    }

    function _open() private pure returns (TermsOfUse memory terms) {
        terms.purpose = "any";
    }

    function _copy(TermsOfUse memory terms) private pure returns (TermsOfUse memory) {
        return abi.decode(abi.encode(terms), (TermsOfUse));
    }

    function _only(address caller) private pure returns (address[] memory callers) {
        callers = new address[](1);
        callers[0] = caller;
    }

    function _features() private pure returns (int32[] memory features) {
        features = new int32[](1);
        features[0] = 7;
    }

    function _registering(Inference to, bytes32 runId, bytes memory model, TermsOfUse memory terms)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSignature(
            "register(address,bytes32,bytes,(address[],uint128,string,uint64))", address(to), runId, model, terms
        );
    }
}
