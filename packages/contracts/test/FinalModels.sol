// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICharterOf, IFinalModel, Inference} from "../src/Inference.sol";
import {Charter} from "../src/types/Charter.sol";
import {TermsOfUse} from "../src/types/TermsOfUse.sol";

/// @dev Finished runs and their charters, as a test wants them.
contract FinalModels is IFinalModel, ICharterOf {
    bytes32 public constant VELOCITY = keccak256("velocities");
    bytes32 public constant CONSTANTS = keccak256("constants");
    uint32 public constant ROUND = 20;
    bytes public constant HEAD = '{\n "version": 1,\n "name": "a run"';
    bytes private constant OPEN_ENDING =
        ',\n "use": {\n  "callers": "anybody",\n  "price": "0",\n  "purpose": "any",\n  "until": 0\n }\n}\n';

    mapping(bytes32 => bytes32) public finalModel;
    mapping(bytes32 => bytes32) private _digests;
    address[] private _members;

    /// @dev A run that ended with this state, whose text ends with these bytes.
    function finish(bytes32 runId, bytes32 state, bytes memory ending) public {
        finalModel[runId] = state;
        _digests[runId] = sha256(abi.encodePacked(HEAD, ending));
    }

    /// @dev The same for this model, open to anybody.
    function finish(bytes32 runId, bytes memory encodedModel) external {
        finish(runId, stateHash(encodedModel), OPEN_ENDING);
    }

    function setMembers(address[] memory members) external {
        _members = members;
    }

    function register(Inference inference, bytes32 runId, bytes memory encodedModel, TermsOfUse memory terms)
        public
        returns (bytes32 modelId)
    {
        return inference.register(runId, ROUND, VELOCITY, CONSTANTS, encodedModel, HEAD, terms);
    }

    function register(Inference inference, bytes32 runId, bytes memory encodedModel)
        external
        returns (bytes32 modelId)
    {
        TermsOfUse memory open;
        open.purpose = "any";
        return register(inference, runId, encodedModel, open);
    }

    function stateHash(bytes memory encodedModel) public pure returns (bytes32) {
        return sha256(
            abi.encodePacked(uint8(20), "concord/v1/run-state", ROUND, sha256(encodedModel), VELOCITY, CONSTANTS)
        );
    }

    function charters() external view returns (ICharterOf) {
        return this;
    }

    function charterOf(bytes32 charterId) external view returns (Charter memory charter) {
        charter.textDigest = _digests[charterId];
        charter.members = _members;
    }

    function isMember(bytes32, address account) external view returns (bool found) {
        for (uint256 i; i < _members.length; ++i) {
            found = found || _members[i] == account;
        }
    }
}
