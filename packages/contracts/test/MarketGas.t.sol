// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Matcher, Trading} from "./Trading.sol";

/// @dev Gas of whole transactions, in a small window and in one as full as it may be.
/// forge-config: default.isolate = true
contract MarketGasTest is Trading {
    uint256 private constant MOST = 10_000_000;
    string private _json;

    function test_MK7_gas() public {
        foundMarket();
        for (uint256 i; i < 256; ++i) {
            register(aggregator(i), 1 ether);
        }
        _window(8, 4, "8 asks, 4 wants");
        _window(32, 16, "32 asks, 16 wants");
        _window(256, 128, "256 asks, 128 wants");
        requireSnapshot("market", string.concat("{\n", _json, "\n}\n"));
    }

    function _window(uint256 asks, uint256 wants, string memory name) private {
        uint256 window = openWindow();
        for (uint256 i; i < asks; ++i) {
            askFor(window, i, uint64(1_000_000_000 + i * 7_919), uint32(100_000 + i * 31));
            if (i == 255) _line("ask");
        }
        toPeriod(window - 2);
        uint32 units = uint32(market.bookOf(window).offered / wants);
        for (uint256 i; i < wants; ++i) {
            wantOf(window, i, uint64(1_500_000_000 + i * 104_729), units + uint32(i));
            if (i == 127) _line("want");
        }
        if (wants == 128) {
            wantOf(window, wants, 2_000_000_000, units);
            _line("want in the place of another");
        }
        toPeriod(window - 1);
        (, Matcher.Cleared memory said) = clearing(market.asksOf(window), market.wantsOf(window));
        market.settle(window, uint64(said.price), uint32(said.askLevel), uint32(said.wantLevel));
        _line(string.concat("settle, ", name));
        if (asks == 256) {
            market.payOut(window, 0);
            _line("payOut");
            market.refund(window, 1);
            _line("refund");
        }
        toPeriod(window + 1);
    }

    function _line(string memory name) private {
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        assertTrue(gas <= MOST, name);
        _json = string.concat(_json, bytes(_json).length > 0 ? ",\n" : "", '  "', name, '": ', vm.toString(gas));
    }
}
