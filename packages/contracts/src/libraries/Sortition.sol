// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The draw of a committee by stake, without putting back (spec/committee.md CM4)
/// @notice Twin of protocol/src/sortition.ts.
library Sortition {
    /// @notice The roster is not the one of the snapshot.
    error WrongRoster(bytes32 have, bytes32 need);
    error RosterTooSmall(uint256 have, uint256 need);

    /// The part of a word that is the stake: 2^96 - 1.
    uint256 private constant STAKE = 0xffffffffffffffffffffffff;
    /// Entries whose stakes are summed once: near the square root of the longest roster.
    uint256 private constant BLOCK = 16;
    uint256 private constant BLOCK_BYTES = 512;

    /// @param roster Words `address ‖ u96 stake`, at most 256; their hash is `rosterHash`.
    /// @param shares k.
    /// @return drawn 2k addresses: the primaries of shares 1 … k, then their standbys.
    function draw(bytes32 beacon, bytes32 rosterHash, uint256[] calldata roster, uint256 shares)
        internal
        pure
        returns (address[] memory drawn)
    {
        uint256[] memory left = roster;
        bytes32 have;
        assembly ("memory-safe") {
            have := keccak256(add(left, 32), mul(mload(left), 32))
        }
        if (have != rosterHash) revert WrongRoster(have, rosterHash);
        uint256 seats = 2 * shares;
        if (left.length < seats) revert RosterTooSmall(left.length, seats);

        (uint256[] memory sums, uint256 total) = _sums(left);
        drawn = new address[](seats);
        for (uint256 s; s < seats; ++s) {
            uint256 x = uint256(keccak256(abi.encodePacked(beacon, uint32(s)))) % total;
            uint256 word = _take(left, sums, x);
            total -= word & STAKE;
            drawn[s] = address(uint160(word >> 96));
        }
    }

    /// @return sums The stakes of BLOCK entries each, the last of what is left: a draw walks them, and one block.
    function _sums(uint256[] memory left) private pure returns (uint256[] memory sums, uint256 total) {
        sums = new uint256[]((left.length + BLOCK - 1) / BLOCK);
        assembly ("memory-safe") {
            let entry := add(left, 32)
            let end := add(entry, mul(mload(left), 32))
            for { let block_ := add(sums, 32) } lt(entry, end) { block_ := add(block_, 32) } {
                let next := add(entry, BLOCK_BYTES)
                if gt(next, end) { next := end }
                let sum := 0
                for {} lt(entry, next) { entry := add(entry, 32) } { sum := add(sum, and(mload(entry), STAKE)) }
                mstore(block_, sum)
                total := add(total, sum)
            }
        }
    }

    /// @dev Finds the entry whose interval has `x`, which is less than the sum of all, and makes its stake 0: its
    /// interval is empty from now on, and the others close up.
    function _take(uint256[] memory left, uint256[] memory sums, uint256 x) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            let block_ := add(sums, 32)
            let entry := add(left, 32)
            let sum := mload(block_)
            for {} iszero(lt(x, sum)) {} {
                x := sub(x, sum)
                block_ := add(block_, 32)
                entry := add(entry, BLOCK_BYTES)
                sum := mload(block_)
            }
            let stake := 0
            for {} 1 {} {
                word := mload(entry)
                stake := and(word, STAKE)
                if lt(x, stake) { break }
                x := sub(x, stake)
                entry := add(entry, 32)
            }
            mstore(entry, xor(word, stake))
            mstore(block_, sub(sum, stake))
        }
    }
}
