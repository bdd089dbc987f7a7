// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {FixedPointModel} from "./libraries/FixedPointModel.sol";
import {UseText} from "./libraries/UseText.sol";
import {Charter} from "./types/Charter.sol";
import {TermsOfUse} from "./types/TermsOfUse.sol";

/// @notice What this contract asks of Rounds.
interface IFinalModel {
    /// @return Hash of the run state that the run ended with (LR10); 0 until it is FINISHED.
    function finalModel(bytes32 runId) external view returns (bytes32);
    function charters() external view returns (ICharterOf);
}

/// @notice What this contract asks of Charters.
interface ICharterOf {
    function charterOf(bytes32 charterId) external view returns (Charter memory);
    function isMember(bytes32 charterId, address account) external view returns (bool);
}

/// @title Inference: finished models, used as their charters say
/// @notice A model is named by the SHA-256 of its canonical bytes (LR2) and is here only if a run ended with it (IN5).
/// Results are bit for bit those of packages/protocol/src/inference. Who may have one, at what price, for which purpose
/// and until when is what the charter's text says (CH10). Nobody owns this contract; nothing can be changed.
/// @dev The terms bind calls of this contract and nothing else: parameters are code on a public chain, and whoever reads
/// them can evaluate them anywhere.
contract Inference {
    event Registered(bytes32 indexed runId, bytes32 indexed modelId);
    event Offered(bytes32 indexed runId, TermsOfUse terms);
    event Used(bytes32 indexed runId, address indexed caller, string purpose, uint256 paid);
    event PaidOut(bytes32 indexed runId, address indexed member, uint256 amount);

    /// @notice The run did not end with this state, or has not ended (`need` is 0).
    error NotFinal(bytes32 have, bytes32 need);
    /// @notice The charter's text does not end with these terms after this beginning: SHA-256 of both, and the charter's.
    error WrongTerms(bytes32 have, bytes32 need);
    error UnknownModel(bytes32 modelId);
    /// @notice No charter leaves this model open to anybody, for free and for any purpose, at this time; see `use`.
    error NotOpen(bytes32 modelId, uint256 time, uint256 until);
    /// @notice No model was registered for this run.
    error NotServed(bytes32 runId);
    error PastSunset(uint256 time, uint256 until);
    error NotACaller(bytes32 runId, address caller);
    /// @notice keccak256 of the purpose that was named, and of the charter's.
    error WrongPurpose(bytes32 have, bytes32 need);
    error WrongPrice(uint256 have, uint256 need);
    error NotAMember(bytes32 runId, address account);
    error NothingDue(bytes32 runId, address member);
    /// @notice The member's account does not take ether.
    error NotTaken(address member);

    /// What of a model anybody may ask for free, one word.
    struct Parameters {
        /// Where they lie as code.
        address pointer;
        /// Last second in which `predict` answers; 0: it does not.
        uint64 openUntil;
    }

    /// A run's model under the run's terms.
    struct Service {
        address pointer;
        /// Last second of use; the largest where there is no end.
        uint64 until;
        uint8 members;
        bool anybody;
        uint128 price;
        /// All that was paid, in wei, whether taken out or not.
        uint128 earned;
        /// keccak256, or 0 for any.
        bytes32 purpose;
    }

    IFinalModel public immutable ROUNDS;
    ICharterOf public immutable CHARTERS;

    mapping(bytes32 modelId => Parameters) private _parameters;
    mapping(bytes32 runId => Service) private _services;
    mapping(bytes32 runId => mapping(address caller => bool)) private _callers;
    mapping(bytes32 runId => mapping(address member => uint256)) private _paidOut;

    constructor(IFinalModel rounds) {
        ROUNDS = rounds;
        CHARTERS = rounds.charters();
    }

    /// @notice Puts the model that a run ended with on chain, under the charter's terms of use. Anybody may call; a second
    /// call changes nothing.
    /// @param round Rounds settled in the final run state.
    /// @param velocityHash SHA-256 of the state's velocities, as LR10 encodes them.
    /// @param constantsHash SHA-256 of the state's standardisation constants, as LR10 encodes them.
    /// @param encodedModel The canonical bytes of the model (LR2).
    /// @param textHead The charter's text up to its terms of use, which are its last field (CH10).
    /// @return modelId SHA-256 of `encodedModel`.
    function register(
        bytes32 runId,
        uint32 round,
        bytes32 velocityHash,
        bytes32 constantsHash,
        bytes calldata encodedModel,
        bytes calldata textHead,
        TermsOfUse calldata terms
    ) external returns (bytes32 modelId) {
        modelId = sha256(encodedModel);
        bytes32 have =
            sha256(abi.encodePacked(uint8(20), "concord/v1/run-state", round, modelId, velocityHash, constantsHash));
        bytes32 need = ROUNDS.finalModel(runId);
        if (need == 0 || have != need) revert NotFinal(have, need);
        uint256 members = _checkTerms(runId, textHead, terms);
        // A run has one final state, so what is served for it never changes.
        if (_services[runId].pointer != address(0)) return modelId;
        if (_parameters[modelId].pointer == address(0)) {
            _parameters[modelId].pointer = SSTORE2.write(FixedPointModel.pack(encodedModel));
        }
        _offer(runId, modelId, members, terms);
        emit Registered(runId, modelId);
        emit Offered(runId, terms);
    }

    /// @notice The model's logit for one record, in 2⁻¹⁶ (IN2, IN3): free, for whoever asks, where a charter says so.
    /// @param features Q16, after the charter's transform and standardisation, which are computed off chain (IN1).
    function predict(bytes32 modelId, int32[] calldata features) external view returns (int32) {
        Parameters memory parameters = _parameters[modelId];
        if (parameters.pointer == address(0)) revert UnknownModel(modelId);
        if (block.timestamp > parameters.openUntil) revert NotOpen(modelId, block.timestamp, parameters.openUntil);
        return FixedPointModel.run(parameters.pointer, features);
    }

    /// @notice The same, of the model of a run under that run's terms, on record: the caller names its purpose and pays
    /// the price, which the members share.
    function use(bytes32 runId, string calldata purpose, int32[] calldata features) external payable returns (int32) {
        Service storage service = _services[runId];
        (address pointer, uint64 until) = (service.pointer, service.until);
        if (pointer == address(0)) revert NotServed(runId);
        if (block.timestamp > until) revert PastSunset(block.timestamp, until);
        if (!service.anybody && !_callers[runId][msg.sender]) revert NotACaller(runId, msg.sender);
        (bytes32 have, bytes32 need) = (keccak256(bytes(purpose)), service.purpose);
        if (need != 0 && have != need) revert WrongPurpose(have, need);
        if (msg.value != service.price) revert WrongPrice(msg.value, service.price);
        // All the ether that there will ever be is below 2¹²⁸ wei.
        if (msg.value != 0) service.earned += uint128(msg.value);
        emit Used(runId, msg.sender, purpose, msg.value);
        return FixedPointModel.run(pointer, features);
    }

    /// @notice Sends a member its part of what uses of the run's model paid. Anybody may call.
    function payOut(bytes32 runId, address member) external {
        if (!CHARTERS.isMember(runId, member)) revert NotAMember(runId, member);
        uint256 amount = dueTo(runId, member);
        if (amount == 0) revert NothingDue(runId, member);
        _paidOut[runId][member] += amount;
        emit PaidOut(runId, member, amount);
        (bool taken,) = member.call{value: amount}("");
        if (!taken) revert NotTaken(member);
    }

    /// @notice Wei that a member can have sent to it now: an equal part, less what it got. A remainder waits for more.
    function dueTo(bytes32 runId, address member) public view returns (uint256) {
        Service storage service = _services[runId];
        if (service.members == 0 || !CHARTERS.isMember(runId, member)) return 0;
        return uint256(service.earned) / service.members - _paidOut[runId][member];
    }

    /// @notice Where a model's parameters lie as code; 0 for an unknown model.
    function pointerOf(bytes32 modelId) external view returns (address) {
        return _parameters[modelId].pointer;
    }

    /// @dev Reverts unless the charter's text is `textHead` and then these terms; returns the number of members.
    function _checkTerms(bytes32 runId, bytes calldata textHead, TermsOfUse calldata terms)
        private
        view
        returns (uint256 members)
    {
        Charter memory charter = CHARTERS.charterOf(runId);
        bytes32 have = sha256(abi.encodePacked(textHead, UseText.ending(terms)));
        if (have != charter.textDigest) revert WrongTerms(have, charter.textDigest);
        return charter.members.length;
    }

    function _offer(bytes32 runId, bytes32 modelId, uint256 members, TermsOfUse calldata terms) private {
        Parameters storage parameters = _parameters[modelId];
        Service storage service = _services[runId];
        uint64 until = terms.until == 0 ? type(uint64).max : terms.until;
        bytes32 purpose = keccak256(bytes(terms.purpose));
        service.pointer = parameters.pointer;
        service.until = until;
        service.members = uint8(members); // at most 255 (AG1)
        service.anybody = terms.callers.length == 0;
        service.price = terms.price;
        if (purpose != UseText.ANY) service.purpose = purpose;
        for (uint256 i; i < terms.callers.length; ++i) {
            _callers[runId][terms.callers[i]] = true;
        }
        bool open = service.anybody && terms.price == 0 && purpose == UseText.ANY;
        if (open && until > parameters.openUntil) parameters.openUntil = until;
    }
}
