// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {RdpOrders} from "../generated/RdpOrders.sol";

/// @title The arithmetic of the privacy ledger (spec/privacy.md §2)
/// @notice Integers in units of 1e-18 (wad), rounded against the spender. Twin of protocol/src/privacy/ledger.ts.
library LedgerMath {
    /// @notice DP4: zCDP price of one opened sum, wad. Below 2^185.
    /// @param sensitivity Δ ≥ 1. @param sigma s ≥ 3, one contributor's noise. @param honest h ≥ 1.
    function rhoPerRound(uint64 sensitivity, uint64 sigma, uint32 honest) internal pure returns (uint256) {
        uint256 numerator = uint256(sensitivity) * sensitivity * 1e18;
        uint256 denominator = 2 * uint256(honest) * sigma * sigma;
        // The last unit pays for a sum of discrete Gaussians not being one (DP4).
        return (numerator + denominator - 1) / denominator + 1;
    }

    /// @notice DP6: ε in wad at δ = 10^-deltaExponent. @param rho Wad, below 2^128.
    function epsilonWad(uint256 rho, uint8 deltaExponent) internal pure returns (uint256 best) {
        if (rho == 0) return 0;
        bytes memory table = _table();
        best = type(uint256).max;
        for (uint256 i; i < RdpOrders.COUNT; ++i) {
            (uint256 hundredths, uint256 perDecade, uint256 discount) = _order(table, i);
            uint256 epsilon = (hundredths * rho + 99) / 100 + deltaExponent * perDecade;
            epsilon = epsilon > discount ? epsilon - discount : 0;
            if (epsilon < best) best = epsilon;
        }
    }

    /// @notice DP7: the largest ρ (wad) with epsilonWad(ρ, deltaExponent) ≤ epsilon. Below 2^66 for epsilon < 2^64.
    function rhoWithin(uint128 epsilon, uint8 deltaExponent) internal pure returns (uint256 best) {
        bytes memory table = _table();
        for (uint256 i; i < RdpOrders.COUNT; ++i) {
            (uint256 hundredths, uint256 perDecade, uint256 discount) = _order(table, i);
            uint256 room = uint256(epsilon) + discount;
            uint256 cost = deltaExponent * perDecade;
            if (room <= cost) continue;
            uint256 rho = (100 * (room - cost)) / hundredths;
            if (rho > best) best = rho;
        }
    }

    /// @dev The only place that unrolls it into code.
    function _table() private pure returns (bytes memory) {
        return RdpOrders.TABLE;
    }

    function _order(bytes memory table, uint256 i)
        private
        pure
        returns (uint256 hundredths, uint256 perDecade, uint256 discount)
    {
        uint256 row;
        // Row i ends at byte 19·(i + 1) of the table; the word that ends there lies within the array and its length.
        assembly ("memory-safe") {
            row := mload(add(table, mul(19, add(i, 1))))
        }
        hundredths = uint24(row >> 128);
        perDecade = uint64(row >> 64);
        discount = uint64(row);
    }
}
