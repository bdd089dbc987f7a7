// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IMarket} from "../interfaces/IMarket.sol";

/// @dev Checks, never searches: whoever settles brings the numbers (MK7). A word is `address ‖ u64 price ‖ u32 units`.
library Matching {
    /// The level of a side that is served in full.
    uint256 internal constant FULL = type(uint32).max;
    /// Of asks, one in so many does not count for what the dearest is.
    uint256 private constant TRIMMED = 16;
    /// What must be left over once all is served is at most one part in so many of what is on offer.
    uint256 private constant SPARED = 4;

    function priceOf(uint256 word) internal pure returns (uint256) {
        return uint64(word >> 32);
    }

    function unitsOf(uint256 word) internal pure returns (uint256) {
        return uint32(word);
    }

    /// @dev What one may have at most: all its units if it trades at this price, otherwise none.
    function most(uint256 word, uint256 price, bool asks) internal pure returns (uint256) {
        bool trades = asks ? priceOf(word) < price : priceOf(word) >= price;
        return trades ? unitsOf(word) : 0;
    }

    /// @dev Of them, how much it has: place `index`, given its side's level and cut (MK6).
    function amount(uint256 units, uint256 index, uint256 level, uint256 cut) internal pure returns (uint256) {
        if (units <= level) return units;
        return index < cut ? level + 1 : level;
    }

    /// @dev Reverts unless `price` is p* (MK5).
    /// @return below Units of asks below it.
    /// @return demand Units of wants at or above it.
    function requirePrice(uint256[] memory asks, uint256[] memory wants, uint256 price)
        internal
        pure
        returns (uint256 below, uint256 demand)
    {
        uint256 supply; // asks at or below it
        uint256 wanted; // wants at or above one wei less
        uint256 cheaper; // how many asks lie below it
        uint256 upTo; // how many at or below it
        uint256 spare = _spare(asks);
        for (uint256 i; i < asks.length; ++i) {
            (uint256 asked, uint256 units) = (priceOf(asks[i]), unitsOf(asks[i]));
            if (asked > price) continue;
            supply += units;
            ++upTo;
            if (asked == price) continue;
            below += units;
            ++cheaper;
        }
        for (uint256 i; i < wants.length; ++i) {
            (uint256 limit, uint256 units) = (priceOf(wants[i]), unitsOf(wants[i]));
            if (limit + 1 < price) continue;
            wanted += units;
            if (limit >= price) demand += units;
        }
        uint256 rank = asks.length - asks.length / TRIMMED;
        bool holds = 2 * supply >= demand && below < wanted + spare;
        holds = holds && (supply >= demand + spare || upTo >= rank) && (2 * below < wanted || cheaper < rank);
        if (!holds) revert IMarket.NotThePrice(price);
    }

    /// @dev Units of the largest ask, but at most a quarter of all.
    function _spare(uint256[] memory asks) private pure returns (uint256) {
        uint256 all;
        uint256 largest;
        for (uint256 i; i < asks.length; ++i) {
            uint256 units = unitsOf(asks[i]);
            all += units;
            if (units > largest) largest = units;
        }
        return largest < all / SPARED ? largest : all / SPARED;
    }

    /// @dev Turns words into what each may have at most.
    function keepMost(uint256[] memory words, uint256 price, bool asks) internal pure {
        for (uint256 i; i < words.length; ++i) {
            words[i] = most(words[i], price, asks);
        }
    }

    /// @dev Turns what each may have at most into what it has. Reverts unless `level` is the one at which `total` is divided
    /// among them (MK6).
    /// @return cut Places before which those above the level have one unit more.
    function divide(uint256[] memory units, uint256 total, uint256 level, uint256 side) internal pure returns (uint256 cut) {
        uint256 sum;
        uint256 spent;
        uint256 above;
        for (uint256 i; i < units.length; ++i) {
            uint256 each = units[i];
            sum += each;
            spent += each < level ? each : level;
            if (each > level) ++above;
        }
        bool holds = sum == total ? level == FULL : spent <= total && total < spent + above;
        if (!holds) revert IMarket.NotTheLevel(side, level);
        uint256 left = total - spent;
        for (uint256 i; i < units.length; ++i) {
            if (units[i] > level && left > 0) {
                --left;
                cut = i + 1;
            }
            units[i] = amount(units[i], i, level, cut);
        }
    }

    /// @return keccak256 of all amounts as u32, asks first.
    function digestOf(uint256[] memory sold, uint256[] memory bought) internal pure returns (bytes32) {
        bytes memory packed = new bytes(4 * (sold.length + bought.length));
        for (uint256 i; i < sold.length; ++i) {
            _write(packed, i, sold[i]);
        }
        for (uint256 i; i < bought.length; ++i) {
            _write(packed, sold.length + i, bought[i]);
        }
        return keccak256(packed);
    }

    function _write(bytes memory packed, uint256 place, uint256 value) private pure {
        // Within `packed`, which has four bytes for each place.
        assembly ("memory-safe") {
            let at := add(add(packed, 32), mul(4, place))
            mstore8(at, shr(24, value))
            mstore8(add(at, 1), shr(16, value))
            mstore8(add(at, 2), shr(8, value))
            mstore8(add(at, 3), value)
        }
    }
}
