// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Inference} from "../src/Inference.sol";
import {DrawnFeatures} from "../test/DrawnFeatures.sol";
import {FinalModels} from "../test/FinalModels.sol";

interface Cheats {
    function envUint(string calldata name) external view returns (uint256);
    function readFile(string calldata path) external view returns (string memory);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);
    function toString(uint256 value) external pure returns (string memory);
}

/// @dev The contract's side of `npm run bench -- inference`: CONCORD_TIMES as many inputs as the vectors have, and a running
/// hash of the scores for each of their cases, logged for the bench to compare with its own.
contract InferenceMillion is DrawnFeatures {
    Cheats private constant vm = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));

    event log_named_bytes32(string key, bytes32 val);

    function test_chains() public {
        Inference inference = new Inference(new FinalModels());
        FinalModels rounds = FinalModels(address(inference.ROUNDS()));
        string memory json = vm.readFile("../../spec/vectors/inference.json");
        for (uint256 i; i < 5; ++i) {
            string memory path = string.concat("$.cases[", vm.toString(i), "]");
            bytes memory model = vm.parseJsonBytes(json, string.concat(path, ".model"));
            rounds.finish(bytes32(i), model);
            bytes32 modelId = rounds.register(inference, bytes32(i), model);
            uint256 records = vm.parseJsonUint(json, string.concat(path, ".records")) * vm.envUint("CONCORD_TIMES");
            bytes32 chain = _chain(
                inference,
                modelId,
                vm.parseJsonBytes32(json, string.concat(path, ".seed")),
                new int32[](vm.parseJsonUint(json, string.concat(path, ".inputs"))),
                vm.parseJsonUint(json, string.concat(path, ".featureShift")),
                records
            );
            emit log_named_bytes32(string.concat("chain", vm.toString(i)), chain);
        }
    }

    function _chain(
        Inference inference,
        bytes32 modelId,
        bytes32 seed,
        int32[] memory features,
        uint256 shift,
        uint256 records
    ) private view returns (bytes32 chain) {
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        for (uint32 record = 1; record <= records; ++record) {
            _drawn(seed, record, features, shift);
            chain = keccak256(abi.encodePacked(chain, inference.predict(modelId, features)));
            // Nothing of this record is used again: memory that only grows would cost more than the model.
            assembly ("memory-safe") {
                mstore(0x40, free)
            }
        }
    }
}
