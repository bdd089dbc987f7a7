// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICharters} from "../interfaces/ICharters.sol";
import {IRounds} from "../interfaces/IRounds.sol";
import {Seat} from "../types/Round.sol";
import {Run, Turn} from "../types/Run.sol";
import {Signatures} from "./Signatures.sol";

/// @title Who sits, and that all who sit have signed (RD9)
/// @notice Only hashes of the committee are stored: whoever lands a transition names the holders again.
library Committee {
    /// @dev Seats strictly ascend, and so do members: one walk over both.
    function _requireMembers(address[] memory members, Seat[] calldata seats) private pure {
        address last;
        uint256 next;
        for (uint256 i; i < seats.length; ++i) {
            address holder = seats[i].holder;
            if (i > 0 && holder <= last) revert IRounds.SeatsNotAscending(i);
            while (next < members.length && members[next] < holder) ++next;
            if (next == members.length || members[next] != holder) revert IRounds.NotMember(holder);
            last = holder;
        }
    }

    /// @notice Stores a committee of members; its seats are not yet known to be signed.
    function store(Run storage self, Turn memory turn, ICharters charters, Seat[] calldata seats) internal {
        bytes32[] memory holders = new bytes32[](seats.length);
        bytes32[] memory opens = new bytes32[](seats.length);
        bytes32[] memory queries = new bytes32[](seats.length);
        for (uint256 i; i < seats.length; ++i) {
            holders[i] = bytes32(uint256(uint160(seats[i].holder)));
            opens[i] = seats[i].openCommit;
            queries[i] = seats[i].queryCommit;
        }
        bytes32 holdersHash = hashOf(holders);
        // The holders of the attempt before are known to be members, in order.
        if (holdersHash != self.holdersHash) {
            _requireMembers(charters.membersOf(turn.runId), seats);
            self.holdersHash = holdersHash;
        }
        self.committeeHash = keccak256(abi.encode(seats));
        self.openCommits = hashOf(opens);
        self.queryCommits = hashOf(queries);
    }

    /// @notice Every seated holder signed the same EIP-712 struct.
    function requireAll(
        Run storage self,
        Turn memory turn,
        address[] calldata holders,
        bytes32 message,
        bytes[] calldata signatures
    ) internal view {
        requireSeated(self, turn, holders, signatures);
        bytes32 digest = Signatures.digestOf(turn.domain, message);
        for (uint256 i; i < holders.length; ++i) {
            Signatures.requireSigned(digest, holders[i], signatures[i]);
        }
    }

    /// @notice `holders` are the committee, in seat order, with a signature for each (not yet checked).
    function requireSeated(Run storage self, Turn memory turn, address[] calldata holders, bytes[] calldata signatures)
        internal
        view
    {
        uint256 k = turn.clock.seats;
        if (signatures.length != k) revert IRounds.WrongCount(signatures.length, k);
        bytes32 have = keccak256(abi.encodePacked(holders));
        bytes32 need = self.holdersHash;
        if (have != need) revert IRounds.WrongCommittee(have, need);
    }

    /// @return digest keccak256 of the words, without their count.
    function hashOf(bytes32[] memory words) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            digest := keccak256(add(words, 32), mul(mload(words), 32))
        }
    }
}
