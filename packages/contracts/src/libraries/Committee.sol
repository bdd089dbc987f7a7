// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRounds} from "../interfaces/IRounds.sol";
import {ISigned} from "../interfaces/ISigned.sol";
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
    function store(Run storage self, Turn memory turn, Seat[] calldata seats) internal {
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
            _requireMembers(turn.charters.membersOf(turn.runId), seats);
            self.holdersHash = holdersHash;
        }
        self.committeeHash = keccak256(abi.encode(seats));
        self.openCommits = hashOf(opens);
        self.queryCommits = hashOf(queries);
    }

    /// @notice Every share's holder, or one of its two, signed the same EIP-712 struct.
    function requireAll(
        Run storage self,
        Turn memory turn,
        address[] calldata holders,
        bytes32 message,
        bytes[] calldata signatures
    ) internal view {
        uint256 missing = requireSeated(self, turn, holders, signatures);
        bytes32 digest = Signatures.digestOf(turn.domain, message);
        for (uint256 i; i < signatures.length; ++i) {
            requireShare(digest, holders, missing, i, signatures);
        }
    }

    /// @notice One of share i's holders signed the digest (CM6).
    /// @param missing A bit for each seat that is empty.
    function requireShare(
        bytes32 digest,
        address[] calldata holders,
        uint256 missing,
        uint256 i,
        bytes[] calldata signatures
    ) internal pure {
        bytes calldata signature;
        // The holders are those whose hash is stored, as many as the shares or twice as many: `i` is among them, and they
        // are addresses. A signature that points out of the calldata reads as zeros, and is nobody's.
        assembly ("memory-safe") {
            let start := add(signatures.offset, calldataload(add(signatures.offset, shl(5, i))))
            signature.length := calldataload(start)
            signature.offset := add(start, 32)
        }
        if (holders.length > signatures.length) {
            uint256 role;
            assembly ("memory-safe") {
                role := byte(0, calldataload(signature.offset))
            }
            if (signature.length != 66 || role > 1) revert ISigned.BadSignature(holders[i]);
            i += role * signatures.length;
            if (missing >> i & 1 != 0) revert IRounds.SeatMissing(i);
            assembly ("memory-safe") {
                signature.offset := add(signature.offset, 1)
                signature.length := 65
            }
        }
        address holder;
        assembly ("memory-safe") {
            holder := calldataload(add(holders.offset, shl(5, i)))
        }
        Signatures.requireSigned(digest, holder, signature);
    }

    /// @notice `holders` are the committee, in seat order, with a signature for each share (not yet checked).
    /// @return missing A bit for each seat that is empty.
    function requireSeated(Run storage self, Turn memory turn, address[] calldata holders, bytes[] calldata signatures)
        internal
        view
        returns (uint256 missing)
    {
        uint256 k = turn.clock.seats;
        requireCount(signatures.length, k);
        bytes32 have;
        // As they came: words that are no addresses are not the holders'.
        assembly ("memory-safe") {
            let words := mload(0x40)
            let length := mul(holders.length, 32)
            calldatacopy(words, holders.offset, length)
            have := keccak256(words, length)
        }
        bytes32 need = self.holdersHash;
        if (have != need) revert IRounds.WrongCommittee(have, need);
        if (holders.length > k) missing = self.lot.missing;
    }

    function requireCount(uint256 have, uint256 need) internal pure {
        if (have != need) revert IRounds.WrongCount(have, need);
    }

    /// @return mixed XOR of the preimages, which are those of `commits`.
    function mixOf(bytes32[] calldata preimages, bytes32 commits) internal pure returns (bytes32 mixed) {
        bytes32[] memory hashes = new bytes32[](preimages.length);
        for (uint256 i; i < preimages.length; ++i) {
            bytes32 preimage = preimages[i];
            bytes32 hash;
            assembly ("memory-safe") {
                mstore(0, preimage)
                hash := keccak256(0, 32)
            }
            hashes[i] = hash;
            mixed ^= preimage;
        }
        bytes32 have = hashOf(hashes);
        if (have != commits) revert IRounds.WrongPreimages(have, commits);
    }

    /// @return digest keccak256 of the words, without their count.
    function hashOf(bytes32[] memory words) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            digest := keccak256(add(words, 32), mul(mload(words), 32))
        }
    }
}
