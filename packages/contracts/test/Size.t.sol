// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Snapshot} from "./Snapshot.sol";

/// @dev Bytecode: within the EVM's limit, as committed in snapshots, and as committed for the SDK.
contract SizeTest is Snapshot {
    uint256 private constant LIMIT = 24_576; // EIP-170
    string[7] private _names = ["Charters", "Rounds", "Inference", "Aggregators", "Court", "Appeals", "Market"];

    function test_size() public {
        string memory json = "{\n";
        for (uint256 i; i < _names.length; ++i) {
            uint256 size = vm.getDeployedCode(_artifact(i)).length;
            assertTrue(size < LIMIT, _names[i]);
            string memory end = i + 1 < _names.length ? ",\n" : "\n}\n";
            json = string.concat(json, '  "', _names[i], '": ', vm.toString(size), end);
        }
        requireSnapshot("size", json);
    }

    function test_theCommittedBytecodeIsOfTheseSources() public view {
        string memory committed = vm.readFile("abi/bytecode.ts");
        for (uint256 i; i < _names.length; ++i) {
            string memory code = string.concat("'", vm.toString(vm.getCode(_artifact(i))), "'");
            bool found = vm.indexOf(committed, code) != type(uint256).max;
            assertTrue(found, string.concat(_names[i], ": run node packages/contracts/scripts/abi.ts"));
        }
    }

    function _artifact(uint256 i) private view returns (string memory) {
        return string.concat(_names[i], ".sol:", _names[i]);
    }
}
