// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {FixedPointUpdate} from "../src/libraries/FixedPointUpdate.sol";

interface UpdateVectorReader {
    function readFile(string calldata path) external view returns (string memory);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);
    function expectRevert(bytes4 reason) external;
}

contract FixedPointUpdateTest {
    UpdateVectorReader private constant vm =
        UpdateVectorReader(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev Steps as spec/reference/update.ts draws them: the word of step i is keccak256(seed ‖ u32 i).
    function test_LR4_vectors() public view {
        string memory json = vm.readFile("../../spec/vectors/update.json");
        bytes32 seed = vm.parseJsonBytes32(json, "$.seed");
        uint256 steps = vm.parseJsonUint(json, "$.steps");
        bytes32 chain;
        for (uint32 i = 0; i < steps; ++i) {
            uint256 word = uint256(keccak256(abi.encodePacked(seed, i)));
            uint256 shift = i % 32;
            uint256 stepRate = FixedPointUpdate.rate(
                uint32(word & 0x7fffffff),
                uint32((word >> 32) & 0xfffff) + 1,
                uint32((word >> 64) & 0xffff) + 1,
                uint32((word >> 80) & 0xffff) + 1
            );
            (int32 parameter, int64 velocity) = FixedPointUpdate.step(
                int32(uint32(word >> 96)) >> (shift / 2),
                int64(uint64(word >> 128)) >> shift,
                int64(uint64(word >> 192)) >> shift,
                stepRate,
                uint16(word >> 16)
            );
            chain = keccak256(abi.encodePacked(chain, stepRate, parameter, velocity));
        }
        require(chain == vm.parseJsonBytes32(json, "$.chain"), "running hash of all steps");
    }

    /// @dev Steps as spec/reference/adaptive.ts draws them: words 2i and 2i + 1 make step i.
    function test_LR13_vectors() public view {
        string memory json = vm.readFile("../../spec/vectors/adaptive.json");
        bytes32 seed = vm.parseJsonBytes32(json, "$.seed");
        uint256 steps = vm.parseJsonUint(json, "$.steps");
        bytes32 chain;
        for (uint32 i = 0; i < steps; ++i) {
            uint256 word = uint256(keccak256(abi.encodePacked(seed, 2 * i)));
            uint256 other = uint256(keccak256(abi.encodePacked(seed, 2 * i + 1)));
            FixedPointUpdate.Adaptive memory by = _drawn(word, other, i);
            uint256 shift = i % 32;
            (int32 parameter, int64 velocity, int64 moment) = FixedPointUpdate.adapt(
                int32(uint32(word >> 96)) >> (shift / 2),
                int64(uint64(word >> 128)) >> shift,
                int64(uint64(other >> 64) & 0x7fffffffffffffff) >> shift,
                int64(uint64(word >> 192)) >> shift,
                by
            );
            chain = keccak256(abi.encodePacked(chain, by.stepRate, parameter, velocity, moment));
        }
        require(chain == vm.parseJsonBytes32(json, "$.chain"), "running hash of all adaptive steps");
    }

    function _drawn(uint256 word, uint256 other, uint32 i) private pure returns (FixedPointUpdate.Adaptive memory by) {
        by.stepRate = FixedPointUpdate.rate(
            1 << 16, uint32((word >> 32) & 0xfffff) + 1, uint32((word >> 64) & 0xffff) + 1, uint32((word >> 80) & 0xffff) + 1
        );
        by.learningRate = uint32(word & 0x7fffffff);
        by.momentum = uint16(word >> 16);
        by.decay = i % 16 == 0 ? type(uint16).max : i % 16 == 1 ? 0 : uint16(other);
        by.epsilon = uint32((other >> 16) & 0xffff) + 1;
        by.biasCorrection = FixedPointUpdate.correction(by.decay, ((other >> 32) & 0x3f) + 1);
    }

    function test_LR13_aStepOutOfRangeIsRefused() public {
        FixedPointUpdate.Adaptive memory by = FixedPointUpdate.Adaptive((1 << 96) - 1, 1, 1, 1, 1, 1 << 16);
        this.adapt(0, by);
        vm.expectRevert(FixedPointUpdate.BadStep.selector);
        this.adapt(-1, by);
        by.epsilon = 0;
        vm.expectRevert(FixedPointUpdate.BadStep.selector);
        this.adapt(0, by);
        (by.epsilon, by.biasCorrection) = (1, (1 << 16) - 1);
        vm.expectRevert(FixedPointUpdate.BadStep.selector);
        this.adapt(0, by);
        (by.stepRate, by.biasCorrection) = (1 << 96, 1 << 16);
        vm.expectRevert(FixedPointUpdate.BadStep.selector);
        this.adapt(0, by);
        vm.expectRevert(FixedPointUpdate.BadStep.selector);
        this.correction(0);
    }

    function test_LR4_aStepOutOfRangeIsRefused() public {
        vm.expectRevert(FixedPointUpdate.BadStep.selector);
        this.rate(1, 0, 1, 1);
        vm.expectRevert(FixedPointUpdate.BadStep.selector);
        this.rate(1, 1, 0, 1);
        vm.expectRevert(FixedPointUpdate.BadStep.selector);
        this.rate(1, 1, 1, 0);
        vm.expectRevert(FixedPointUpdate.BadStep.selector);
        this.step(1 << 96);
        this.step((1 << 96) - 1);
    }

    function rate(uint32 learningRate, uint32 clippingNorm, uint32 quantizedNorm, uint32 recordCount)
        external
        pure
        returns (uint256)
    {
        return FixedPointUpdate.rate(learningRate, clippingNorm, quantizedNorm, recordCount);
    }

    function adapt(int64 moment, FixedPointUpdate.Adaptive memory by) external pure returns (int32, int64, int64) {
        return FixedPointUpdate.adapt(type(int32).min, type(int64).max, moment, type(int64).min, by);
    }

    function correction(uint256 steps) external pure returns (uint256) {
        return FixedPointUpdate.correction(type(uint16).max, steps);
    }

    function step(uint256 stepRate) external pure returns (int32, int64) {
        return FixedPointUpdate.step(type(int32).min, type(int64).max, type(int64).min, stepRate, type(uint16).max);
    }
}
