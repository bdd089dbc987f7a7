// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {RunEnd} from "../src/libraries/RunEnd.sol";
import {Drawn} from "./Drawn.sol";
import {Snapshot} from "./Snapshot.sol";

/// @dev Gas of whole transactions of committees of 8 × 2, drawn from rosters of n: each call is one of its own (isolate).
/// forge-config: default.isolate = true
contract CommitteeGasTest is Drawn, Snapshot {
    string[8] private _names = [
        "seatCommittee",
        "closeNoise",
        "open",
        "closeUploads",
        "query",
        "recordVerified",
        "recordUnmaskedCommittee",
        "settle"
    ];

    function test_CM6_gas() public {
        string memory json = string.concat("{\n", _measure(16), ",\n", _measure(64), ",\n", _measure(256), "\n}\n");
        requireSnapshot("gasCommittee", json);
    }

    /// @dev The second round's transactions: the first pays once for the run's words.
    function _measure(uint256 n) private returns (string memory json) {
        foundDrawn(8, n);
        rounds.begin(runId);
        uint256 first = vm.lastCallGas().gasTotalUsed;
        json = string.concat('  "n', vm.toString(n), '": {\n', _line("begin", first));
        snapshot();
        tick();
        first += _draw();
        for (uint8 phase; phase < 8; ++phase) {
            first += _move(phase);
        }
        uint256 metered = rounds.factsOf(runId).gasUsed;
        assertTrue(metered * 100 > first * 97 && metered * 100 < first * 103, vm.toString(metered));
        assertTrue(metered <= RunEnd.room(6, 8, 0) + 300_000, "RD16: with begin");
        uint256 round = _draw();
        json = string.concat(json, _line("draw", round));
        for (uint8 phase; phase < 8; ++phase) {
            uint256 gas = _move(phase);
            round += gas;
            json = string.concat(json, _line(_names[phase], gas));
        }
        metered = rounds.factsOf(runId).gasUsed - metered;
        // CH8's meter is an estimate: never off by more than 3 %.
        assertTrue(metered * 100 > round * 97 && metered * 100 < round * 103, vm.toString(metered));
        // The roster's part of it is that of the largest one.
        uint256 room = RunEnd.room(6, 8, 1);
        assertTrue(metered <= room && (n < 256 || room * 100 < metered * 115), "RD16");
        assertTrue(n > 16 || round < 1_000_000, "an ordinary round at 8 x 2 costs at most 1 Mgas");
        json = string.concat(json, _line("round", round), _line("metered", metered));
        json = string.concat(json, '    "firstRound": ', vm.toString(first), "\n  }");
    }

    function _line(string memory name, uint256 value) private pure returns (string memory) {
        return string.concat('    "', name, '": ', vm.toString(value), ",\n");
    }

    function _draw() private returns (uint256 gas) {
        draw();
        gas = vm.lastCallGas().gasTotalUsed;
        tick();
    }

    function _move(uint8 phase) private returns (uint256 gas) {
        assertEq(rounds.phaseOf(runId), phase, "phase");
        land(transitionOf(phase));
        gas = vm.lastCallGas().gasTotalUsed;
        if (phase == 5) snapshot();
        tick();
    }
}
