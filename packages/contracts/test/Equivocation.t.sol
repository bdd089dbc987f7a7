// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAggregators, Statement} from "../src/interfaces/IAggregators.sol";
import {ISigned} from "../src/interfaces/ISigned.sol";
import {Stakers} from "./Stakers.sol";

/// @dev CM9: two tongues.
contract AggregatorsEquivocationTest is Stakers {
    address private _a;
    address private _b;
    address private _c;

    function setUp() public {
        found();
        (_a, _b, _c) = (aggregator(1), aggregator(2), aggregator(3));
    }

    function test_CM9_everyTypeOfStatementBurnsTheStake() public {
        register(_b, 1 ether);
        for (uint32 i; i < 6; ++i) {
            register(_a, 2 ether);
            bytes32 evidence = evidenceOf(_a, i, 4, i);
            accounts.expectEmit(address(aggregators));
            emit IAggregators.Slashed(_a, evidence, 2 ether);
            slash(_a, i, 4, i);
            assertTrue(aggregators.slashed(evidence), "used");
            assertEq(aggregators.stakeOf(_a), 0, "no stake");
            assertEq(BURN.balance, 2 ether * (i + 1), "burned");
            assertEq(aggregators.rosterHash(), keccak256(abi.encodePacked(_b, uint96(1 ether))), "out of the roster");
        }
        assertEq(address(aggregators).balance, 1 ether, "nobody else's");
    }

    function test_CM9_aResignedStakeBurnsToo() public {
        register(_a, 2 ether);
        resign(_a);
        vm.warp(START + 30 days);
        slash(_a, 4, 0, 0);
        assertEq(BURN.balance, 2 ether, "burned");
        vm.expectRevert(abi.encodeWithSelector(IAggregators.NotResigned.selector, _a));
        withdraw(_a);
    }

    function test_CM9_evidenceIsGoodOnceAndKeepsUntilThereIsAStake() public {
        bytes memory nothing = abi.encodeWithSelector(IAggregators.NothingAtStake.selector, _a);
        Statement memory a = say(_a, 3, 1, 0, "one");
        Statement memory b = say(_a, 3, 1, 0, "another");
        (bytes32 typeHash,) = typeOf(3);
        vm.expectRevert(nothing);
        aggregators.slashEquivocation(_a, typeHash, a, b);
        register(_a, 1 ether);
        aggregators.slashEquivocation(_a, typeHash, b, a);
        register(_a, 1 ether);
        Statement memory c = say(_a, 3, 1, 0, "a third");
        vm.expectRevert(abi.encodeWithSelector(IAggregators.AlreadySlashed.selector, evidenceOf(_a, 3, 1, 0)));
        aggregators.slashEquivocation(_a, typeHash, a, c);
        slash(_a, 3, 1, 1);
        assertEq(BURN.balance, 2 ether, "another attempt, another time");
    }

    function test_CM9_otherMessagesAreNoStatements() public {
        register(_a, 1 ether);
        bytes32 typeHash = keccak256("Report(bytes32 headerHash)");
        Statement memory a = signIn(domainOf(address(this), block.chainid), _a, typeHash, abi.encode(1));
        Statement memory b = signIn(domainOf(address(this), block.chainid), _a, typeHash, abi.encode(2));
        vm.expectRevert(abi.encodeWithSelector(IAggregators.UnknownStatement.selector, typeHash));
        aggregators.slashEquivocation(_a, typeHash, a, b);
    }

    function test_CM9_bothStatementsNameTheirAttempt() public {
        (bytes32 typeHash,) = typeOf(1);
        Statement memory whole = say(_a, 1, 0, 0, "one");
        Statement memory short = Statement(new bytes(95), whole.signature);
        bytes memory refusal = abi.encodeWithSelector(IAggregators.StatementTooShort.selector, 95, 96);
        vm.expectRevert(refusal);
        aggregators.slashEquivocation(_a, typeHash, short, whole);
        vm.expectRevert(refusal);
        aggregators.slashEquivocation(_a, typeHash, whole, short);
    }

    function test_CM9_oneStatementTwiceIsNoContradiction() public {
        register(_a, 1 ether);
        Statement memory a = say(_a, 1, 0, 0, "one");
        (bytes32 typeHash,) = typeOf(1);
        vm.expectRevert(abi.encodeWithSelector(IAggregators.SameStatement.selector));
        aggregators.slashEquivocation(_a, typeHash, a, a);
    }

    function testFuzz_CM9_statementsOfTwoAttemptsAreNoContradiction(bytes32 run, uint32 round, uint32 attempt) public {
        vm.assume(run != RUN || round != 7 || attempt != 8);
        register(_a, 1 ether);
        (bytes32 typeHash,) = typeOf(4);
        bytes32 domain = domainOf(address(this), block.chainid);
        Statement memory a = signIn(domain, _a, typeHash, abi.encode(RUN, 7, 8, bytes32("set"), bytes32("one")));
        bytes memory data = abi.encode(run, round, attempt, bytes32("set"), bytes32("another"));
        Statement memory b = signIn(domain, _a, typeHash, data);
        bytes32 have = keccak256(abi.encode(run, round, attempt));
        bytes32 need = keccak256(abi.encode(RUN, 7, 8));
        vm.expectRevert(abi.encodeWithSelector(IAggregators.DifferentAttempts.selector, have, need));
        aggregators.slashEquivocation(_a, typeHash, a, b);
    }

    function testFuzz_CM9_anyDifferenceAfterTheAttemptIsAContradiction(uint8 kind, bytes32 one, bytes32 another)
        public
    {
        vm.assume(one != another);
        register(_a, 1 ether);
        (bytes32 typeHash,) = typeOf(kind % 6);
        Statement memory a = say(_a, kind % 6, 3, 1, one);
        Statement memory b = say(_a, kind % 6, 3, 1, another);
        accounts.prank(_c);
        aggregators.slashEquivocation(_a, typeHash, a, b);
        assertEq(BURN.balance, 1 ether, "burned");
        assertEq(_c.balance, 0, "and nothing for the one who showed it");
    }

    function test_CM9_bothStatementsAreTheHolders() public {
        register(_a, 1 ether);
        register(_b, 1 ether);
        (bytes32 typeHash,) = typeOf(5);
        Statement memory mine = say(_a, 5, 0, 0, "one");
        Statement memory another = say(_b, 5, 0, 0, "another");
        bytes memory refusal = abi.encodeWithSelector(ISigned.BadSignature.selector, _a);
        vm.expectRevert(refusal);
        aggregators.slashEquivocation(_a, typeHash, mine, another);
        vm.expectRevert(refusal);
        aggregators.slashEquivocation(_a, typeHash, another, mine);
        another.signature = mine.signature;
        vm.expectRevert(refusal);
        aggregators.slashEquivocation(_a, typeHash, mine, another);
    }

    function test_CM9_statementsOfAnotherContractOrChainDoNotCount() public {
        register(_a, 1 ether);
        (bytes32 typeHash,) = typeOf(4);
        Statement memory mine = say(_a, 4, 0, 0, "one");
        bytes memory data = abi.encode(RUN, 0, 0, bytes32("set"), bytes32("another"));
        Statement memory elsewhere = signIn(domainOf(address(aggregators), block.chainid), _a, typeHash, data);
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, _a));
        aggregators.slashEquivocation(_a, typeHash, mine, elsewhere);
        elsewhere = signIn(domainOf(address(this), block.chainid + 1), _a, typeHash, data);
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, _a));
        aggregators.slashEquivocation(_a, typeHash, mine, elsewhere);
    }
}
