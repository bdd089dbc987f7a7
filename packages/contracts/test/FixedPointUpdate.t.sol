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

    function step(uint256 stepRate) external pure returns (int32, int64) {
        return FixedPointUpdate.step(type(int32).min, type(int64).max, type(int64).min, stepRate, type(uint16).max);
    }
}
