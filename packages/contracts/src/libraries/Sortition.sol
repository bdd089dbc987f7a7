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

        uint256 total;
        for (uint256 i; i < left.length; ++i) {
            total += left[i] & STAKE;
        }
        drawn = new address[](seats);
        for (uint256 s; s < seats; ++s) {
            uint256 x = uint256(keccak256(abi.encodePacked(beacon, uint32(s)))) % total;
            uint256 word = _take(left, x);
            total -= word & STAKE;
            drawn[s] = address(uint160(word >> 96));
        }
    }

    /// @dev Finds the entry whose interval has `x`, which is less than the sum of all, and makes its stake 0: its
    /// interval is empty from now on, and the others close up.
    function _take(uint256[] memory left, uint256 x) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            let entry := add(left, 32)
            for {} 1 {} {
                word := mload(entry)
                let stake := and(word, STAKE)
                if lt(x, stake) { break }
                x := sub(x, stake)
                entry := add(entry, 32)
            }
            mstore(entry, xor(word, and(word, STAKE)))
        }
    }
}
