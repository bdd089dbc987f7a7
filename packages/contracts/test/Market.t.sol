// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Market} from "../src/Market.sol";
import {IAggregators} from "../src/interfaces/IAggregators.sol";
import {ICharters} from "../src/interfaces/ICharters.sol";
import {Book, IMarket} from "../src/interfaces/IMarket.sol";
import {Matcher, Trading} from "./Trading.sol";

/// @dev Takes its money and calls again for more.
contract Grasping {
    Market private immutable MARKET;
    bytes private _again;
    uint256 public refusals;

    constructor(Market market) {
        MARKET = market;
    }

    function want(uint256 window, bytes32 charterId, uint64 limit, uint32 units) external payable {
        MARKET.want{value: msg.value}(window, charterId, limit, units);
        _again = abi.encodeCall(IMarket.refund, (window, 0));
    }

    receive() external payable {
        (bool done,) = address(MARKET).call(_again);
        if (!done) ++refusals;
    }
}

contract MarketTest is Trading {
    uint256 private _window;

    function setUp() public {
        foundMarket();
        for (uint256 i; i < 10; ++i) {
            register(aggregator(i), 1 ether);
        }
        _window = openWindow();
    }

    function test_MK1_eachCallHasItsPeriod() public {
        vm.expectRevert(abi.encodeWithSelector(IMarket.WrongPeriod.selector, _window - 3, _window - 2));
        askFor(_window + 1, 0, 5, 1024);
        vm.expectRevert(abi.encodeWithSelector(IMarket.WrongPeriod.selector, _window - 3, _window - 4));
        askFor(_window - 1, 0, 5, 1024);
        _asks();
        vm.expectRevert(abi.encodeWithSelector(IMarket.WrongPeriod.selector, _window - 3, _window - 2));
        market.want(_window, charterOf(0, address(this)), 5, 1024);
        toPeriod(_window - 2);
        vm.expectRevert(abi.encodeWithSelector(IMarket.WrongPeriod.selector, _window - 2, _window - 3));
        askFor(_window, 9, 5, 1024);
        _wants();
        (, Matcher.Cleared memory said) = clearing(market.asksOf(_window), market.wantsOf(_window));
        vm.expectRevert(abi.encodeWithSelector(IMarket.WrongPeriod.selector, _window - 2, _window - 1));
        _settleWith(said);
        toPeriod(_window);
        vm.expectRevert(abi.encodeWithSelector(IMarket.WrongPeriod.selector, _window, _window - 1));
        _settleWith(said);
        vm.expectRevert(abi.encodeWithSelector(IMarket.WrongPeriod.selector, _window, 0));
        market.settle(0, 1, 1, 1);
    }

    function test_MK1_aPeriodIsAMinuteToADay() public {
        for (uint256 i; i < 2; ++i) {
            uint256 have = i == 0 ? 59 : 86_401;
            vm.expectRevert(abi.encodeWithSelector(IMarket.PeriodOutOfRange.selector, have, 60, 86_400));
            new Market(IAggregators(address(0)), ICharters(address(0)), have);
        }
    }

    function test_MK2_aPriceIsACheckAndItsBytes() public {
        vm.expectEmit(address(market));
        emit IMarket.Asked(_window, 0, aggregator(0), 1000, 3, 2048);
        accounts.prank(aggregator(0));
        market.ask(_window, 1000, 3, 2048);
        assertEq(uint64(market.asksOf(_window)[0] >> 32), 1000 + 65_536 * 3, "price");
        accounts.prank(aggregator(1));
        vm.expectRevert(abi.encodeWithSelector(IMarket.PriceOutOfRange.selector, 0, 1, 2 ** 63));
        market.ask(_window, 0, 0, 2048);
        uint256 most = uint256(type(uint64).max) * 65_537;
        accounts.prank(aggregator(1));
        vm.expectRevert(abi.encodeWithSelector(IMarket.PriceOutOfRange.selector, most, 1, 2 ** 63));
        market.ask(_window, type(uint64).max, type(uint64).max, 2048);
    }

    function test_MK3_whoStandsInTheRosterAsksOnceForWhatItsStakeAdmits() public {
        vm.expectRevert(abi.encodeWithSelector(IMarket.NotInRoster.selector, address(this)));
        market.ask(_window, 5, 0, 1024);
        resign(aggregator(9));
        vm.expectRevert(abi.encodeWithSelector(IMarket.NotInRoster.selector, aggregator(9)));
        askFor(_window, 9, 5, 1024);
        vm.expectRevert(abi.encodeWithSelector(IMarket.UnitsOutOfRange.selector, 1023, 1024, 2 ** 20));
        askFor(_window, 0, 5, 1023);
        vm.expectRevert(abi.encodeWithSelector(IMarket.UnitsOutOfRange.selector, 2 ** 20 + 1, 1024, 2 ** 20));
        askFor(_window, 0, 5, 2 ** 20 + 1);
        askFor(_window, 0, 5, 2 ** 20);
        vm.expectRevert(abi.encodeWithSelector(IMarket.AlreadyAsked.selector, _window, aggregator(0)));
        askFor(_window, 0, 6, 1024);
        toPeriod(_window - 2);
        askFor(_window + 1, 0, 6, 1024);
    }

    function test_MK4_aMemberOfAPassedChartersWantsOnce() public {
        _asks(); // 10 x 10,000
        toPeriod(_window - 2);
        bytes32 mine = charterOf(1, address(this));
        vm.expectRevert(abi.encodeWithSelector(IMarket.NotPassed.selector, bytes32(uint256(uint160(address(this))))));
        market.want(_window, bytes32(uint256(uint160(address(this)))), 5, 1000);
        vm.expectRevert(abi.encodeWithSelector(IMarket.NotMember.selector, charterOf(1, payer(1)), address(this)));
        market.want(_window, charterOf(1, payer(1)), 5, 1000);
        vm.expectRevert(abi.encodeWithSelector(IMarket.UnitsOutOfRange.selector, 390, 391, 50_000));
        market.want(_window, mine, 5, 390);
        vm.expectRevert(abi.encodeWithSelector(IMarket.UnitsOutOfRange.selector, 50_001, 391, 50_000));
        market.want(_window, mine, 5, 50_001);
        vm.expectRevert(abi.encodeWithSelector(IMarket.WrongDeposit.selector, 4999, 5000));
        market.want{value: 4999}(_window, mine, 5, 1000);
        vm.expectRevert(abi.encodeWithSelector(IMarket.PriceOutOfRange.selector, 0, 1, 2 ** 63));
        market.want(_window, mine, 0, 1000);
        market.want{value: 5000}(_window, mine, 5, 1000);
        vm.expectRevert(abi.encodeWithSelector(IMarket.AlreadyWanted.selector, _window, mine));
        market.want{value: 5000}(_window, mine, 5, 1000);
    }

    function test_MK4_nobodyWantsWhereNothingIsOnOffer() public {
        toPeriod(_window - 2);
        vm.expectRevert(abi.encodeWithSelector(IMarket.UnitsOutOfRange.selector, 0, 0, 0));
        market.want(_window, charterOf(1, address(this)), 5, 0);
    }

    /// @dev 128 places; the first of the least limits makes way for a higher one, and has its deposit back.
    function test_MK4_aFullWindowKeepsTheHighestLimits() public {
        _asks();
        toPeriod(_window - 2);
        for (uint256 i; i < 128; ++i) {
            wantOf(_window, i, uint64(i == 40 || i == 90 ? 7 : 20 + i), 400);
        }
        uint256 deposit = 7 * 400;
        accounts.deal(payer(128), deposit);
        accounts.prank(payer(128));
        vm.expectRevert(abi.encodeWithSelector(IMarket.WindowFull.selector, _window, 7, 8));
        market.want{value: deposit}(_window, charterOf(128, payer(128)), 7, 400);
        wantOf(_window, 129, 8, 400);
        assertEq(market.wantsOf(_window)[40] >> 96, uint160(payer(129)), "in its place");
        assertEq(market.owedTo(payer(40)), deposit, "deposit of the one that left");
        accounts.prank(payer(40));
        market.withdraw();
        assertEq(payer(40).balance, deposit, "back");
        accounts.prank(payer(40));
        vm.expectRevert(abi.encodeWithSelector(IMarket.NothingToTake.selector, 0, 0));
        market.withdraw();
        vm.expectRevert(abi.encodeWithSelector(IMarket.AlreadyWanted.selector, _window, charterOf(40, payer(40))));
        wantOf(_window, 40, 99, 400);
    }

    function test_MK7_anybodySettlesOnce() public {
        _asks();
        toPeriod(_window - 2);
        _wants();
        toPeriod(_window - 1);
        vm.prank(address(0xdead));
        Matcher.Cleared memory said = settle(_window);
        vm.expectRevert(abi.encodeWithSelector(IMarket.AlreadySettled.selector, _window));
        _settleWith(said);
    }

    function test_MK7_whereNothingChangesHandsNothingIsSettled() public {
        _asks();
        toPeriod(_window - 2);
        wantOf(_window, 0, 9, 1000); // all ask for 10 and more
        toPeriod(_window - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarket.NothingTraded.selector, _window));
        market.settle(_window, 10, type(uint32).max, type(uint32).max);
        vm.expectRevert(abi.encodeWithSelector(IMarket.NotThePrice.selector, 0));
        market.settle(_window, 0, type(uint32).max, type(uint32).max);
    }

    function test_MK8_whatIsPaidInGoesToWhoItBelongsTo() public {
        _asks();
        toPeriod(_window - 2);
        _wants();
        uint256 paidIn = address(market).balance;
        vm.expectRevert(abi.encodeWithSelector(IMarket.NotSettled.selector, _window));
        market.payOut(_window, 0);
        toPeriod(_window - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarket.NotSettled.selector, _window));
        market.refund(_window, 0);
        uint256 price = settle(_window).price;
        uint256 earned;
        for (uint256 i; i < 10; ++i) {
            uint256 before = aggregator(i).balance;
            if (price > 10 + i) market.payOut(_window, i);
            else vm.expectRevert(abi.encodeWithSelector(IMarket.NothingToTake.selector, _window, i));
            if (price <= 10 + i) market.payOut(_window, i);
            earned += aggregator(i).balance - before;
        }
        uint256 back;
        for (uint256 i; i < 6; ++i) {
            market.refund(_window, i);
            back += payer(i).balance;
            vm.expectRevert(abi.encodeWithSelector(IMarket.NothingToTake.selector, _window, i));
            market.refund(_window, i);
        }
        assertEq(earned + back, paidIn, "all of it");
        assertEq(address(market).balance, 0, "nothing is left");
        assertTrue(earned > 0 && earned % price == 0, "at one price");
        vm.expectRevert(abi.encodeWithSelector(IMarket.NothingToTake.selector, _window, 0));
        market.payOut(_window, 0);
        vm.expectRevert(abi.encodeWithSelector(IMarket.NothingToTake.selector, _window, 6));
        market.refund(_window, 6);
    }

    function test_MK2_MK8_atTheHighestPricesNothingIsLostEither() public {
        for (uint256 i; i < 10; ++i) {
            askFor(_window, i, uint64(2 ** 63 - i), 2 ** 20);
        }
        toPeriod(_window - 2);
        for (uint256 i; i < 4; ++i) {
            wantOf(_window, i, 2 ** 63, 5 * 2 ** 20);
        }
        uint256 paidIn = address(market).balance;
        assertEq(paidIn, 20 * 2 ** 83, "deposits");
        toPeriod(_window - 1);
        assertEq(settle(_window).price, 2 ** 63, "the dearest");
        uint256 out;
        for (uint256 i = 1; i < 10; ++i) {
            market.payOut(_window, i);
            out += aggregator(i).balance;
        }
        assertEq(out, 9 * 2 ** 83, "all but whoever set the price");
        for (uint256 i; i < 4; ++i) {
            market.refund(_window, i);
            out += payer(i).balance;
        }
        assertEq(out, paidIn, "all of it");
        assertEq(address(market).balance, 0, "nothing is left");
    }

    function test_MK8_aLapsedWindowGivesAllBack() public {
        _asks();
        toPeriod(_window - 2);
        _wants();
        uint256 paidIn = address(market).balance;
        toPeriod(_window);
        for (uint256 i; i < 6; ++i) {
            market.refund(_window, i);
        }
        assertEq(payer(0).balance, 12 * 30_000, "the whole deposit");
        assertEq(address(market).balance, 0, "all back");
        assertTrue(paidIn > 0, "there was something");
        vm.expectRevert(abi.encodeWithSelector(IMarket.NotSettled.selector, _window));
        market.payOut(_window, 0);
    }

    function test_MK8_nobodyIsPaidTwiceByCallingAgain() public {
        _asks();
        toPeriod(_window - 2);
        Grasping grasping = new Grasping(market);
        grasping.want{value: 40_000}(_window, charterOf(9, address(grasping)), 40, 1000);
        wantOf(_window, 1, 40, 1000);
        toPeriod(_window);
        market.refund(_window, 0);
        assertEq(address(grasping).balance, 40_000, "once");
        assertEq(grasping.refusals(), 1, "not again");
        assertEq(address(market).balance, 40_000, "the other's is there");
    }

    function test_MK8_whoTakesNoEtherHindersNobody() public {
        _asks();
        toPeriod(_window - 2);
        bytes32 mine = charterOf(1, address(this));
        market.want{value: 40_000}(_window, mine, 40, 1000);
        wantOf(_window, 1, 40, 1000);
        toPeriod(_window);
        vm.expectRevert(abi.encodeWithSelector(IMarket.PaymentRefused.selector, address(this)));
        market.refund(_window, 0);
        market.refund(_window, 1);
        assertEq(payer(1).balance, 40_000, "the other has its own");
    }

    /// @dev Ten of 10,000 units, from 10 wei up.
    function _asks() private {
        for (uint256 i; i < 10; ++i) {
            askFor(_window, i, uint64(10 + i), 10_000);
        }
    }

    /// @dev Six of 30,000 units, from 12 wei up: more than there is.
    function _wants() private {
        for (uint256 i; i < 6; ++i) {
            wantOf(_window, i, uint64(12 + 3 * i), 30_000);
        }
    }

    function _settleWith(Matcher.Cleared memory said) private {
        market.settle(_window, uint64(said.price), uint32(said.askLevel), uint32(said.wantLevel));
    }
}
