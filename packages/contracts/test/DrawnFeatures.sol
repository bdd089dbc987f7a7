// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @dev Features as spec/vectors/inference.json draws them.
abstract contract DrawnFeatures {
    /// @dev int32 number i mod 8 of keccak256(seed ‖ u32 stream ‖ u32 ⌊i/8⌋), shifted down (spec/reference/inference.ts).
    function _drawn(bytes32 seed, uint32 stream, int32[] memory out, uint256 shift) internal pure {
        uint256 count = out.length;
        for (uint32 block_ = 0; block_ * 8 < count; ++block_) {
            uint256 hash = uint256(keccak256(abi.encodePacked(seed, stream, block_)));
            for (uint256 i = block_ * 8; i < count && i < block_ * 8 + 8; ++i) {
                // forge-lint: disable-next-line(unsafe-typecast)
                out[i] = int32(uint32(hash >> 224)) >> shift;
                hash <<= 32;
            }
        }
    }
}
