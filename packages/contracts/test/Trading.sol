// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Market} from "../src/Market.sol";
import {IAggregators} from "../src/interfaces/IAggregators.sol";
import {ICharters} from "../src/interfaces/ICharters.sol";
import {IMarket} from "../src/interfaces/IMarket.sol";
import {Matching} from "../src/libraries/Matching.sol";
import {Stakers} from "./Stakers.sol";

/// @dev What the market asks of Charters: a charter is passed if it is not 0, and whoever is named by its last 20 bytes is
/// its only member. The real one stands in the SDK's test of the verbs.
contract SomeCharters {
    function passed(bytes32 charterId) external pure returns (bool) {
        return uint256(charterId) >> 160 != 0;
    }

    function isMember(bytes32 charterId, address account) external pure returns (bool) {
        return address(uint160(uint256(charterId))) == account;
    }
}

/// @dev The library as a contract uses it.
contract Matcher {
    using Matching for uint256[];

    struct Cleared {
        uint256 price;
        uint256 askLevel;
        uint256 wantLevel;
    }

    /// @dev As `settle` checks it.
    function check(uint256[] memory asks, uint256[] memory wants, Cleared memory said)
        external
        pure
        returns (uint256 traded, bytes32 digest)
    {
        (uint256 below, uint256 demand) = asks.requirePrice(wants, said.price);
        traded = below < demand ? below : demand;
        asks.keepMost(said.price, true);
        wants.keepMost(said.price, false);
        asks.divide(traded, said.askLevel, 0);
        wants.divide(traded, said.wantLevel, 1);
        digest = asks.digestOf(wants);
    }

    function isPrice(uint256[] memory asks, uint256[] memory wants, uint256 price) external pure returns (bool) {
        asks.requirePrice(wants, price);
        return true;
    }
}

/// @dev A market among staked aggregators and runs, and the numbers that settle it, found by trying.
abstract contract Trading is Stakers {
    uint256 internal constant PERIOD = 600;

    Market internal market;
    Matcher internal matcher;

    function foundMarket() internal {
        found();
        matcher = new Matcher();
        market = new Market(IAggregators(address(aggregators)), ICharters(address(new SomeCharters())), PERIOD);
    }

    /// @dev The window that can be asked for now.
    function openWindow() internal view returns (uint256) {
        return market.period() + 3;
    }

    function toPeriod(uint256 number) internal {
        vm.warp(number * PERIOD + 1);
    }

    function charterOf(uint256 number, address member) internal pure returns (bytes32) {
        return bytes32((number + 1) << 160 | uint160(member));
    }

    function payer(uint256 i) internal pure returns (address) {
        return address(uint160(0xabc000 + i));
    }

    function askFor(uint256 window, uint256 i, uint64 price, uint32 units) internal {
        accounts.prank(aggregator(i));
        market.ask(window, price, 0, units);
    }

    function wantOf(uint256 window, uint256 i, uint64 limit, uint32 units) internal {
        uint256 deposit = uint256(limit) * units;
        accounts.deal(payer(i), payer(i).balance + deposit);
        accounts.prank(payer(i));
        market.want{value: deposit}(window, charterOf(i, payer(i)), limit, units);
    }

    /// @dev MK5 and MK6 by trying every price at which anything changes, and levels by halving.
    function clearing(uint256[] memory asks, uint256[] memory wants)
        internal
        view
        returns (bool found_, Matcher.Cleared memory said)
    {
        for (uint256 i; i < asks.length + wants.length && !found_; ++i) {
            said.price = i < asks.length ? uint64(asks[i] >> 32) : uint64(wants[i - asks.length] >> 32) + 1;
            try matcher.isPrice(asks, wants, said.price) {
                found_ = true;
            } catch {}
        }
        if (!found_) return (false, said);
        (uint256 offered, uint256 wanted) = (_total(asks, said.price, true), _total(wants, said.price, false));
        uint256 traded = offered < wanted ? offered : wanted;
        found_ = traded > 0;
        said.askLevel = offered == traded ? type(uint32).max : _level(asks, said.price, true, traded);
        said.wantLevel = wanted == traded ? type(uint32).max : _level(wants, said.price, false, traded);
    }

    function settle(uint256 window) internal returns (Matcher.Cleared memory said) {
        bool trades;
        (trades, said) = clearing(market.asksOf(window), market.wantsOf(window));
        assertTrue(trades, "something changes hands");
        market.settle(window, uint64(said.price), uint32(said.askLevel), uint32(said.wantLevel));
    }

    function _total(uint256[] memory words, uint256 price, bool asks) private pure returns (uint256 sum) {
        for (uint256 i; i < words.length; ++i) {
            sum += Matching.most(words[i], price, asks);
        }
    }

    function _level(uint256[] memory words, uint256 price, bool asks, uint256 total)
        private
        pure
        returns (uint256 level)
    {
        for (uint256 bit = 1 << 31; bit > 0; bit >>= 1) {
            uint256 spent;
            for (uint256 i; i < words.length; ++i) {
                uint256 units = Matching.most(words[i], price, asks);
                spent += units < level + bit ? units : level + bit;
            }
            if (spent <= total) level += bit;
        }
    }
}
