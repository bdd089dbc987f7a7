// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {ICharters} from "./interfaces/ICharters.sol";
import {CharterFloors} from "./libraries/CharterFloors.sol";
import {LedgerMath} from "./libraries/LedgerMath.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Charter, Deadlines, Limits} from "./types/Charter.sol";
import {Start} from "./types/Run.sol";

/// @notice See ICharters.
contract Charters is ICharters, EIP712 {
    bytes32 private constant VOTE_TYPEHASH = keccak256("Vote(bytes32 charterId,bool support)");
    bytes32 private constant JOIN_TYPEHASH = keccak256("Join(bytes32 charterId,string endpoint)");

    /// Two words: one that every vote rewrites, one with a bit for each member (at most 255, AG1).
    struct Ballot {
        /// Holds abi.encode(charter) as code: a charter never changes, and is read whole.
        address charter;
        uint40 closes;
        /// Seconds: the block of the vote that made more than half; 0 until then.
        uint40 passedAt;
        uint8 votesFor;
        uint256 voted;
    }

    mapping(bytes32 charterId => Ballot) private _ballots;
    mapping(bytes32 charterId => mapping(address member => mapping(bytes32 endpointHash => bool))) private _joined;

    constructor() EIP712("Concord", "1") {}

    function propose(Charter calldata charter) external returns (bytes32 charterId) {
        CharterFloors.check(charter);
        if (charter.succeeds != 0 && _ballots[charter.succeeds].charter == address(0)) {
            revert UnknownCharter(charter.succeeds);
        }
        bytes memory encoded = abi.encode(charter);
        charterId = keccak256(encoded);
        Ballot storage ballot = _ballots[charterId];
        if (ballot.charter != address(0)) revert AlreadyProposed(charterId);
        ballot.charter = SSTORE2.write(encoded);
        ballot.closes = uint40(Math.min(block.timestamp + charter.votingSeconds, type(uint40).max));
        emit Proposed(charterId, msg.sender, charter);
    }

    function castVote(bytes32 charterId, address voter, bool support, bytes calldata signature) external {
        Ballot storage ballot = _ballots[charterId];
        address[] memory members = membersOf(charterId);
        uint256 bit = uint256(1) << _indexOf(members, charterId, voter);
        if (block.timestamp >= ballot.closes) revert VotingClosed(charterId, block.timestamp, ballot.closes);
        if (ballot.voted & bit != 0) revert AlreadyVoted(charterId, voter);
        bytes32 vote = keccak256(abi.encode(VOTE_TYPEHASH, charterId, support));
        Signatures.requireSigned(_hashTypedDataV4(vote), voter, signature);

        ballot.voted |= bit;
        emit Voted(charterId, voter, support);
        if (!support) return;
        uint256 votesFor = ++ballot.votesFor;
        if (votesFor * 2 > members.length && ballot.passedAt == 0) ballot.passedAt = uint40(block.timestamp);
    }

    function join(bytes32 charterId, address member, string calldata endpoint, bytes calldata signature) external {
        _indexOf(membersOf(charterId), charterId, member);
        bytes32 endpointHash = keccak256(bytes(endpoint));
        if (_joined[charterId][member][endpointHash]) revert AlreadyJoined(charterId, member, endpoint);
        bytes32 message = keccak256(abi.encode(JOIN_TYPEHASH, charterId, endpointHash));
        Signatures.requireSigned(_hashTypedDataV4(message), member, signature);

        _joined[charterId][member][endpointHash] = true;
        emit Joined(charterId, member, endpoint);
    }

    function passed(bytes32 charterId) external view returns (bool) {
        return _ballots[charterId].passedAt != 0;
    }

    function passedAt(bytes32 charterId) external view returns (uint64) {
        return _ballots[charterId].passedAt;
    }

    function startOf(bytes32 charterId) external view returns (Start memory start) {
        start.passedAt = _ballots[charterId].passedAt;
        if (start.passedAt == 0) return start;
        Charter memory charter = charterOf(charterId);
        Limits memory limits = charter.limits;
        Deadlines memory d = charter.deadlines;
        uint32[8] memory seconds_ = [d.seat, d.noise, d.open, d.upload, d.query, d.verify, d.unmask, d.settle];
        for (uint256 phase; phase < 8; ++phase) {
            start.deadlines |= uint256(seconds_[phase]) << (32 * phase);
        }
        start.terms.rounds = limits.rounds;
        start.terms.minCohort = limits.minCohort;
        start.terms.minNoise = charter.aggregation.minNoise;
        start.terms.members = uint8(charter.members.length); // at most 255 (AG1)
        start.terms.deltaExponent = limits.deltaExponent;
        start.terms.sunset = uint40(Math.min(limits.sunset, type(uint40).max));
        start.terms.epsilonCap = limits.epsilonCap;
        start.terms.gasCap = limits.gasCap;
        // At most 64 (CH7).
        if (charter.aggregation.holders == 2) start.terms.shares = uint8(charter.aggregation.shares);
        start.budget.cap = SafeCast.toUint80(LedgerMath.rhoWithin(limits.epsilonCap, limits.deltaExponent));
        // Not above the cap, or the charter could not have been proposed (LG2).
        start.budget.price = SafeCast.toUint80(CharterFloors.price(charter.aggregation));
        start.model = charter.initialModel;
    }

    function epsilonOf(uint256 rho, uint8 deltaExponent) external pure returns (uint256 wad) {
        return LedgerMath.epsilonWad(rho, deltaExponent);
    }

    function isMember(bytes32 charterId, address account) external view returns (bool) {
        if (_ballots[charterId].charter == address(0)) return false;
        (bool found,) = _find(membersOf(charterId), account);
        return found;
    }

    function membersOf(bytes32 charterId) public view returns (address[] memory) {
        return charterOf(charterId).members;
    }

    function charterOf(bytes32 charterId) public view returns (Charter memory) {
        address charter = _ballots[charterId].charter;
        if (charter == address(0)) revert UnknownCharter(charterId);
        return abi.decode(SSTORE2.read(charter), (Charter));
    }

    function _indexOf(address[] memory members, bytes32 charterId, address account) private pure returns (uint256) {
        (bool found, uint256 index) = _find(members, account);
        if (!found) revert NotMember(charterId, account);
        return index;
    }

    /// @dev The members ascend.
    function _find(address[] memory members, address account) private pure returns (bool, uint256) {
        uint256 low;
        uint256 high = members.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (members[middle] < account) low = middle + 1;
            else high = middle;
        }
        return (low < members.length && members[low] == account, low);
    }
}
