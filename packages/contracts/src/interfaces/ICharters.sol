// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Charter} from "../types/Charter.sol";
import {Start} from "../types/Run.sol";
import {ISigned} from "./ISigned.sol";

/// @title Charters: the rules, and the vote on them
/// @notice A charter is immutable: an amendment is a new one with `succeeds`. Nobody owns this contract. Members sign
/// EIP-712 messages (domain "Concord", "1") that anybody may carry, so a member needs no gas (CH6).
interface ICharters is ISigned {
    /// @notice A charter is up for vote until `votingSeconds` after this block.
    event Proposed(bytes32 indexed charterId, address indexed proposer, Charter charter);
    event Voted(bytes32 indexed charterId, address indexed voter, bool support);
    /// @notice The member is to be found at `endpoint` from now on.
    event Joined(bytes32 indexed charterId, address indexed member, string endpoint);

    /// @notice A floor of AG1, or a rule of charters, is broken.
    /// @param rule ASCII: the rule id and the field, such as "AG1 sigma".
    error FloorBroken(bytes32 rule, uint256 have, uint256 need);
    error UnknownCharter(bytes32 charterId);
    error AlreadyProposed(bytes32 charterId);
    /// @param index Place of the member that is not greater than the one before it.
    error MembersNotAscending(uint256 index);
    error NotMember(bytes32 charterId, address account);
    error VotingClosed(bytes32 charterId, uint256 time, uint256 closed);
    error AlreadyVoted(bytes32 charterId, address voter);
    /// @notice The member signed this endpoint before: an old signature must not move it back.
    error AlreadyJoined(bytes32 charterId, address member, string endpoint);

    /// @notice Puts a charter up for vote.
    /// @dev Reverts with the first floor that it breaks (AG1, CH5, CH7, CH8, LG2), in the order of the struct.
    /// @return charterId keccak256(abi.encode(charter)), which is also the id of its run.
    function propose(Charter calldata charter) external returns (bytes32 charterId);

    /// @notice Counts a member's only vote, signed over `Vote(bytes32 charterId,bool support)` (CH11).
    function castVote(bytes32 charterId, address voter, bool support, bytes calldata signature) external;

    /// @notice Publishes where a member is to be reached, signed over `Join(bytes32 charterId,string endpoint)`. A
    /// member moves by signing another endpoint, never one that it signed before.
    function join(bytes32 charterId, address member, string calldata endpoint, bytes calldata signature) external;

    /// @notice More than half of the members voted for it (CH11). Once true, true for ever.
    function passed(bytes32 charterId) external view returns (bool);

    /// @notice Seconds since 1970: the block of the vote that made it pass; 0 if it has not passed.
    function passedAt(bytes32 charterId) external view returns (uint64);

    function charterOf(bytes32 charterId) external view returns (Charter memory);

    /// @notice What the run of a charter starts from: what Rounds needs of the charter, with its budget in ρ (LG1, DP7).
    /// All 0 unless it has passed.
    function startOf(bytes32 charterId) external view returns (Start memory);

    /// @return wad ε at δ = 10^-deltaExponent of a spent ρ, wad (DP6).
    function epsilonOf(uint256 rho, uint8 deltaExponent) external pure returns (uint256 wad);

    /// @return The allow-list, strictly ascending.
    function membersOf(bytes32 charterId) external view returns (address[] memory);

    /// @return Whether it is on the allow-list; false too for an unknown charter.
    function isMember(bytes32 charterId, address account) external view returns (bool);
}
