// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {FileProof, ICourt, Piece} from "../interfaces/ICourt.sol";

/// @title What a signed statement promises (spec/committee.md CM10)
library Promises {
    /// The longest piece, and the longest list that can be shown.
    uint256 private constant PIECE_BYTES = 16_384;

    /// @return The i-th word.
    function word(bytes calldata data, uint256 i) internal pure returns (bytes32) {
        return bytes32(data[32 * i:32 * i + 32]);
    }

    /// @return SHA-256 of what is asked for of the blob whose list has this SHA-256.
    function pieceOf(bytes32 digest, Piece calldata piece) internal pure returns (bytes32) {
        // A committee does without some files: their place holds 0 (CM8).
        if (digest == 0) revert ICourt.NothingPromised();
        uint256 length = piece.list.length;
        if (length == 0) return digest;
        bytes32 have = sha256(piece.list);
        if (have != digest || length > PIECE_BYTES) revert ICourt.WrongList(have, digest);
        if (piece.index >= length / 32) revert ICourt.NoSuchPiece(piece.index, length / 32);
        return word(piece.list, piece.index);
    }

    /// @notice `seats` are abi.encode of Seat[] or of CommitteeSeat[], whose first words are their holders.
    function requireSeat(bytes calldata seats, bytes32 committeeHash, uint256 seat, address holder) internal pure {
        bytes32 have = keccak256(seats);
        if (have != committeeHash || seats.length < 96) revert ICourt.WrongSeats(have, committeeHash);
        uint256 count = uint256(word(seats, 1));
        if (count == 0 || seat >= count) revert ICourt.WrongSeat(seat, address(0), holder);
        address seated = address(uint160(uint256(word(seats, 2 + seat * ((seats.length - 64) / 32 / count)))));
        if (seated != holder) revert ICourt.WrongSeat(seat, seated, holder);
    }

    /// @notice The file is the leaf of its holder's seat in the tree over all seats (AG6).
    function requireLeaf(FileProof calldata file, bytes32 root) internal pure {
        uint256 count = uint256(word(file.seats, 1));
        bytes32 node = keccak256(abi.encodePacked(uint8(0), file.digest));
        uint256 index = file.seat;
        for (uint256 i; i < file.proof.length; ++i) {
            bytes32 sibling = file.proof[i];
            node = index & 1 == 0
                ? keccak256(abi.encodePacked(uint8(1), node, sibling))
                : keccak256(abi.encodePacked(uint8(1), sibling, node));
            index >>= 1;
        }
        bytes32 have = keccak256(abi.encodePacked(uint8(2), uint32(count), node));
        // Leaves and inner nodes are hashed apart, so nothing but a leaf at this very place gets here.
        if (have != root) revert ICourt.WrongProof(have, root);
    }
}
