// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAggregators} from "./interfaces/IAggregators.sol";
import {ICharters} from "./interfaces/ICharters.sol";
import {Book, IMarket} from "./interfaces/IMarket.sol";
import {Matching} from "./libraries/Matching.sol";

/// @notice See IMarket.
contract Market is IMarket {
    using Matching for uint256;
    using Matching for uint256[];

    uint256 public constant PERIOD_MIN = 60;
    uint256 public constant PERIOD_MAX = 1 days;
    /// Bytes of a report that one unit stands for (MK2).
    uint256 public constant UNIT_BYTES = 65_536;
    /// Of prices and limits, wei.
    uint256 public constant PRICE_MAX = 2 ** 63;
    uint256 public constant ASKS_MAX = 256;
    uint256 public constant WANTS_MAX = 128;
    uint256 public constant ASK_MIN = 1024;
    /// The most that may be asked for each ether at stake.
    uint256 public constant UNITS_PER_ETHER = 2 ** 20;
    /// A want is at least one part in so many of what is on offer, and at most one in two.
    uint256 public constant WANT_PARTS = 256;

    /// Seconds.
    uint256 public immutable PERIOD;
    IAggregators public immutable AGGREGATORS;
    ICharters public immutable CHARTERS;

    mapping(uint256 window => Book) private _books;
    mapping(uint256 window => uint256[]) private _asks;
    mapping(uint256 window => uint256[]) private _wants;
    /// The last window that it asked for, or wanted units of: both only ever go up.
    mapping(address seller => uint256 window) private _asked;
    mapping(bytes32 charterId => uint256 window) private _wanted;
    mapping(address payer => uint256) private _owed;

    constructor(IAggregators aggregators, ICharters charters, uint256 seconds_) {
        if (seconds_ < PERIOD_MIN || seconds_ > PERIOD_MAX) revert PeriodOutOfRange(seconds_, PERIOD_MIN, PERIOD_MAX);
        AGGREGATORS = aggregators;
        CHARTERS = charters;
        PERIOD = seconds_;
    }

    function ask(uint256 window, uint64 perCheck, uint64 perByte, uint32 units) external {
        _requirePeriod(window, 3);
        uint256 price = perCheck + UNIT_BYTES * perByte;
        _requirePrice(price);
        if (AGGREGATORS.withdrawableAt(msg.sender) != 0) revert NotInRoster(msg.sender);
        uint256 stake = AGGREGATORS.stakeOf(msg.sender);
        if (stake == 0) revert NotInRoster(msg.sender);
        uint256 most = stake * UNITS_PER_ETHER / 1 ether;
        if (units < ASK_MIN || units > most) revert UnitsOutOfRange(units, ASK_MIN, most);
        if (_asked[msg.sender] == window) revert AlreadyAsked(window, msg.sender);
        uint256 index = _asks[window].length;
        if (index == ASKS_MAX) revert WindowFull(window, ASKS_MAX, ASKS_MAX);

        _asked[msg.sender] = window;
        _asks[window].push(_wordOf(msg.sender, price, units));
        _books[window].offered += units;
        emit Asked(window, index, msg.sender, perCheck, perByte, units);
    }

    function want(uint256 window, bytes32 charterId, uint64 limit, uint32 units) external payable {
        _requirePeriod(window, 2);
        _requirePrice(limit);
        uint256 offered = _books[window].offered;
        (uint256 least, uint256 most) = ((offered + WANT_PARTS - 1) / WANT_PARTS, offered / 2);
        if (units == 0 || units < least || units > most) revert UnitsOutOfRange(units, least, most);
        if (!CHARTERS.passed(charterId)) revert NotPassed(charterId);
        if (!CHARTERS.isMember(charterId, msg.sender)) revert NotMember(charterId, msg.sender);
        if (_wanted[charterId] == window) revert AlreadyWanted(window, charterId);
        uint256 deposit = uint256(units) * limit;
        if (msg.value != deposit) revert WrongDeposit(msg.value, deposit);

        _wanted[charterId] = window;
        uint256 index = _place(window, _wordOf(msg.sender, limit, units));
        emit Wanted(window, index, charterId, msg.sender, limit, units);
    }

    function settle(uint256 window, uint64 price, uint32 askLevel, uint32 wantLevel) external {
        _requirePeriod(window, 1);
        Book storage book = _books[window];
        if (book.price != 0) revert AlreadySettled(window);
        uint256[] memory asks = _asks[window];
        uint256[] memory wants = _wants[window];
        (uint256 below, uint256 demand) = asks.requirePrice(wants, price);
        uint256 traded = below < demand ? below : demand;
        if (traded == 0) revert NothingTraded(window);
        asks.keepMost(price, true);
        wants.keepMost(price, false);
        uint256 askCut = asks.divide(traded, askLevel, 0);
        uint256 wantCut = wants.divide(traded, wantLevel, 1);

        book.price = price;
        (book.askLevel, book.askCut) = (askLevel, uint16(askCut));
        (book.wantLevel, book.wantCut) = (wantLevel, uint16(wantCut));
        emit Settled(window, price, traded, askLevel, wantLevel, asks.digestOf(wants));
    }

    function payOut(uint256 window, uint256 index) external {
        Book memory book = _books[window];
        if (book.price == 0) revert NotSettled(window);
        uint256 word = _take(_asks[window], window, index);
        uint256 units = word.most(book.price, true).amount(index, book.askLevel, book.askCut);
        if (units == 0) revert NothingToTake(window, index);
        address seller = _addressOf(word);
        uint256 due = units * book.price;
        emit PaidOut(window, index, seller, units, due);
        _pay(seller, due);
    }

    function refund(uint256 window, uint256 index) external {
        Book memory book = _books[window];
        if (book.price == 0 && period() < window) revert NotSettled(window);
        uint256 word = _take(_wants[window], window, index);
        uint256 units;
        if (book.price != 0) units = word.most(book.price, false).amount(index, book.wantLevel, book.wantCut);
        address payer = _addressOf(word);
        uint256 due = word.unitsOf() * word.priceOf() - units * book.price;
        emit Refunded(window, index, payer, units, due);
        _pay(payer, due);
    }

    function withdraw() external {
        uint256 due = _owed[msg.sender];
        if (due == 0) revert NothingToTake(0, 0);
        _owed[msg.sender] = 0;
        emit Withdrawn(msg.sender, due);
        _pay(msg.sender, due);
    }

    function period() public view returns (uint256) {
        return block.timestamp / PERIOD;
    }

    function asksOf(uint256 window) external view returns (uint256[] memory) {
        return _asks[window];
    }

    function wantsOf(uint256 window) external view returns (uint256[] memory) {
        return _wants[window];
    }

    function bookOf(uint256 window) external view returns (Book memory) {
        return _books[window];
    }

    function owedTo(address payer) external view returns (uint256) {
        return _owed[payer];
    }

    /// @dev At the end, or where it is full in the place of the first of the least limits, which must be lower.
    function _place(uint256 window, uint256 word) private returns (uint256 index) {
        uint256[] storage wants = _wants[window];
        index = wants.length;
        if (index < WANTS_MAX) {
            wants.push(word);
            return index;
        }
        uint256 least = type(uint256).max;
        for (uint256 i; i < WANTS_MAX; ++i) {
            uint256 limit = wants[i].priceOf();
            if (limit < least) (least, index) = (limit, i);
        }
        if (word.priceOf() <= least) revert WindowFull(window, word.priceOf(), least + 1);
        uint256 leaving = wants[index];
        _owed[_addressOf(leaving)] += leaving.unitsOf() * leaving.priceOf();
        wants[index] = word;
    }

    /// @dev A word can be taken once.
    function _take(uint256[] storage words, uint256 window, uint256 index) private returns (uint256 word) {
        if (index < words.length) word = words[index];
        if (word == 0) revert NothingToTake(window, index);
        words[index] = 0;
    }

    /// @dev The last thing that a function does.
    function _pay(address to, uint256 amount) private {
        (bool paid,) = to.call{value: amount}("");
        if (!paid) revert PaymentRefused(to);
    }

    function _requirePeriod(uint256 window, uint256 before) private view {
        uint256 now_ = period();
        if (now_ + before != window) revert WrongPeriod(now_, window < before ? 0 : window - before);
    }

    function _requirePrice(uint256 price) private pure {
        if (price == 0 || price > PRICE_MAX) revert PriceOutOfRange(price, 1, PRICE_MAX);
    }

    function _wordOf(address who, uint256 price, uint256 units) private pure returns (uint256) {
        return uint256(uint160(who)) << 96 | price << 32 | units;
    }

    function _addressOf(uint256 word) private pure returns (address) {
        return address(uint160(word >> 96));
    }
}
