// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Market} from "../src/Market.sol";
import {Book, IMarket} from "../src/interfaces/IMarket.sol";
import {Matching} from "../src/libraries/Matching.sol";
import {Matcher, Trading} from "./Trading.sol";

/// @dev Eight aggregators and eight runs doing anything at any time. It keeps its own books.
contract Trader is Trading {
    uint256 public paidIn;
    uint256 public paidOut;
    uint256 public settled;
    uint256[] public windows;
    mapping(uint256 window => bool) private _known;

    constructor() {
        foundMarket();
        for (uint256 i; i < 8; ++i) {
            register(aggregator(i), 1 ether);
        }
    }

    function contractUnderTest() external view returns (Market) {
        return market;
    }

    function windowCount() external view returns (uint256) {
        return windows.length;
    }

    function doAsk(uint8 who, uint16 price, uint16 units) external {
        uint256 window = openWindow();
        if (!_known[window]) windows.push(window);
        _known[window] = true;
        accounts.prank(aggregator(who % 8));
        try market.ask(window, 1 + uint64(price) % 30, 0, 1024 + uint32(units)) {} catch {}
    }

    function doWant(uint8 who, uint16 limit, uint16 units) external {
        uint256 window = openWindow() - 1;
        (uint64 most, uint32 wanted) = (1 + uint64(limit) % 45, 300 + uint32(units) / 4);
        uint256 deposit = uint256(most) * wanted;
        address account = payer(who % 8);
        accounts.deal(account, deposit);
        accounts.prank(account);
        try market.want{value: deposit}(window, charterOf(who % 8, account), most, wanted) {
            paidIn += deposit;
        } catch {}
        accounts.deal(account, 0);
    }

    function doSettle(bool wrong) external {
        uint256 window = openWindow() - 2;
        (bool trades, Matcher.Cleared memory said) = clearing(market.asksOf(window), market.wantsOf(window));
        if (wrong) ++said.price;
        try market.settle(window, uint64(said.price), uint32(said.askLevel), uint32(said.wantLevel)) {
            assertTrue(trades && !wrong, "MK7: only the right numbers");
            ++settled;
        } catch {}
    }

    function doCollect(uint8 which, uint8 index, bool ask) external {
        if (windows.length == 0) return;
        uint256 window = windows[which % windows.length];
        uint256 before = address(market).balance;
        if (ask) try market.payOut(window, index % 8) {} catch {}
        else try market.refund(window, index % 8) {} catch {}
        paidOut += before - address(market).balance;
    }

    function delay(uint16 time) external {
        vm.warp(block.timestamp + time % 900);
    }
}

/// @dev The laws that hold after every move of the trader.
contract MarketInvariantsTest is Trading {
    Trader private _trader;

    function setUp() public {
        _trader = new Trader();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_trader);
    }

    function invariant_MK8_whatWasPaidInIsPaidOutOrHeld() public view {
        assertEq(
            _trader.paidIn(), _trader.paidOut() + address(_trader.contractUnderTest()).balance, "money in, money out"
        );
    }

    /// @dev Nobody sells more than it asked for, and what is sold is what is bought.
    function invariant_MK6_noWindowGivesMoreThanItHas() public view {
        Market subject = _trader.contractUnderTest();
        for (uint256 i; i < _trader.windowCount(); ++i) {
            uint256 window = _trader.windows(i);
            Book memory book = subject.bookOf(window);
            if (book.price == 0) continue;
            (uint256 sold, bool allThere) = _amounts(subject.asksOf(window), book, true);
            (uint256 bought, bool allHere) = _amounts(subject.wantsOf(window), book, false);
            assertTrue(sold <= book.offered && bought <= book.offered, "MK6: no more than is on offer");
            if (allThere && allHere) assertEq(sold, bought, "MK6: both sides are one sum");
        }
    }

    /// @dev Who has been paid is no longer there.
    function _amounts(uint256[] memory words, Book memory book, bool asks)
        private
        pure
        returns (uint256 sum, bool complete)
    {
        complete = true;
        for (uint256 i; i < words.length; ++i) {
            if (words[i] == 0) complete = false;
            uint256 units = Matching.most(words[i], book.price, asks);
            uint256 level = asks ? book.askLevel : book.wantLevel;
            uint256 has = Matching.amount(units, i, level, asks ? book.askCut : book.wantCut);
            assertTrue(has <= Matching.unitsOf(words[i]), "no more than it asked for");
            sum += has;
        }
    }
}
