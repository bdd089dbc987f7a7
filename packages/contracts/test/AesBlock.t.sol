// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Snapshot} from "./Snapshot.sol";

/// @dev AES-128 of one block (FIPS 197), the key schedule computed on the way: what a court would run to re-compute 16
/// bytes of a mask (AG3). One word carries the 16 bytes of the state, first byte highest: four columns of 32 bits. Bytes
/// are substituted one by one, through the S-box in memory; columns are mixed all at once.
library AesBlock {
    bytes internal constant SBOX = hex"637c777bf26b6fc53001672bfed7ab76ca82c97dfa5947f0add4a2af9ca472c0"
        hex"b7fd9326363ff7cc34a5e5f171d8311504c723c31896059a071280e2eb27b275"
        hex"09832c1a1b6e5aa0523bd6b329e32f8453d100ed20fcb15b6acbbe394a4c58cf"
        hex"d0efaafb434d338545f9027f503c9fa851a3408f929d38f5bcb6da2110fff3d2"
        hex"cd0c13ec5f974417c4a77e3d645d197360814fdc222a908846eeb814de5e0bdb"
        hex"e0323a0a4906245cc2d3ac629195e479e7c8376d8dd54ea96c56f4ea657aae08"
        hex"ba78252e1ca6b4c6e8dd741f4bbd8b8a703eb5664803f60e613557b986c11d9e"
        hex"e1f8981169d98e949b1e87e9ce5528df8ca1890dbfe6426841992d0fb054bb16";

    /// @param box SBOX, in memory.
    function encrypt(bytes memory box, bytes16 key, bytes16 input) internal pure returns (bytes16 output) {
        assembly ("memory-safe") {
            let table := add(box, 1) // mload(table + x) ends in S[x]

            // SubBytes of one byte of each: ShiftRows brings row 0 of a, 1 of b, 2 of c and 3 of d into one column.
            function column(t, a, b, c, d) -> r {
                r := or(
                    or(
                        shl(24, and(mload(add(t, shr(24, a))), 0xff)),
                        shl(16, and(mload(add(t, and(shr(16, b), 0xff))), 0xff))
                    ),
                    or(shl(8, and(mload(add(t, and(shr(8, c), 0xff))), 0xff)), and(mload(add(t, and(d, 0xff))), 0xff))
                )
            }
            // The four columns at once: MixColumns on a word of four u32.
            function mix(w) -> r {
                let high := and(shr(7, w), 0x01010101010101010101010101010101)
                let doubled := xor(shl(1, and(w, 0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f)), mul(high, 0x1b))
                // Rows rotated up by one, two and three within each column.
                let one :=
                    or(
                        and(shl(8, w), 0xffffff00ffffff00ffffff00ffffff00),
                        and(shr(24, w), 0x000000ff000000ff000000ff000000ff)
                    )
                let two :=
                    or(
                        and(shl(16, w), 0xffff0000ffff0000ffff0000ffff0000),
                        and(shr(16, w), 0x0000ffff0000ffff0000ffff0000ffff)
                    )
                let three :=
                    or(
                        and(shl(24, w), 0xff000000ff000000ff000000ff000000),
                        and(shr(8, w), 0x00ffffff00ffffff00ffffff00ffffff)
                    )
                let doubledOne :=
                    or(
                        and(shl(8, doubled), 0xffffff00ffffff00ffffff00ffffff00),
                        and(shr(24, doubled), 0x000000ff000000ff000000ff000000ff)
                    )
                r := xor(xor(doubled, xor(doubledOne, one)), xor(two, three))
            }
            function substitute(t, s) -> r {
                let a := shr(96, s)
                let b := and(shr(64, s), 0xffffffff)
                let c := and(shr(32, s), 0xffffffff)
                let d := and(s, 0xffffffff)
                r := or(
                    or(shl(96, column(t, a, b, c, d)), shl(64, column(t, b, c, d, a))),
                    or(shl(32, column(t, c, d, a, b)), column(t, d, a, b, c))
                )
            }
            function nextKey(t, k, rcon) -> r {
                let last := and(k, 0xffffffff)
                let turned := or(and(shl(8, last), 0xffffffff), shr(24, last))
                let first := xor(xor(shr(96, k), column(t, turned, turned, turned, turned)), shl(24, rcon))
                let second := xor(and(shr(64, k), 0xffffffff), first)
                let third := xor(and(shr(32, k), 0xffffffff), second)
                r := or(or(shl(96, first), shl(64, second)), or(shl(32, third), xor(last, third)))
            }

            let k := shr(128, key)
            let s := xor(shr(128, input), k)
            let rcon := 1
            for { let round := 1 } lt(round, 10) { round := add(round, 1) } {
                k := nextKey(table, k, rcon)
                rcon := shl(1, rcon)
                if eq(rcon, 0x100) { rcon := 0x1b }
                s := xor(mix(substitute(table, s)), k)
            }
            output := shl(128, xor(substitute(table, s), nextKey(table, k, rcon)))
        }
    }
}

contract AesBlockTest is Snapshot {
    /// @dev FIPS 197, appendix B, and SP 800-38A F.5.1 (CTR-AES128, blocks 1 and 2).
    function test_AG3_aesMatchesNist() public pure {
        bytes memory box = AesBlock.SBOX;
        bytes16 key = 0x2b7e151628aed2a6abf7158809cf4f3c;
        bytes16 out = AesBlock.encrypt(box, key, 0x3243f6a8885a308d313198a2e0370734);
        assertEq(bytes32(out), bytes32(bytes16(0x3925841d02dc09fbdc118597196a0b32)), "FIPS 197 B");
        out = AesBlock.encrypt(box, key, 0xf0f1f2f3f4f5f6f7f8f9fafbfcfdfeff);
        assertEq(bytes32(out), bytes32(bytes16(0xec8cdf7398607cb0f2d21675ea9ea1e4)), "SP 800-38A F.5.1, block 1");
        out = AesBlock.encrypt(box, key, 0xf0f1f2f3f4f5f6f7f8f9fafbfcfdff00);
        assertEq(bytes32(out), bytes32(bytes16(0x362b7c3c6773516318a077d7fc5073ae)), "SP 800-38A F.5.1, block 2");
    }

    function test_AG3_gasOfAnAesBlock() public {
        uint256 before = gasleft();
        bytes memory box = AesBlock.SBOX;
        uint256 loaded = gasleft();
        AesBlock.encrypt(box, 0x2b7e151628aed2a6abf7158809cf4f3c, 0x3243f6a8885a308d313198a2e0370734);
        uint256 done = gasleft();
        string memory json = string.concat('{\n  "loadTable": ', vm.toString(before - loaded));
        requireSnapshot("aes", string.concat(json, ',\n  "block": ', vm.toString(loaded - done), "\n}\n"));
    }
}
