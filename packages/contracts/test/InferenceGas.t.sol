// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Inference} from "../src/Inference.sol";
import {TermsOfUse} from "../src/types/TermsOfUse.sol";
import {DrawnFeatures} from "./DrawnFeatures.sol";
import {FinalModels} from "./FinalModels.sol";
import {Snapshot} from "./Snapshot.sol";

/// @dev Gas of whole transactions (21,000 and calldata included), cold storage: each call is one of its own (isolate).
/// forge-config: default.isolate = true
contract InferenceGasTest is Snapshot, DrawnFeatures {
    FinalModels private rounds;
    Inference private inference;

    function test_IN4_gas() public {
        rounds = new FinalModels();
        inference = new Inference(rounds);
        string memory json = string.concat(
            "{\n",
            _measure("linear-20", 20, 0, 40_000),
            ",\n",
            _measure("linear-114", 114, 0, 200_000),
            ",\n",
            _measure("38-32-1", 38, 32, 200_000),
            ",\n",
            _measure("114-16-1", 114, 16, 200_000),
            "\n}\n"
        );
        requireSnapshot("inference", json);
    }

    /// @param limit What a prediction of ordinary features, about half of them negative, may take.
    function _measure(string memory name, uint256 inputs, uint256 hidden, uint256 limit)
        private
        returns (string memory)
    {
        bytes memory model = _model(inputs, hidden);
        bytes32 runId = keccak256(model);
        rounds.finish(runId, model);
        TermsOfUse memory open;
        open.purpose = "any";
        bytes32 modelId = sha256(model);
        uint256 register = _land(
            abi.encodeCall(
                inference.register,
                (runId, rounds.ROUND(), rounds.VELOCITY(), rounds.CONSTANTS(), model, rounds.HEAD(), open)
            )
        );

        int32[] memory features = new int32[](inputs);
        _drawn(keccak256("features"), 1, features, 13);
        uint256 predict = _land(abi.encodeCall(inference.predict, (modelId, features)));
        uint256 use = _land(abi.encodeCall(inference.use, (runId, "any", features)));
        // The words of negative numbers cost more calldata.
        for (uint256 i; i < inputs; ++i) {
            features[i] = -1 - int32(uint32(i));
        }
        uint256 negative = _land(abi.encodeCall(inference.predict, (modelId, features)));
        assertTrue(predict <= limit, string.concat(name, " is within its limit"));
        return string.concat(
            '  "',
            name,
            '": {\n',
            _line("predict", predict, ",\n"),
            _line("allNegative", negative, ",\n"),
            _line("use", use, ",\n"),
            _line("register", register, "\n  }")
        );
    }

    /// @dev A transaction: a view that is called as one is none.
    function _land(bytes memory transaction) private returns (uint256) {
        (bool success,) = address(inference).call(transaction);
        assertTrue(success, "landed");
        return vm.lastCallGas().gasTotalUsed;
    }

    function _line(string memory name, uint256 value, string memory end) private pure returns (string memory) {
        return string.concat('    "', name, '": ', vm.toString(value), end);
    }

    /// @dev A network of drawn parameters below 1; hidden 0: a linear model (LR2).
    function _model(uint256 inputs, uint256 hidden) private pure returns (bytes memory model) {
        int32[] memory parameters = new int32[](hidden == 0 ? inputs + 1 : hidden * (inputs + 2) + 1);
        _drawn(keccak256("parameters"), 0, parameters, 15);
        model = new bytes(8 + 4 * parameters.length);
        (model[0], model[1], model[6]) = (0x01, hidden == 0 ? bytes1(0x01) : bytes1(0x02), 0x10);
        (model[2], model[4]) = (bytes1(uint8(inputs)), bytes1(uint8(hidden)));
        for (uint256 i; i < parameters.length; ++i) {
            for (uint256 b; b < 4; ++b) {
                model[8 + 4 * i + b] = bytes1(uint8(uint32(parameters[i]) >> (8 * b)));
            }
        }
    }
}
