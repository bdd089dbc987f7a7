// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {RunEnd} from "../src/libraries/RunEnd.sol";
import {Consortium} from "./Consortium.sol";
import {Snapshot} from "./Snapshot.sol";

/// @dev Gas of whole transactions (21,000 and calldata included): each call is one of its own (isolate).
/// forge-config: default.isolate = true
contract GasTest is Consortium, Snapshot {
    string[8] private _names =
        ["seat", "closeNoise", "open", "closeUploads", "query", "recordVerified", "recordUnmasked", "settle"];

    function test_RD3_gas() public {
        string memory json = string.concat("{\n", _measure(3), ",\n", _measure(6), ",\n", _measure(16), "\n}\n");
        requireSnapshot("gas", json);
    }

    /// @dev The second round's transactions: the first pays once for the run's words.
    function _measure(uint256 k) private returns (string memory json) {
        found(k);
        runId = charters.propose(aCharter());
        uint256 propose = vm.lastCallGas().gasTotalUsed;
        for (uint256 i; i < k; ++i) {
            charters.castVote(runId, members[i], true, signVote(runId, members[i], true));
        }
        uint256 castVote = vm.lastCallGas().gasTotalUsed;
        uint256 first;
        for (uint8 phase; phase < 8; ++phase) {
            first += _move(phase);
        }
        uint256 metered = rounds.factsOf(runId).gasUsed;
        _requireRoom(k, metered, 0);
        uint256 round;
        json = string.concat('  "k', vm.toString(k), '": {\n');
        for (uint8 phase; phase < 8; ++phase) {
            uint256 gas = _move(phase);
            round += gas;
            json = string.concat(json, _line(_names[phase], gas));
        }
        metered = rounds.factsOf(runId).gasUsed - metered;
        // CH8's meter is an estimate: never off by more than 3 %.
        assertTrue(metered * 100 > round * 97 && metered * 100 < round * 103, vm.toString(metered));
        _requireRoom(k, metered, 1);
        assertTrue(k > 6 || round < 1_000_000, "an ordinary round at k = 6 costs at most 1 Mgas");
        json = string.concat(json, _line("round", round), _line("metered", metered), _line("firstRound", first));
        json = string.concat(json, _line("propose", propose), '    "castVote": ', vm.toString(castVote), "\n  }");
    }

    /// @dev RD16: what must be left of a cap before an attempt pays for all of it, and for little more than that.
    function _requireRoom(uint256 k, uint256 metered, uint256 round) private pure {
        uint256 room = RunEnd.room(k, 0, round);
        assertTrue(metered <= room && room * 100 < metered * 115, vm.toString(room));
    }

    function _line(string memory name, uint256 value) private pure returns (string memory) {
        return string.concat('    "', name, '": ', vm.toString(value), ",\n");
    }

    function _move(uint8 phase) private returns (uint256 gas) {
        assertEq(rounds.phaseOf(runId), phase, "phase");
        bytes memory transition = transitionOf(phase);
        land(transition);
        gas = vm.lastCallGas().gasTotalUsed;
        tick();
    }
}
