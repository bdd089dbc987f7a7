// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Sortition} from "../src/libraries/Sortition.sol";
import {Snapshot} from "./Snapshot.sol";

/// @dev Cheatcodes that only these tests use.
interface Json {
    function parseJsonUintArray(string calldata json, string calldata key) external pure returns (uint256[] memory);
}

/// @dev The library as a contract uses it: with the roster in calldata.
contract Drawer {
    function draw(bytes32 beacon, bytes32 rosterHash, uint256[] calldata roster, uint256 shares)
        external
        pure
        returns (address[] memory)
    {
        return Sortition.draw(beacon, rosterHash, roster, shares);
    }

    function gasOf(bytes32 beacon, bytes32 rosterHash, uint256[] calldata roster, uint256 shares)
        external
        view
        returns (uint256)
    {
        uint256 before = gasleft();
        Sortition.draw(beacon, rosterHash, roster, shares);
        return before - gasleft();
    }
}

contract SortitionTest is Snapshot {
    Drawer private _drawer = new Drawer();
    Json private _json = Json(address(vm));

    /// @dev Shared with protocol/src/sortition.ts.
    function test_CM4_vectors() public view {
        string memory json = vm.readFile("../../spec/vectors/sortition.json");
        uint256 count;
        for (; vm.keyExistsJson(json, _at(count, "")); ++count) {
            uint256[] memory roster = _json.parseJsonUintArray(json, _at(count, ".roster"));
            bytes32 rosterHash = keccak256(abi.encodePacked(roster));
            assertEq(uint256(rosterHash), vm.parseJsonUint(json, _at(count, ".rosterHash")), _at(count, ".rosterHash"));
            bytes32 beacon = bytes32(vm.parseJsonUint(json, _at(count, ".beacon")));
            uint256[] memory need = _json.parseJsonUintArray(json, _at(count, ".drawn"));
            address[] memory drawn = _drawer.draw(beacon, rosterHash, roster, need.length / 2);
            assertEq(drawn.length, need.length, _at(count, ".shares"));
            for (uint256 s; s < need.length; ++s) {
                assertEq(uint160(drawn[s]), need[s], _at(count, ".drawn"));
            }
        }
        assertTrue(count >= 8, "there are cases");
    }

    /// @dev The page, read slowly: the drawn entry is cut out of the list.
    function testFuzz_CM4_theDrawWrittenOut(bytes32 beacon, uint96[64] memory stakes, uint8 entries, uint8 part)
        public
        view
    {
        uint256 n = 2 + entries % 63;
        uint256 shares = 1 + part % (n / 2);
        uint256[] memory roster = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            roster[i] = (i + 1) << 96 | (stakes[i] == 0 ? 1 : stakes[i]);
        }
        address[] memory drawn = _drawer.draw(beacon, keccak256(abi.encodePacked(roster)), roster, shares);
        assertEq(drawn.length, 2 * shares, "2k holders");
        for (uint32 s; s < drawn.length; ++s) {
            uint256 total;
            for (uint256 i; i < n; ++i) {
                total += uint96(roster[i]);
            }
            uint256 x = uint256(keccak256(abi.encodePacked(beacon, s))) % total;
            uint256 place;
            for (uint256 end = uint96(roster[0]); x >= end; end += uint96(roster[place])) {
                ++place;
            }
            assertEq(uint160(drawn[s]), roster[place] >> 96, "whose interval has x");
            for (--n; place < n; ++place) {
                roster[place] = roster[place + 1];
            }
        }
    }

    function testFuzz_CM4_nobodyIsDrawnTwice(bytes32 beacon, uint8 entries) public view {
        uint256[] memory roster = _roster(16 + uint256(entries) % 241);
        address[] memory drawn = _drawer.draw(beacon, keccak256(abi.encodePacked(roster)), roster, 8);
        for (uint256 s; s < 16; ++s) {
            for (uint256 t; t < s; ++t) {
                assertTrue(drawn[s] != drawn[t], "distinct");
            }
        }
    }

    function test_CM4_theRosterIsTheOneOfTheSnapshot() public {
        uint256[] memory roster = _roster(16);
        bytes32 need = keccak256(abi.encodePacked(roster));
        roster[3] += 1;
        bytes32 have = keccak256(abi.encodePacked(roster));
        vm.expectRevert(abi.encodeWithSelector(Sortition.WrongRoster.selector, have, need));
        _drawer.draw(0, need, roster, 8);
    }

    function test_CM4_aRosterOf2kIsEnoughAndLessIsNot() public {
        uint256[] memory roster = _roster(16);
        bytes32 rosterHash = keccak256(abi.encodePacked(roster));
        assertEq(_drawer.draw(0, rosterHash, roster, 8).length, 16, "everybody");
        vm.expectRevert(abi.encodeWithSelector(Sortition.RosterTooSmall.selector, 16, 18));
        _drawer.draw(0, rosterHash, roster, 9);
    }

    /// @dev Gas of the draw alone, mean and most of 32 beacons, 2k = 16.
    function test_CM4_gas() public {
        uint16[3] memory sizes = [16, 64, 256];
        string memory json = "{\n";
        for (uint256 i; i < 3; ++i) {
            (uint256 mean, uint256 most) = _measure(_roster(sizes[i]));
            assertTrue(sizes[i] > 64 || most < 120_000, "a draw from 64 costs at most 120,000");
            string memory line = string.concat('": { "mean": ', vm.toString(mean), ', "most": ', vm.toString(most));
            json = string.concat(json, '  "n', vm.toString(uint256(sizes[i])), line, i < 2 ? " },\n" : " }\n}\n");
        }
        requireSnapshot("sortition", json);
    }

    function _measure(uint256[] memory roster) private view returns (uint256 mean, uint256 most) {
        bytes32 rosterHash = keccak256(abi.encodePacked(roster));
        for (uint256 i; i < 32; ++i) {
            uint256 gas = _drawer.gasOf(keccak256(abi.encode(i)), rosterHash, roster, 8);
            mean += gas;
            if (gas > most) most = gas;
        }
        mean /= 32;
    }

    /// @dev Stakes of 1 to 1,000 ether.
    function _roster(uint256 n) private pure returns (uint256[] memory roster) {
        roster = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            uint256 seed = uint256(keccak256(abi.encode("aggregator", i)));
            roster[i] = seed << 96 | (1 ether + seed % 999 ether);
        }
    }

    function _at(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(i), "]", field);
    }
}
