// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRounds} from "../src/interfaces/IRounds.sol";
import {LedgerMath} from "../src/libraries/LedgerMath.sol";
import {Charter} from "../src/types/Charter.sol";
import {Verified} from "../src/types/Round.sol";
import {Consortium} from "./Consortium.sol";

/// @dev The charge, its cap, the cohort's floor and the gas meter, at the contract.
contract LedgerTest is Consortium {
    /// ⌈Δ²·10¹⁸ / (2·h·s²)⌉ + 1 of the worked example: Δ/s = 1/5, h = 1.
    uint256 private constant PRICE = 0.02e18 + 1;
    uint8 private constant FINISHED = 8;

    function setUp() public {
        found(6);
    }

    function test_LG1_rhoRisesByThePriceAtVerifiedOnly() public {
        pass(aCharter());
        moveTo(5);
        assertEq(rounds.factsOf(runId).rho, 0, "before");
        assertEq(rounds.epsilonSpent(runId), 0, "nothing spent");
        move();
        assertEq(rounds.factsOf(runId).rho, PRICE, "after");
        assertEq(rounds.epsilonSpent(runId), LedgerMath.epsilonWad(PRICE, 5), "epsilon");
        moveTo(0);
        assertEq(rounds.factsOf(runId).rho, PRICE, "until the next VERIFIED");
        playRound();
        assertEq(rounds.factsOf(runId).rho, 2 * PRICE, "two rounds");
    }

    function test_LG1_theMemberLevelPriceIsOfTheNormBound() public {
        Charter memory charter = aCharter();
        charter.aggregation.unit = 2;
        charter.aggregation.recordBound = 0;
        charter.aggregation.maxRecords = 0;
        charter.aggregation.bound = 300_000;
        charter.aggregation.honest = 3;
        charter.limits.epsilonCap = 18e18;
        pass(charter);
        moveTo(6);
        assertEq(rounds.factsOf(runId).rho, _ceilDiv(uint256(300_000) ** 2 * 1e18, 2 * 3 * 81920 ** 2) + 1, "rho");
    }

    /// @dev What is left is asked before an attempt begins; an attempt is charged once, so nothing else can use it up.
    function test_LG2_RD16_aRoundBeyondTheBudgetNeverBegins() public {
        Charter memory charter = aCharter();
        charter.limits.epsilonCap = uint64(LedgerMath.epsilonWad(2 * PRICE, 5) - 1);
        pass(charter);
        playRound();
        assertEq(rounds.phaseOf(runId), FINISHED, "one round of two");
        assertEq(rounds.finalModel(runId), modelAfter(0), "the model of the last final round");
        (bool done, bytes memory reason) = _trySeat();
        assertTrue(!done, "refused");
        assertEq(keccak256(reason), keccak256(abi.encodeWithSelector(IRounds.WrongPhase.selector, 8, 0)), "why");
        assertEq(rounds.factsOf(runId).rho, PRICE, "nothing changed");
    }

    /// @dev A charter that pays for exactly its rounds, one of which it loses.
    function test_RD5_RD16_aLostChargeEndsTheRunOneRoundShort() public {
        Charter memory charter = aCharter();
        charter.limits.epsilonCap = uint64(LedgerMath.epsilonWad(2 * PRICE, 5));
        pass(charter);
        moveTo(6);
        vm.warp(block.timestamp + 1 days);
        rounds.voidAttempt(runId);
        assertEq(rounds.phaseOf(runId), 0, "one charge is left");
        playRound();
        assertEq(rounds.phaseOf(runId), FINISHED, "none is left");
        assertEq(rounds.finalModel(runId), modelAfter(0), "final model");
    }

    function test_LG2_aRoundThatMeetsTheCapExactlyIsPaidFor() public {
        Charter memory charter = aCharter();
        charter.limits.epsilonCap = uint64(LedgerMath.epsilonWad(2 * PRICE, 5));
        pass(charter);
        playRound();
        playRound();
        assertEq(rounds.epsilonSpent(runId), charter.limits.epsilonCap, "all of it");
    }

    function test_LG3_aVoidAfterVerifiedIsNotRefunded() public {
        pass(aCharter());
        moveTo(6);
        vm.warp(block.timestamp + 1 days);
        rounds.voidAttempt(runId);
        assertEq(rounds.factsOf(runId).rho, PRICE, "charged");
        moveTo(7);
        assertEq(rounds.factsOf(runId).rho, 2 * PRICE, "charged again");
    }

    function test_CH5_fewerUpdatesThanTheMinimumCohortAreNotOpened() public {
        pass(aCharter());
        moveTo(5);
        Verified memory v = aVerdict();
        v.updates = 2;
        bytes[] memory signatures = signAll(verifiedMessage(v));
        vm.expectRevert(abi.encodeWithSelector(IRounds.CohortTooSmall.selector, 2, 3));
        rounds.recordVerified(runId, committee, v, signatures);
    }

    function test_DP3_lessNoiseThanCountedOnIsNotOpened() public {
        pass(aCharter());
        moveTo(5);
        Verified memory v = aVerdict();
        v.noises = 3;
        bytes[] memory signatures = signAll(verifiedMessage(v));
        vm.expectRevert(abi.encodeWithSelector(IRounds.NoiseTooSmall.selector, 3, 4));
        rounds.recordVerified(runId, committee, v, signatures);
    }

    /// forge-config: default.isolate = true
    function test_CH8_appendedBytesAreNotMetered() public {
        pass(aCharter());
        uint256 state = vm.snapshotState();
        bytes memory transition = transitionOf(0);
        (bool done,) = address(rounds).call(transition);
        uint256 plain = rounds.factsOf(runId).gasUsed;
        vm.revertToState(state);
        (done,) = address(rounds).call(bytes.concat(transition, new bytes(50_000)));
        assertTrue(done, "lands");
        assertEq(rounds.factsOf(runId).gasUsed, plain, "as much as without them");
    }

    function _trySeat() private returns (bool, bytes memory) {
        return address(rounds).call(transitionOf(0));
    }

    function _ceilDiv(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }
}
