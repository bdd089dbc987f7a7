// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Snapshot} from "./Snapshot.sol";
import {Matcher, Trading} from "./Trading.sol";

/// @dev Cheatcodes that only these tests use.
interface Json {
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
}

/// @dev The check that settles a window, against the results that spec/reference made of the page.
contract MatchingTest is Trading {
    uint256 private constant BYTES = 56;

    function setUp() public {
        matcher = new Matcher();
    }

    function test_MK5_MK6_MK7_theReferencesWindows() public view {
        (bytes memory results, uint256 windows) = _vectors();
        assertTrue(windows >= 1000, "there are windows");
        for (uint256 window; window < windows; ++window) {
            (uint256[] memory asks, uint256[] memory wants) = _drawn(window);
            (Matcher.Cleared memory said, uint256 traded, bytes32 digest) = _result(results, window);
            (uint256 have, bytes32 haveDigest) = matcher.check(asks, wants, said);
            assertEq(have, traded, vm.toString(window));
            assertEq(haveDigest, digest, vm.toString(window));
        }
    }

    /// @dev One price and one level settle a window: the next ones on either side do not.
    function test_MK7_noOtherNumberIsTaken() public view {
        (bytes memory results, uint256 windows) = _vectors();
        for (uint256 window; window < windows; window += 3) {
            (uint256[] memory asks, uint256[] memory wants) = _drawn(window);
            (Matcher.Cleared memory said,,) = _result(results, window);
            for (uint256 number; number < 3; ++number) {
                _refused(asks, wants, said, number, 1);
                _refused(asks, wants, said, number, -1);
            }
        }
    }

    /// @dev Among all the numbers of MK5 that a price could be, at most one is taken.
    function testFuzz_MK5_onePrice(uint256 seed, uint8 other) public view {
        (uint256[] memory asks, uint256[] memory wants) = _drawn(seed % 10_000 * 4 + seed % 2);
        (, Matcher.Cleared memory said) = clearing(asks, wants);
        if (other == said.price) return;
        try matcher.isPrice(asks, wants, other) {
            revert("MK5: another price");
        } catch {}
    }

    function _refused(
        uint256[] memory asks,
        uint256[] memory wants,
        Matcher.Cleared memory said,
        uint256 number,
        int256 by
    ) private view {
        uint256[3] memory numbers = [said.price, said.askLevel, said.wantLevel];
        unchecked {
            numbers[number] = uint256(int256(numbers[number]) + by);
        }
        try matcher.check(asks, wants, Matcher.Cleared(numbers[0], numbers[1], numbers[2])) {
            revert("MK7: another number");
        } catch {}
    }

    function _vectors() private view returns (bytes memory results, uint256 windows) {
        string memory json = vm.readFile("../../spec/vectors/market.json");
        results = Json(address(vm)).parseJsonBytes(json, ".results");
        windows = results.length / BYTES;
    }

    function _result(bytes memory results, uint256 window)
        private
        pure
        returns (Matcher.Cleared memory said, uint256 traded, bytes32 digest)
    {
        uint256 head;
        assembly ("memory-safe") {
            let at := add(add(results, 32), mul(BYTES, window))
            head := mload(at)
            digest := mload(add(at, 24))
        }
        said = Matcher.Cleared(head >> 192, uint32(head >> 96), uint32(head >> 64));
        traded = uint64(head >> 128);
    }

    /// @dev As spec/reference/marketVectors.ts draws it.
    function _drawn(uint256 window) private pure returns (uint256[] memory asks, uint256[] memory wants) {
        uint256 sizes = _word(window, 0);
        asks = _side(window, 1, 1 + sizes % 24);
        wants = _side(window, 33, 1 + (sizes >> 128) % 24);
    }

    function _side(uint256 window, uint256 from, uint256 count) private pure returns (uint256[] memory words) {
        uint256[4] memory prices = [uint256(8), 40, 1500, 2 ** 63];
        uint256[4] memory units = [uint256(8), 200, 2 ** 20, 2 ** 32 - 1];
        words = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            uint256 word = _word(window, from + i);
            words[i] = (1 + word % prices[window % 4]) << 32 | (1 + (word >> 128) % units[window % 4]);
        }
    }

    function _word(uint256 window, uint256 i) private pure returns (uint256) {
        return uint256(keccak256(abi.encodePacked("concord/v1/market vectors", uint16(window), uint16(i))));
    }
}
