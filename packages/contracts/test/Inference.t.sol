// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Inference} from "../src/Inference.sol";
import {FixedPointModel} from "../src/libraries/FixedPointModel.sol";
import {DrawnFeatures} from "./DrawnFeatures.sol";
import {FinalModels} from "./FinalModels.sol";

interface VectorReader {
    function readFile(string calldata path) external view returns (string memory);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function parseJsonInt(string calldata json, string calldata key) external pure returns (int256);
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);
    function expectRevert(bytes calldata reason) external;
    function toString(uint256 value) external pure returns (string memory);
    function lastCallGas() external view returns (Gas memory);
}

struct Gas {
    uint64 gasLimit;
    uint64 gasTotalUsed;
    uint64 gasMemoryUsed;
    int64 gasRefunded;
    uint64 gasRemaining;
}

/// @dev Somebody whom no charter names.
contract Stranger {
    function register(FinalModels by, Inference to, bytes32 run, bytes calldata model) external returns (bytes32) {
        return by.register(to, run, model);
    }

    function predict(Inference to, bytes32 modelId, int32[] calldata features) external view returns (int32) {
        return to.predict(modelId, features);
    }
}

contract InferenceTest is DrawnFeatures {
    VectorReader private constant vm = VectorReader(address(uint160(uint256(keccak256("hevm cheat code")))));
    /// @dev 64 trees of depth 5 on 38 features: whole transactions.
    uint256 private constant GAS_PREDICT = 70_000;
    uint256 private constant GAS_REGISTER = 5_600_000;
    bytes32 private constant RUN = keccak256("a run");

    FinalModels private rounds;
    Inference private inference;

    function setUp() public {
        rounds = new FinalModels();
        inference = new Inference(rounds);
    }

    // -- Bit-exactness with the TypeScript twin

    function test_IN4_vectors_linear() public {
        _case(0);
    }

    function test_IN4_vectors_linearExtremes() public {
        _case(1);
    }

    function test_IN4_vectors_network() public {
        _case(2);
    }

    function test_IN4_vectors_networkExtremes() public {
        _case(3);
    }

    function test_IN4_vectors_networkOfFullWords() public {
        _case(4);
    }

    function test_IN6_vectors_treesOfUsualSize() public {
        _treesCase(0);
    }

    function test_IN6_vectors_treesTiesWithThresholds() public {
        _treesCase(1);
    }

    function test_IN6_vectors_treesExtremes() public {
        _treesCase(2);
    }

    function test_IN6_vectors_treesDeepest() public {
        _treesCase(3);
    }

    // -- What the rules say at the edges

    function test_IN6_goesRightAtTheThresholdAndSaturatesAtTheEnd() public {
        // One tree of depth 1 on one feature: threshold 5, leaves −1 and 1; a node that divides nothing is −2³¹.
        bytes32 tree = _finish(hex"01030100010010010000000005000000ffffffff01000000");
        require(inference.predict(tree, _features(4)) == -1, "below goes left");
        require(inference.predict(tree, _features(5)) == 1, "at the threshold goes right");
        bytes32 undivided = _finish(hex"01030100010010010000000000000080ffffffff01000000");
        require(inference.predict(undivided, _features(type(int32).min)) == 1, "all go right");
        // Two such trees whose leaves are the least and the largest int32.
        bytes memory one = hex"0000000000000000" hex"00000080ffffff7f";
        bytes32 pair = _finish(abi.encodePacked(hex"0103010002001001", one, one));
        require(inference.predict(pair, _features(0)) == type(int32).max, "must saturate up");
        require(inference.predict(pair, _features(-1)) == type(int32).min, "must saturate down");
    }

    function test_LR30_refusesBytesThatAreNoTrees() public {
        bytes[9] memory wrong = [
            bytes(hex"0103010001001000" hex"0000000005000000ffffffff01000000"),
            hex"010301000100100b" hex"0000000005000000ffffffff01000000",
            hex"0103010001001002" hex"0000000005000000ffffffff01000000",
            hex"0103010002001001" hex"0000000005000000ffffffff01000000",
            hex"0103010000001001",
            hex"0103000001001001" hex"0000000005000000ffffffff01000000",
            hex"0203010001001001" hex"0000000005000000ffffffff01000000",
            hex"0103010001001001" hex"0100000005000000ffffffff01000000",
            hex"0103010001001001" hex"0000008005000000ffffffff01000000"
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            bytes8 header;
            bytes memory encoded = wrong[i];
            rounds.finish(RUN, encoded);
            assembly ("memory-safe") {
                header := mload(add(encoded, 32))
            }
            vm.expectRevert(abi.encodeWithSelector(FixedPointModel.BadModel.selector, header, encoded.length));
            rounds.register(inference, RUN, encoded);
        }
    }

    function test_IN5_refusesTreesThatDoNotFitIntoCode() public {
        // 79 trees of depth 5 at 314 bytes.
        bytes memory encoded = abi.encodePacked(hex"010301004f001005", new bytes(79 * 94 * 4));
        rounds.finish(RUN, encoded);
        vm.expectRevert(abi.encodeWithSelector(FixedPointModel.ModelTooLarge.selector, 8 + 79 * 314));
        rounds.register(inference, RUN, encoded);
    }

    /// @dev Each call a transaction of its own, so that gas is that of whole transactions.
    /// forge-config: default.isolate = true
    function test_IN6_gasOfTrees() public {
        string memory json = vm.readFile("../../spec/vectors/trees.json");
        bytes32 modelId = _finish(vm.parseJsonBytes(json, ".cases[0].model"));
        uint256 register = vm.lastCallGas().gasTotalUsed;
        int32[] memory features = new int32[](38);
        _drawn(vm.parseJsonBytes32(json, ".cases[0].seed"), 1, features, 15);
        inference.predict(modelId, features);
        uint256 predict = vm.lastCallGas().gasTotalUsed;
        require(predict < GAS_PREDICT, vm.toString(predict));
        require(register < GAS_REGISTER, vm.toString(register));
    }

    function test_IN3_floorsEveryLayerTowardMinusInfinity() public {
        // One weight of −2⁻¹⁶ and a feature of 2⁻¹⁶: −2⁻³² floors to −2⁻¹⁶.
        bytes32 linear = _finish(hex"0101010000001000ffffffff00000000");
        require(inference.predict(linear, _features(1)) == -1, "-2^-32 must floor to -1");
        require(inference.predict(linear, _features(-1)) == 0, "2^-32 must floor to 0");
        // The hidden unit is floored (to −1, so 0 after ReLU) before w2 = 1 and b2 = 5 come.
        bytes32 network = _finish(hex"0102010001001000ffffffff000000000000010005000000");
        require(inference.predict(network, _features(1)) == 5, "a negative unit is zero");
        require(inference.predict(network, _features(-65536)) == 6, "a positive unit counts");
    }

    function test_IN3_saturatesOnlyAtTheEnd() public {
        // w = 2³¹ − 1 twice: with features (max, min) the two huge terms cancel but for one weight.
        bytes32 model = _finish(hex"0101020000001000ffffff7fffffff7f00000000");
        int32[] memory features = new int32[](2);
        features[0] = type(int32).max;
        features[1] = type(int32).min;
        require(inference.predict(model, features) == -32768, "cancellation must be exact");
        features[1] = type(int32).max;
        require(inference.predict(model, features) == type(int32).max, "must saturate up");
        features[0] = features[1] = type(int32).min;
        require(inference.predict(model, features) == type(int32).min, "must saturate down");
    }

    /// @dev Whatever part of a group of eight the last units are, and at any size of numbers: what IN3 says, in plain loops.
    function testFuzz_IN3_networksOfAnyWidth(bytes32 seed, uint8 inputs, uint8 hidden, uint8 shift) public {
        uint256 m = 1 + inputs % 20;
        uint256 n = 1 + hidden % 20;
        int32[] memory p = new int32[](n * (m + 2) + 1);
        _drawn(seed, 0, p, shift % 24);
        int32[] memory x = new int32[](m);
        _drawn(seed, 1, x, shift % 13);
        int256 score = int256(p[n * (m + 2)]) << 16;
        for (uint256 unit; unit < n; ++unit) {
            int256 sum = int256(p[n * m + unit]) << 16;
            for (uint256 i; i < m; ++i) {
                sum += int256(p[unit * m + i]) * x[i];
            }
            if (sum > 0) score += (sum >> 16) * p[n * (m + 1) + unit];
        }
        score >>= 16;
        if (score > type(int32).max) score = type(int32).max;
        if (score < type(int32).min) score = type(int32).min;
        bytes memory encoded = abi.encodePacked(hex"0102", uint8(m), uint8(0), uint8(n), hex"001000");
        for (uint256 i; i < p.length; ++i) {
            uint32 w = uint32(p[i]);
            encoded = abi.encodePacked(encoded, uint8(w), uint8(w >> 8), uint8(w >> 16), uint8(w >> 24));
        }
        require(inference.predict(_finish(encoded), x) == score, "as the rule says");
    }

    function test_IN1_refusesFeaturesOfAnotherCountOrRange() public {
        bytes32 model = _finish(hex"0101010000001000ffffffff00000000");
        vm.expectRevert(abi.encodeWithSelector(FixedPointModel.WrongFeatureCount.selector, 2, 1));
        inference.predict(model, new int32[](2));
        vm.expectRevert(abi.encodeWithSelector(FixedPointModel.WrongFeatureCount.selector, 0, 1));
        inference.predict(model, new int32[](0));
        bytes memory dirty = abi.encodeWithSelector(Inference.predict.selector, model, 64, 1, uint256(type(uint32).max));
        (bool success, bytes memory reason) = address(inference).staticcall(dirty);
        require(!success && bytes4(reason) == FixedPointModel.FeatureRange.selector, "2^32 - 1 is no int32");
    }

    function test_CH10_anybodyRegistersAndPredicts() public {
        bytes memory model = hex"0101010000001000ffffffff00000000";
        rounds.finish(RUN, model);
        Stranger stranger = new Stranger();
        bytes32 modelId = stranger.register(rounds, inference, RUN, model);
        require(stranger.predict(inference, modelId, _features(1)) == -1, "a stranger gets the same answer");
    }

    function test_IN5_unknownModel() public {
        vm.expectRevert(abi.encodeWithSelector(Inference.UnknownModel.selector, RUN));
        inference.predict(RUN, new int32[](1));
    }

    function test_IN5_onlyTheStateThatTheRunEndedWith() public {
        bytes memory model = hex"0101010000001000ffffffff00000000";
        bytes32 state = rounds.stateHash(model);
        vm.expectRevert(abi.encodeWithSelector(Inference.NotFinal.selector, state, bytes32(0)));
        rounds.register(inference, RUN, model);

        rounds.finish(RUN, model);
        bytes memory other = hex"0101010000001000feffffff00000000";
        vm.expectRevert(abi.encodeWithSelector(Inference.NotFinal.selector, rounds.stateHash(other), state));
        rounds.register(inference, RUN, other);

        bytes32 modelId = rounds.register(inference, RUN, model);
        address pointer = inference.pointerOf(modelId);
        require(pointer != address(0), "the model must be there");
        require(rounds.register(inference, RUN, model) == modelId, "same id");
        require(inference.pointerOf(modelId) == pointer, "a second call must change nothing");
    }

    function test_LR2_refusesBytesThatAreNoModel() public {
        bytes[11] memory wrong = [
            bytes(hex""),
            hex"0101010000001000",
            hex"0101010000001000ffffffff000000",
            hex"0101010000001000ffffffff0000000000",
            hex"0201010000001000ffffffff00000000",
            hex"0103010000001000ffffffff00000000",
            hex"0100010000001000ffffffff00000000",
            hex"0101010001001000ffffffff00000000",
            hex"0102010000001000ffffffff00000000",
            hex"0101010000000f00ffffffff00000000",
            hex"0101010000001001ffffffff00000000"
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            rounds.finish(RUN, wrong[i]);
            bytes32 header;
            bytes memory encoded = wrong[i];
            assembly ("memory-safe") {
                header := mload(add(encoded, 32))
            }
            vm.expectRevert(abi.encodeWithSelector(FixedPointModel.BadModel.selector, bytes8(header), encoded.length));
            rounds.register(inference, RUN, encoded);
        }
    }

    function test_IN5_refusesAModelThatDoesNotFitIntoCode() public {
        // 6,144 inputs: a row of 6,152 words of four bytes, which is more than 24,575.
        bytes memory encoded = new bytes(8 + 4 * 6145);
        encoded[0] = encoded[1] = 0x01;
        encoded[3] = 0x18;
        encoded[6] = 0x10;
        rounds.finish(RUN, encoded);
        vm.expectRevert(abi.encodeWithSelector(FixedPointModel.ModelTooLarge.selector, 8 + 4 * 6152));
        rounds.register(inference, RUN, encoded);
    }

    // -- Helpers

    function _finish(bytes memory encoded) private returns (bytes32) {
        bytes32 runId = keccak256(encoded);
        rounds.finish(runId, encoded);
        return rounds.register(inference, runId, encoded);
    }

    function _features(int32 only) private pure returns (int32[] memory features) {
        features = new int32[](1);
        features[0] = only;
    }

    function _case(uint256 index) private {
        _judge("../../spec/vectors/inference.json", index);
    }

    function _treesCase(uint256 index) private {
        _judge("../../spec/vectors/trees.json", index);
    }

    function _judge(string memory file, uint256 index) private {
        string memory json = vm.readFile(file);
        string memory path = string.concat("$.cases[", vm.toString(index), "]");
        bytes memory encoded = vm.parseJsonBytes(json, string.concat(path, ".model"));
        bytes32 modelId = _finish(encoded);
        require(modelId == vm.parseJsonBytes32(json, string.concat(path, ".modelHash")), "model hash");

        int32[] memory features = new int32[](vm.parseJsonUint(json, string.concat(path, ".inputs")));
        uint256 shift = vm.parseJsonUint(json, string.concat(path, ".featureShift"));
        uint256 records = vm.parseJsonUint(json, string.concat(path, ".records"));
        bytes32 seed = vm.parseJsonBytes32(json, string.concat(path, ".seed"));
        bytes32 chain;
        for (uint32 record = 0; record < records; ++record) {
            _drawn(seed, record + 1, features, shift);
            int32 score = inference.predict(modelId, features);
            if (record < 3) {
                int256 first = vm.parseJsonInt(json, string.concat(path, ".first[", vm.toString(record), "]"));
                require(score == first, "score");
            }
            chain = keccak256(abi.encodePacked(chain, score));
        }
        require(chain == vm.parseJsonBytes32(json, string.concat(path, ".chain")), "running hash of all scores");
    }
}
