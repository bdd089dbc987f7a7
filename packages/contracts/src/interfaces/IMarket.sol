// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// What a settled window came to, and how much was on offer.
struct Book {
    /// Wei for a unit; 0 until it is settled.
    uint64 price;
    /// Up to which every ask below the price is sold, and every want at or above it is served; the first of those above
    /// it in posting order, up to the cut, have one unit more (MK6).
    uint32 askLevel;
    uint32 wantLevel;
    uint16 askCut;
    uint16 wantCut;
    /// Units of all asks.
    uint48 offered;
}

/// @title Market: aggregators' work among many runs (spec/market.md)
/// @notice Window w is asked for in period w − 3, wanted in w − 2, settled in w − 1 and served in w. Nothing can be taken
/// back or changed. Nobody owns this contract; its balance is what deposits have not been paid out or sent back.
interface IMarket {
    /// @param index The ask's place in the window, from 0.
    /// @param perCheck Wei for the check of one unit, and
    /// @param perByte for each byte that a unit stands for.
    event Asked(
        uint256 indexed window, uint256 index, address indexed seller, uint64 perCheck, uint64 perByte, uint32 units
    );
    /// @param index The want's place in the window; whoever had it before left with its deposit.
    event Wanted(
        uint256 indexed window,
        uint256 index,
        bytes32 indexed charterId,
        address indexed payer,
        uint64 limit,
        uint32 units
    );
    /// @param digest keccak256 of every amount as u32, asks first, in posting order.
    event Settled(
        uint256 indexed window,
        uint64 price,
        uint256 traded,
        uint32 askLevel,
        uint32 wantLevel,
        bytes32 digest
    );
    event PaidOut(uint256 indexed window, uint256 index, address indexed seller, uint256 units, uint256 amount);
    event Refunded(uint256 indexed window, uint256 index, address indexed payer, uint256 units, uint256 amount);
    event Withdrawn(address indexed payer, uint256 amount);

    error PeriodOutOfRange(uint256 have, uint256 least, uint256 most);
    /// @notice This is done for a window in one period alone.
    /// @param have The present period.
    error WrongPeriod(uint256 have, uint256 need);
    error PriceOutOfRange(uint256 have, uint256 least, uint256 most);
    error UnitsOutOfRange(uint256 have, uint256 least, uint256 most);
    /// @notice Only who stands in the roster asks.
    error NotInRoster(address account);
    error AlreadyAsked(uint256 window, address seller);
    /// @notice There is no place left; for a want, none for its limit.
    error WindowFull(uint256 window, uint256 have, uint256 need);
    error NotPassed(bytes32 charterId);
    error NotMember(bytes32 charterId, address account);
    error AlreadyWanted(uint256 window, bytes32 charterId);
    error WrongDeposit(uint256 have, uint256 need);
    error AlreadySettled(uint256 window);
    /// @notice It is not the price of MK5.
    error NotThePrice(uint256 have);
    /// @notice It is not the level of MK6; `side` 0 is that of asks, 1 that of wants.
    error NotTheLevel(uint256 side, uint256 have);
    /// @notice Nothing would change hands: deposits go back once the window has begun.
    error NothingTraded(uint256 window);
    /// @notice Nothing was asked or wanted there, it sold nothing, or it has been paid.
    error NothingToTake(uint256 window, uint256 index);
    error NotSettled(uint256 window);
    error PaymentRefused(address account);

    /// @notice Offers the caller's work for a window, once, while its asks are open (MK1, MK3).
    /// @param units As many as its stake admits, 1,024 at least.
    function ask(uint256 window, uint64 perCheck, uint64 perByte, uint32 units) external;

    /// @notice Wants units for a charter's run, by a member, once, while the window's wants are open (MK1, MK4). Exactly
    /// units · limit wei go along.
    /// @param limit The most that a unit may cost, wei.
    function want(uint256 window, bytes32 charterId, uint64 limit, uint32 units) external payable;

    /// @notice Checks the numbers of MK5 and MK6 against all that was asked and wanted, and settles the window. By anybody,
    /// in the period before the window's.
    function settle(uint256 window, uint64 price, uint32 askLevel, uint32 wantLevel) external;

    /// @notice Sends an aggregator what its ask earned. By anybody, once.
    function payOut(uint256 window, uint256 index) external;

    /// @notice Sends back what a want's deposit is above its price; all of it where the window lapsed. By anybody, once.
    function refund(uint256 window, uint256 index) external;

    /// @notice Takes the deposits of the caller's wants that had to leave for higher limits.
    function withdraw() external;

    /// @return Periods since 1970, the one that runs.
    function period() external view returns (uint256);

    /// @return Words `address ‖ u64 price ‖ u32 units`, in posting order; 0 where it has been paid.
    function asksOf(uint256 window) external view returns (uint256[] memory);

    /// @return Words `address ‖ u64 limit ‖ u32 units`; 0 where it has been sent back.
    function wantsOf(uint256 window) external view returns (uint256[] memory);

    function bookOf(uint256 window) external view returns (Book memory);

    /// @return Wei that `withdraw` sends.
    function owedTo(address payer) external view returns (uint256);
}
