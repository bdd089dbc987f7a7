// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title One coordinate of one optimizer step (LR4)
/// @notice The twin of packages/protocol/src/model/update.ts, for whoever must prove that a posted model is not what an
/// opened sum gives. All shifts of signed values floor.
library FixedPointUpdate {
    /// @notice A number is outside the range that `rate` or `step` states.
    error BadStep();

    /// @notice ⌊η·C·2³² / (Δ′·n)⌋: how far one unit of the sum moves the velocity, in 2⁻⁶⁴.
    /// @param learningRate η in 2⁻¹⁶.
    /// @param clippingNorm C in 2⁻¹⁶, ≥ 1.
    /// @param quantizedNorm Δ′, the integer norm that C became, ≥ 1.
    /// @param recordCount n, ≥ 1.
    function rate(uint32 learningRate, uint32 clippingNorm, uint32 quantizedNorm, uint32 recordCount)
        internal
        pure
        returns (uint256)
    {
        if (clippingNorm == 0 || quantizedNorm == 0 || recordCount == 0) revert BadStep();
        return ((uint256(learningRate) * clippingNorm) << 32) / (uint256(quantizedNorm) * recordCount);
    }

    /// @notice velocity′ = sat64(⌊velocity·μ / 2¹⁶⌋ + ⌊sum·rate / 2³²⌋), parameter′ = sat32(parameter − ⌊velocity′ / 2¹⁶⌋).
    /// @param sum The coordinate of the opened sum.
    /// @param stepRate What `rate` returned: below 2⁹⁶.
    /// @param momentum μ in 2⁻¹⁶, below 1.
    function step(int32 parameter, int64 velocity, int64 sum, uint256 stepRate, uint16 momentum)
        internal
        pure
        returns (int32, int64)
    {
        if (stepRate >= 1 << 96) revert BadStep();
        int256 next = ((int256(velocity) * int256(uint256(momentum))) >> 16) + ((int256(sum) * int256(stepRate)) >> 32);
        next = _clamp(next, type(int64).min, type(int64).max);
        int256 moved = _clamp(int256(parameter) - (next >> 16), type(int32).min, type(int32).max);
        return (int32(moved), int64(next));
    }

    function _clamp(int256 x, int256 low, int256 high) private pure returns (int256) {
        return x < low ? low : x > high ? high : x;
    }
}
