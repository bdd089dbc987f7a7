// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title One coordinate of one optimizer step (LR4, LR13)
/// @notice The twin of packages/protocol/src/model/update.ts and adaptive.ts, for whoever must prove that a posted model is not what an
/// opened sum gives. All shifts of signed values floor.
library FixedPointUpdate {
    /// @notice A number is outside the range that a function states.
    error BadStep();

    /// @notice What one coordinate of an adaptive step computes with.
    struct Adaptive {
        /// What `rate` returned for η = 1: below 2⁹⁶.
        uint256 stepRate;
        /// η in 2⁻¹⁶.
        uint32 learningRate;
        /// μ in 2⁻¹⁶, below 1.
        uint16 momentum;
        /// β in 2⁻¹⁶, below 1.
        uint16 decay;
        /// ε in 2⁻¹⁶, ≥ 1.
        uint32 epsilon;
        /// What `correction` returned: 2¹⁶ … 2³².
        uint256 biasCorrection;
    }

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

    /// @notice 1 − βᵗ in 2⁻³² (LR13): b₀ = 2³², bₖ = ⌊bₖ₋₁·β / 2¹⁶⌋, 2³² − bₜ.
    /// @param decay β in 2⁻¹⁶, below 1.
    /// @param steps t: training rounds with this one, ≥ 1.
    function correction(uint16 decay, uint256 steps) internal pure returns (uint256) {
        if (steps == 0) revert BadStep();
        uint256 kept = 1 << 32;
        for (uint256 t; t < steps && kept != 0; ++t) {
            kept = (kept * decay) >> 16;
        }
        return (1 << 32) - kept;
    }

    /// @notice G = sat64(⌊sum·rate / 2³²⌋), velocity′ = sat64(⌊velocity·μ / 2¹⁶⌋ + G), moment′ = sat64(⌊(moment·β + (2¹⁶ −
    /// β)·⌊G² / 2¹⁶⌋) / 2¹⁶⌋), D = ⌊√⌊moment′·2³² / correction⌋⌋ + 2⁸·ε, parameter′ = sat32(parameter − ⌊η·velocity′ /
    /// (2⁸·D)⌋) (LR13).
    /// @param moment In 2⁻⁴⁸, ≥ 0.
    /// @param sum The coordinate of the opened sum.
    function adapt(int32 parameter, int64 velocity, int64 moment, int64 sum, Adaptive memory by)
        internal
        pure
        returns (int32, int64, int64)
    {
        if (by.stepRate >= 1 << 96 || moment < 0 || by.epsilon == 0 || by.biasCorrection < 1 << 16) revert BadStep();
        int256 gradient = _clamp((int256(sum) * int256(by.stepRate)) >> 32, type(int64).min, type(int64).max);
        int256 faster = ((int256(velocity) * int256(uint256(by.momentum))) >> 16) + gradient;
        faster = _clamp(faster, type(int64).min, type(int64).max);
        uint256 larger = _moment(uint64(moment), by.decay, uint256(gradient * gradient));
        int256 moved = _clamp(int256(parameter) - _way(faster, larger, by), type(int32).min, type(int32).max);
        return (int32(moved), int64(faster), int64(uint64(larger)));
    }

    /// @dev moment′ from G², which is in 2⁻⁶⁴.
    function _moment(uint256 moment, uint256 decay, uint256 square) private pure returns (uint256 larger) {
        larger = (moment * decay + ((1 << 16) - decay) * (square >> 16)) >> 16;
        if (larger > uint64(type(int64).max)) larger = uint64(type(int64).max);
    }

    /// @dev ⌊η·velocity′ / (2⁸·D)⌋.
    function _way(int256 velocity, uint256 moment, Adaptive memory by) private pure returns (int256) {
        uint256 size = Math.sqrt((moment << 32) / by.biasCorrection) + (uint256(by.epsilon) << 8);
        return _floorDivide(int256(uint256(by.learningRate)) * velocity, int256(size << 8));
    }

    /// @dev ⌊a / b⌋ for b > 0.
    function _floorDivide(int256 a, int256 b) private pure returns (int256) {
        int256 quotient = a / b;
        return a < 0 && quotient * b != a ? quotient - 1 : quotient;
    }

    function _clamp(int256 x, int256 low, int256 high) private pure returns (int256) {
        return x < low ? low : x > high ? high : x;
    }
}
