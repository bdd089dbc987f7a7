// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Statement} from "../src/interfaces/IAggregators.sol";
import {FileProof, ICourt, Piece, Recorded} from "../src/interfaces/ICourt.sol";
import {CommitteeSeat, Facts, Verified} from "../src/types/Round.sol";
import {Drawn} from "./Drawn.sol";

/// @dev A committee whose files and shares exist: three pieces each. Written from spec/committee.md CM10. Statements are
/// those of the current attempt: make them before it ends.
abstract contract Promising is Drawn {
    uint256 internal constant GWEI = 1e9;
    uint256 internal constant BOND = 2_000_000 * GWEI;
    Recorded internal nothing;

    ICourt internal court;
    /// Seats whose file nobody published.
    mapping(uint256 seat => bool) internal absent;

    function foundPromising(uint256 shares, uint256 count) internal {
        foundDrawn(shares, count);
        court = rounds.COURT();
        vm.fee(GWEI);
        vm.deal(address(this), 1000 ether);
    }

    receive() external payable {}

    // Blobs: of `what`, by share or seat.

    function pieceOf(string memory what, uint256 i, uint256 index) internal view returns (bytes memory data) {
        data = new bytes(index < 2 ? 16_384 : 100);
        Facts memory facts = rounds.factsOf(runId);
        bytes32 word = keccak256(abi.encode(what, i, index, facts.round, facts.attempt));
        assembly ("memory-safe") {
            mstore(add(data, 32), word)
        }
    }

    function listOf(string memory what, uint256 i) internal view virtual returns (bytes memory) {
        return abi.encodePacked(
            sha256(pieceOf(what, i, 0)), sha256(pieceOf(what, i, 1)), sha256(pieceOf(what, i, 2))
        );
    }

    function shareDigestOf(uint256 j) internal view virtual override returns (bytes32) {
        return sha256(listOf("share", j));
    }

    function fileDigestOf(uint256 seat) internal view returns (bytes32) {
        return absent[seat] || empty[seat] ? bytes32(0) : sha256(listOf("file", seat));
    }

    function verifierRootOf() internal view virtual override returns (bytes32) {
        (bytes32 top,) = treeOf(0);
        return keccak256(abi.encodePacked(uint8(2), uint32(committee.length), top));
    }

    /// @dev AG6, layer by layer: the top, and the siblings of a leaf.
    function treeOf(uint256 seat) internal view returns (bytes32 top, bytes32[] memory proof) {
        uint256 width = 1;
        uint256 depth;
        for (; width < committee.length; width *= 2) {
            ++depth;
        }
        bytes32[] memory layer = new bytes32[](width);
        for (uint256 i; i < committee.length; ++i) {
            layer[i] = keccak256(abi.encodePacked(uint8(0), fileDigestOf(i)));
        }
        proof = new bytes32[](depth);
        for (uint256 d; d < depth; ++d) {
            proof[d] = layer[seat ^ 1];
            seat /= 2;
            width /= 2;
            for (uint256 i; i < width; ++i) {
                layer[i] = keccak256(abi.encodePacked(uint8(1), layer[2 * i], layer[2 * i + 1]));
            }
        }
        return (layer[0], proof);
    }

    // What holders sign, and where it stands.

    function seatsBytes() internal view returns (bytes memory) {
        (CommitteeSeat[] memory seats,) = committeeSeats();
        return abi.encode(seats);
    }

    function unmasked(address holder, bytes32 digest) internal view returns (Statement memory) {
        Facts memory facts = rounds.factsOf(runId);
        bytes memory data = abi.encode(runId, facts.round, facts.attempt, facts.acceptRoot, digest);
        bytes32 typeHash =
            keccak256("Unmasked(bytes32 runId,uint32 round,uint32 attempt,bytes32 acceptRoot,bytes32 shareDigest)");
        return Statement(data, sign(holder, keccak256(bytes.concat(typeHash, data))));
    }

    function verified(address holder, bytes32 root) internal view returns (Statement memory) {
        Facts memory facts = rounds.factsOf(runId);
        Verified memory v = aVerdict();
        bytes memory data = bytes.concat(
            abi.encode(runId, facts.round, facts.attempt, facts.committeeHash, facts.uploadRoot),
            abi.encode(root, v.acceptRoot, v.updates, v.noises, v.blob)
        );
        bytes32 typeHash = keccak256(
            "Verified(bytes32 runId,uint32 round,uint32 attempt,bytes32 committeeHash,bytes32 uploadRoot,bytes32 verifierRoot,bytes32 acceptRoot,uint16 updates,uint16 noises,bytes32 blob)"
        );
        return Statement(data, sign(holder, keccak256(bytes.concat(typeHash, data))));
    }

    function fileProof(uint256 seat) internal view returns (FileProof memory) {
        (, bytes32[] memory proof) = treeOf(seat);
        return FileProof(seatsBytes(), seat, fileDigestOf(seat), proof);
    }

    function recorded(uint256 seat) internal view returns (Recorded memory) {
        bytes32[] memory digests = new bytes32[](k);
        for (uint256 j; j < k; ++j) {
            digests[j] = shareDigestOf(j);
        }
        return Recorded(seatsBytes(), seat, digests);
    }

    // Demands, of the holder in a seat.

    function demandShare(uint256 seat, uint256 index) internal returns (bytes32) {
        Statement memory said = unmasked(committee[seat], shareDigestOf(seat % k));
        return court.demandShare{value: BOND}(committee[seat], said, Piece(listOf("share", seat % k), index));
    }

    function demandFile(uint256 seat, uint256 index) internal returns (bytes32) {
        Statement memory said = verified(committee[seat], verifierRootOf());
        Piece memory piece = Piece(listOf("file", seat), index);
        return court.demandFile{value: BOND}(committee[seat], said, fileProof(seat), piece);
    }

    /// @dev CM9's formula.
    function evidenceOf(address holder, string memory name, uint256 round, uint256 attempt)
        internal
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(holder, keccak256(bytes(name)), runId, round, attempt));
    }

    string internal constant UNMASKED_TYPE =
        "Unmasked(bytes32 runId,uint32 round,uint32 attempt,bytes32 acceptRoot,bytes32 shareDigest)";
}
