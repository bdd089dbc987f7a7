// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "./Test.sol";

/// @dev Measured numbers that are committed: a change shows itself in review.
abstract contract Snapshot is Test {
    error SnapshotChanged(string path, string how, string have);

    /// @dev Compares with snapshots/<name>.json; writes it instead when CONCORD_SNAPSHOT=true.
    function requireSnapshot(string memory name, string memory json) internal {
        string memory path = string.concat("snapshots/", name, ".json");
        if (vm.envOr("CONCORD_SNAPSHOT", false)) return vm.writeFile(path, json);
        if (keccak256(bytes(vm.readFile(path))) != keccak256(bytes(json))) {
            revert SnapshotChanged(path, "run with CONCORD_SNAPSHOT=true if it is meant", json);
        }
    }
}
