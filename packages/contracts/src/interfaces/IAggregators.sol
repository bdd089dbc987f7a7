// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ISigned} from "./ISigned.sol";

/// A statement that a holder signed in the domain of Rounds.
struct Statement {
    /// The words after the type hash, as EIP-712 encodes them.
    bytes data;
    bytes signature;
}

/// @title Aggregators: who may be drawn into committees, and what they stand to lose (spec/committee.md)
/// @notice A word of the roster is `address ‖ u96 stake`, wei. A newcomer is its last entry, and the last entry takes the
/// place of one that leaves, so the roster follows from the events alone. Nobody owns this contract.
interface IAggregators is ISigned {
    /// @param stake The whole of it, wei.
    event Registered(address indexed aggregator, uint256 stake, string endpoint);
    /// @notice Of its own will, or pushed out of a full roster by more stake.
    event Resigned(address indexed aggregator);
    event Withdrawn(address indexed aggregator, uint256 amount);
    /// @param amount What was burned, wei.
    event Slashed(address indexed aggregator, bytes32 indexed evidence, uint256 amount);

    error EndpointTooLong(uint256 have, uint256 need);
    error StakeTooSmall(uint256 have, uint256 need);
    error StakeTooLarge(uint256 have, uint256 need);
    error NotRegistered(address account);
    /// @notice Nothing to take back: never registered, still registered, or taken back or burned already.
    error NotResigned(address account);
    error TooEarly(uint256 time, uint256 need);
    /// @notice `account` does not take the ether that it is owed.
    error PaymentRefused(address account);

    /// @notice Not the hash of a type that a holder signs once an attempt (CM9).
    error UnknownStatement(bytes32 typeHash);
    error StatementTooShort(uint256 have, uint256 need);
    /// @notice The statements are of different attempts, and so do not contradict each other.
    error DifferentAttempts(bytes32 have, bytes32 need);
    error SameStatement();
    error NotCourt(address sender);
    error AlreadySlashed(bytes32 evidence);
    /// @notice The evidence stays good for when there is a stake.
    error NothingAtStake(address account);

    /// @notice Adds the ether sent to the caller's stake, and publishes where the caller is reached (CM1). Again to add
    /// more, to move, or to come back after resigning. Where the roster is full, its least entry must have less stake,
    /// and resigns.
    /// @param endpoint At most 256 bytes.
    function register(string calldata endpoint) external payable;

    /// @notice Leaves the roster: no later snapshot has the caller.
    function resign() external;

    /// @notice Takes a resigned stake back, WITHDRAW_DELAY after resigning at the earliest.
    function withdraw() external;

    /// @notice Burns all that `holder` has at stake, shown two different statements of one type about one attempt that
    /// it signed (CM9). Nobody gains by it.
    /// @param typeHash Of CommitteeSeat, NoiseClosed, UploadsClosed, Verified, Unmasked or Settled.
    function slashEquivocation(address holder, bytes32 typeHash, Statement calldata a, Statement calldata b) external;

    /// @notice Burns all that `holder` has at stake, because it withheld bytes that it promised (CM10). Only the court may.
    function slashWithheld(address holder, bytes32 evidence) external;

    /// @notice keccak256 of the roster's words.
    function rosterHash() external view returns (bytes32);

    function roster() external view returns (uint256[] memory words);

    /// @return Wei that `account` can lose, in the roster or resigned.
    function stakeOf(address account) external view returns (uint256);

    /// @return Seconds since 1970: from when on a resigned stake can be taken back; 0 where none is resigned.
    function withdrawableAt(address account) external view returns (uint256);
}
