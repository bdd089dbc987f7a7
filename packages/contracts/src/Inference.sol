// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {FixedPointModel} from "./libraries/FixedPointModel.sol";

/// @notice What this contract asks of Rounds.
interface IFinalModel {
    /// @return Hash of the run state that the run ended with (LR10); 0 until it is FINISHED.
    function finalModel(bytes32 runId) external view returns (bytes32);
}

/// @title Inference: finished models, callable by anybody
/// @notice A model is named by the SHA-256 of its canonical bytes (LR2) and is here only if a run ended with it (IN5).
/// Results are bit for bit those of packages/protocol/src/inference. Nobody owns this contract; nothing can be changed.
contract Inference {
    event Registered(bytes32 indexed runId, bytes32 indexed modelId);

    /// @notice The run did not end with this state, or has not ended (`need` is 0).
    error NotFinal(bytes32 have, bytes32 need);
    error UnknownModel(bytes32 modelId);

    IFinalModel public immutable ROUNDS;

    /// @notice Where a model's parameters lie as code; 0 for an unknown model.
    mapping(bytes32 modelId => address) public pointerOf;

    constructor(IFinalModel rounds) {
        ROUNDS = rounds;
    }

    /// @notice Puts the model that a run ended with on chain. Anybody may call; a second call changes nothing.
    /// @param round Rounds settled in the final run state.
    /// @param velocityHash SHA-256 of the state's velocities, as LR10 encodes them.
    /// @param constantsHash SHA-256 of the state's standardisation constants, as LR10 encodes them.
    /// @param encodedModel The canonical bytes of the model (LR2).
    /// @return modelId SHA-256 of `encodedModel`.
    function register(
        bytes32 runId,
        uint32 round,
        bytes32 velocityHash,
        bytes32 constantsHash,
        bytes calldata encodedModel
    ) external returns (bytes32 modelId) {
        modelId = sha256(encodedModel);
        bytes32 have =
            sha256(abi.encodePacked(uint8(20), "concord/v1/run-state", round, modelId, velocityHash, constantsHash));
        bytes32 need = ROUNDS.finalModel(runId);
        if (need == 0 || have != need) revert NotFinal(have, need);
        if (pointerOf[modelId] == address(0)) {
            pointerOf[modelId] = SSTORE2.write(FixedPointModel.pack(encodedModel));
        }
        emit Registered(runId, modelId);
    }

    /// @notice The model's logit for one record, in 2⁻¹⁶ (IN2, IN3).
    /// @param features Q16, after the charter's transform and standardisation, which are computed off chain (IN1).
    function predict(bytes32 modelId, int32[] calldata features) external view returns (int32) {
        address pointer = pointerOf[modelId];
        if (pointer == address(0)) revert UnknownModel(modelId);
        return FixedPointModel.run(pointer, features);
    }
}
