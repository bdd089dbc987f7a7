// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Integer inference over parameters in code storage (spec/inference.md)
/// @dev Packed form: the model's 8 header bytes (LR2), an MLP's hidden units, then the logit's row. The row is its
/// weights, then its bias, each as a big-endian int32, then zeros up to a multiple of eight, so that it is a whole number
/// of words and its bias multiplies a last feature of 1. Hidden units come in groups of eight, a group as one word for
/// each feature and one for the biases: the weight of the group's unit k, plus 2³¹, in bits 32k … 32k + 31. One
/// multiplication of a masked word then serves two units that stand 128 bits apart (`eightUnits`). Trees
/// have no rows: for each tree its nodes as u16 feature ‖ int32 threshold, then its leaves as int32, all big-endian and in
/// the order of LR30.
library FixedPointModel {
    /// @notice The bytes are not a canonical model (LR2).
    error BadModel(bytes8 header, uint256 length);
    /// @notice Code holds 24,575 bytes after the STOP of SSTORE2.
    error ModelTooLarge(uint256 packedLength);
    error WrongFeatureCount(uint256 have, uint256 need);
    /// @notice A feature's word is not a sign-extended int32.
    error FeatureRange();

    uint256 private constant HEADER = 8;

    /// @dev Bytes of a packed row: the weights and a bias, padded to whole words.
    function _rowBytes(uint256 inputs) private pure returns (uint256) {
        return (inputs * 4 + 4 + 31) & ~uint256(31);
    }

    /// @notice The packed form of a canonical encoding.
    /// @dev Reverts with BadModel unless decodeModel of packages/protocol accepts the bytes.
    function pack(bytes calldata encoded) internal pure returns (bytes memory packed) {
        bytes8 header = bytes8(encoded);
        uint256 kind = uint8(header[1]);
        uint256 inputs = uint256(uint8(header[2])) | (uint256(uint8(header[3])) << 8);
        uint256 hidden = uint256(uint8(header[4])) | (uint256(uint8(header[5])) << 8);
        if (kind == 3) return _packTrees(encoded, header, inputs, hidden);
        bool linear = kind == 1 && hidden == 0;
        uint256 count = linear ? inputs + 1 : hidden * (inputs + 2) + 1;
        if (
            uint8(header[0]) != 1 || !(linear || (kind == 2 && hidden != 0)) || inputs == 0 || uint8(header[6]) != 16
                || uint8(header[7]) != 0 || encoded.length != HEADER + 4 * count
        ) revert BadModel(header, encoded.length);

        uint256 columns = ((hidden + 7) >> 3) * (inputs + 1) * 32;
        uint256 length = HEADER + columns + _rowBytes(linear ? inputs : hidden);
        if (length > 24_575) revert ModelTooLarge(length);
        packed = new bytes(length);
        uint256 target;
        uint256 source;
        assembly ("memory-safe") {
            mstore(add(packed, 32), header)
            target := add(packed, 40)
            source := add(encoded.offset, 8)
        }
        if (linear) {
            _packRow(target, source, inputs, source + 4 * inputs);
        } else {
            uint256 biases = source + 4 * hidden * inputs;
            _packColumns(target, source, inputs, hidden);
            _packRow(target + columns, biases + 4 * hidden, hidden, biases + 8 * hidden);
        }
    }

    /// @dev Turns the hidden units' rows of little-endian weights in calldata, and the biases after them, into words of
    /// eight units each. A unit that a last group lacks weighs nothing: 2³¹ stands for 0.
    function _packColumns(uint256 target, uint256 weights, uint256 inputs, uint256 hidden) private pure {
        assembly ("memory-safe") {
            // A word of `units` uint32, `stride` bytes apart in calldata.
            function column(source, stride, units) -> word {
                let end := add(source, mul(stride, units))
                for { let bits := 0 } lt(source, end) { source := add(source, stride) } {
                    word := or(word, shl(bits, shr(224, calldataload(source))))
                    bits := add(bits, 32)
                }
                // Each uint32 in its place from little-endian, and 2³¹ more.
                let bytes2 := 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff
                word := or(shl(8, and(word, bytes2)), and(shr(8, word), bytes2))
                let bytes4 := 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff
                word := or(shl(16, and(word, bytes4)), and(shr(16, word), bytes4))
                word := xor(word, 0x8000000080000000800000008000000080000000800000008000000080000000)
            }
            let stride := shl(2, inputs)
            let biases := add(weights, mul(stride, hidden))
            for { let first := 0 } lt(first, hidden) { first := add(first, 8) } {
                let units := sub(hidden, first)
                if gt(units, 8) { units := 8 }
                let source := add(weights, mul(stride, first))
                for { let end := add(source, stride) } lt(source, end) { source := add(source, 4) } {
                    mstore(target, column(source, stride, units))
                    target := add(target, 32)
                }
                mstore(target, column(add(biases, shl(2, first)), 4, units))
                target := add(target, 32)
            }
        }
    }

    /// @dev The same for trees (LR30): a node's feature takes two bytes. The last write may pass the end by 28 bytes, too.
    function _packTrees(bytes calldata encoded, bytes8 header, uint256 inputs, uint256 trees)
        private
        pure
        returns (bytes memory packed)
    {
        uint256 depth = uint8(header[7]);
        uint256 leaves = depth > 10 ? 0 : 2 ** depth;
        if (
            uint8(header[0]) != 1 || inputs == 0 || trees == 0 || uint8(header[6]) != 16 || leaves < 2
                || encoded.length != HEADER + 4 * trees * (3 * leaves - 2)
        ) revert BadModel(header, encoded.length);
        uint256 length = HEADER + trees * (10 * leaves - 6);
        if (length > 24_575) revert ModelTooLarge(length);
        packed = new bytes(length);
        uint256 bad;
        assembly ("memory-safe") {
            function bigEndian(offset) -> top {
                let x := shr(224, calldataload(offset))
                x := or(shl(8, and(x, 0x00ff00ff)), and(shr(8, x), 0x00ff00ff))
                top := or(shl(240, x), shl(224, shr(16, x)))
            }
            mstore(add(packed, 32), header)
            let to := add(packed, 40)
            let from := add(encoded.offset, 8)
            for {} trees { trees := sub(trees, 1) } {
                for { let end := add(from, shl(3, sub(leaves, 1))) } lt(from, end) { from := add(from, 8) } {
                    let feature := shr(224, bigEndian(from))
                    bad := or(bad, iszero(lt(feature, inputs)))
                    mstore(to, or(shl(240, feature), shr(16, bigEndian(add(from, 4)))))
                    to := add(to, 6)
                }
                for { let end := add(from, shl(2, leaves)) } lt(from, end) { from := add(from, 4) } {
                    mstore(to, bigEndian(from))
                    to := add(to, 4)
                }
            }
        }
        if (bad != 0) revert BadModel(header, encoded.length);
    }

    /// @dev Copies `count` little-endian weights from calldata and a bias after them. A word is written for each, in
    /// ascending order: what it clears behind itself is zero or written next. `pack` allocated row bytes and `length`
    /// rounds up, so the last write of the last row may pass the end by at most 28 bytes of unused memory.
    function _packRow(uint256 target, uint256 weights, uint256 count, uint256 bias) private pure {
        assembly ("memory-safe") {
            function bigEndian(offset) -> top {
                let x := shr(224, calldataload(offset))
                x := or(shl(8, and(x, 0x00ff00ff)), and(shr(8, x), 0x00ff00ff))
                top := or(shl(240, x), shl(224, shr(16, x)))
            }
            let end := add(weights, shl(2, count))
            for {} lt(weights, end) { weights := add(weights, 4) } {
                mstore(target, bigEndian(weights))
                target := add(target, 4)
            }
            mstore(target, bigEndian(bias))
        }
    }

    /// @notice The logit of one record, in 2⁻¹⁶.
    /// @dev Exact sums in Q32 (below 2¹¹⁰ for any model that fits), ⌊·/2¹⁶⌋ after each layer, ReLU between, saturation at
    /// the end (IN2, IN3); of trees, the exact sum of leaves (IN6). `pointer` was made from `pack`.
    function run(address pointer, int32[] calldata features) internal view returns (int32 logit) {
        uint256 need;
        uint256 bad;
        assembly ("memory-safe") {
            // Σ over a row of weight · x: `words` words of eight weights at `w`, features at `x`; floored from Q32.
            function affine(w, x, words) -> sum {
                for { let end := add(w, shl(5, words)) } lt(w, end) { w := add(w, 32) } {
                    let eight := mload(w)
                    sum := add(sum, mul(sar(224, eight), mload(x)))
                    sum := add(sum, mul(signextend(3, shr(192, eight)), mload(add(x, 32))))
                    sum := add(sum, mul(signextend(3, shr(160, eight)), mload(add(x, 64))))
                    sum := add(sum, mul(signextend(3, shr(128, eight)), mload(add(x, 96))))
                    sum := add(sum, mul(signextend(3, shr(96, eight)), mload(add(x, 128))))
                    sum := add(sum, mul(signextend(3, shr(64, eight)), mload(add(x, 160))))
                    sum := add(sum, mul(signextend(3, shr(32, eight)), mload(add(x, 192))))
                    sum := add(sum, mul(signextend(3, eight), mload(add(x, 224))))
                    x := add(x, 256)
                }
                sum := sar(16, sum)
            }

            // Σ over `count` trees at `w` of the leaf that the features at `x` lead to.
            function forest(w, x, count, depth) -> sum {
                let nodes := sub(shl(depth, 1), 1)
                let leaves := mul(nodes, 6)
                for {} count { count := sub(count, 1) } {
                    let node := 0
                    for { let level := depth } level { level := sub(level, 1) } {
                        let word := mload(add(w, mul(node, 6)))
                        let value := mload(add(x, shl(5, shr(240, word))))
                        node := add(add(node, node), sub(2, slt(value, signextend(3, shr(208, word)))))
                    }
                    w := add(w, leaves)
                    sum := add(sum, sar(224, mload(add(w, shl(2, sub(node, nodes))))))
                    w := add(w, shl(2, add(nodes, 1)))
                }
            }

            // The sums of the eight units of a group, `columns` words at `w`, features at `x` whose sum is `all`; floored,
            // zero where negative, and written to `out` in the units' order. Four accumulators hold two units each, as
            // low + 2¹²⁸·high modulo 2²⁵⁶: integer arithmetic is the same there whatever the signs, as long as each sum
            // fits 128 bits. What the weights are too large by, 2³¹ for each of the two, comes off at the end.
            function eightUnits(w, x, columns, all, out) {
                let mask := 0xffffffff000000000000000000000000ffffffff
                let a
                let b
                let c
                let d
                for { let end := add(w, shl(5, columns)) } lt(w, end) { w := add(w, 32) } {
                    let eight := mload(w)
                    let feature := mload(x)
                    a := add(a, mul(and(eight, mask), feature))
                    b := add(b, mul(and(shr(32, eight), mask), feature))
                    c := add(c, mul(and(shr(64, eight), mask), feature))
                    d := add(d, mul(and(shr(96, eight), mask), feature))
                    x := add(x, 32)
                }
                all := mul(all, 0x8000000000000000000000000000000080000000)
                twoUnits(sub(a, all), out)
                twoUnits(sub(b, all), add(out, 32))
                twoUnits(sub(c, all), add(out, 64))
                twoUnits(sub(d, all), add(out, 96))
            }
            // Units k and k + 4 of a group, from their sums in Q32.
            function twoUnits(sums, out) {
                let low := signextend(15, sums)
                let high := sar(144, sub(sums, low))
                low := sar(16, low)
                mstore(out, mul(low, sgt(low, 0)))
                mstore(add(out, 128), mul(high, sgt(high, 0)))
            }

            // The code begins with SSTORE2's STOP. Copied so that the rows start at the free pointer, the features after them.
            let code := mload(0x40)
            let x := sub(extcodesize(pointer), 9)
            extcodecopy(pointer, 0x00, 1, 8)
            extcodecopy(pointer, code, 9, x)
            x := add(code, x)
            let header := mload(0x00)
            need := or(byte(2, header), shl(8, byte(3, header)))

            if eq(features.length, need) {
                // x: the features, then 1 in Q16 for the bias, then zeros for the padding of a row.
                let words := shr(3, add(need, 8))
                let all := 0x10000
                calldatacopy(x, features.offset, shl(5, need))
                {
                    let to := add(x, shl(5, need))
                    for { let at := x } lt(at, to) { at := add(at, 32) } {
                        let value := mload(at)
                        bad := or(bad, xor(value, signextend(3, value)))
                        all := add(all, value)
                    }
                    mstore(to, 0x10000)
                    calldatacopy(add(to, 32), calldatasize(), sub(shl(8, words), shl(5, add(need, 1))))
                }

                let hidden := or(byte(4, header), shl(8, byte(5, header)))
                header := byte(7, header)
                switch header
                case 0 {
                    if hidden {
                        let h := add(x, shl(8, words))
                        for { let out := h let end := add(h, shl(5, hidden)) } lt(out, end) { out := add(out, 256) } {
                            eightUnits(code, x, add(need, 1), all, out)
                            code := add(code, shl(5, add(need, 1)))
                        }
                        // What the last group wrote past the hidden units gives way to the bias's 1 and the padding.
                        words := shr(3, add(hidden, 8))
                        x := add(h, shl(5, hidden))
                        mstore(x, 0x10000)
                        calldatacopy(add(x, 32), calldatasize(), sub(shl(8, words), shl(5, add(hidden, 1))))
                        x := h
                    }
                    logit := affine(code, x, words)
                }
                // Of trees the depth.
                default { logit := forest(code, x, hidden, header) }
                if sgt(logit, 0x7fffffff) { logit := 0x7fffffff }
                if slt(logit, not(0x7fffffff)) { logit := not(0x7fffffff) }
            }
        }
        if (features.length != need) revert WrongFeatureCount(features.length, need);
        if (bad != 0) revert FeatureRange();
    }
}
