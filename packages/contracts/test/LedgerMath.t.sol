// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {LedgerMath} from "../src/libraries/LedgerMath.sol";
import {Test} from "./Test.sol";

/// @dev The arithmetic alone: its laws. Twins' values are in the shared vectors.
contract LedgerMathTest is Test {
    /// @dev Shared with every other implementation of the ledger.
    function test_DP4_vectors() public view {
        string memory json = _vectors();
        for (uint256 i; vm.keyExistsJson(json, _at("rhoPerRound", i, "")); ++i) {
            uint256 rho = LedgerMath.rhoPerRound(
                uint64(vm.parseJsonUint(json, _at("rhoPerRound", i, ".sensitivity"))),
                uint64(vm.parseJsonUint(json, _at("rhoPerRound", i, ".sigmaPerContributor"))),
                uint32(vm.parseJsonUint(json, _at("rhoPerRound", i, ".honestContributors")))
            );
            assertEq(rho, vm.parseJsonUint(json, _at("rhoPerRound", i, ".rho")), _at("rhoPerRound", i, ""));
        }
    }

    function test_DP6_vectors() public view {
        string memory json = _vectors();
        for (uint256 i; vm.keyExistsJson(json, _at("epsilonWad", i, "")); ++i) {
            uint256 rho = vm.parseJsonUint(json, _at("epsilonWad", i, ".rho"));
            uint256 k = vm.parseJsonUint(json, _at("epsilonWad", i, ".deltaExponent"));
            uint256 epsilon = vm.parseJsonUint(json, _at("epsilonWad", i, ".epsilon"));
            assertEq(LedgerMath.epsilonWad(rho, uint8(k)), epsilon, _at("epsilonWad", i, ""));
        }
    }

    function test_DP7_vectors() public view {
        string memory json = _vectors();
        for (uint256 i; vm.keyExistsJson(json, _at("rhoWithin", i, "")); ++i) {
            uint256 epsilon = vm.parseJsonUint(json, _at("rhoWithin", i, ".epsilon"));
            uint256 k = vm.parseJsonUint(json, _at("rhoWithin", i, ".deltaExponent"));
            uint256 rho = vm.parseJsonUint(json, _at("rhoWithin", i, ".rho"));
            assertEq(LedgerMath.rhoWithin(uint128(epsilon), uint8(k)), rho, _at("rhoWithin", i, ""));
        }
    }

    function _vectors() private view returns (string memory json) {
        json = vm.readFile("../../spec/vectors/privacy-ledger.json");
        for (uint256 i; i < 3; ++i) {
            string memory list = ["rhoPerRound", "epsilonWad", "rhoWithin"][i];
            assertTrue(vm.keyExistsJson(json, _at(list, 0, "")), "there are cases");
        }
    }

    function _at(string memory list, uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(i), "]", field);
    }

    function test_DP6_nothingSpentIsNothing() public pure {
        assertEq(LedgerMath.epsilonWad(0, 5), 0, "epsilon");
    }

    function testFuzz_DP4_thePriceIsRoundedUpAndNeverFree(uint64 sensitivity, uint64 sigma, uint32 honest) public pure {
        sensitivity = sensitivity == 0 ? 1 : sensitivity;
        sigma = sigma < 3 ? 3 : sigma;
        honest = honest == 0 ? 1 : honest;
        uint256 price = LedgerMath.rhoPerRound(sensitivity, sigma, honest);
        assertTrue(price >= 2, "two wads at least");
        uint256 exact = uint256(sensitivity) * sensitivity * 1e18;
        uint256 unit = 2 * uint256(honest) * sigma * sigma;
        assertTrue((price - 1) * unit >= exact && (price - 2) * unit < exact, "the least integer not below");
    }

    function testFuzz_DP6_epsilonRisesWithRho(uint80 rho, uint80 more, uint8 exponent) public pure {
        uint8 k = exponent % 18 + 1;
        uint256 less = LedgerMath.epsilonWad(rho, k);
        assertTrue(LedgerMath.epsilonWad(uint256(rho) + more, k) >= less, "monotone in rho");
        if (k < 18) assertTrue(LedgerMath.epsilonWad(rho, k + 1) >= less, "monotone in 1/delta");
    }

    function testFuzz_DP7_theCapIsTheLargestRhoWithin(uint64 epsilon, uint8 exponent) public pure {
        uint8 k = exponent % 18 + 1;
        uint256 cap = LedgerMath.rhoWithin(epsilon, k);
        assertTrue(cap < 2 ** 66, "fits a packed word");
        assertTrue(LedgerMath.epsilonWad(cap, k) <= epsilon, "within");
        assertTrue(LedgerMath.epsilonWad(cap + 1, k) > epsilon, "the largest");
    }
}
