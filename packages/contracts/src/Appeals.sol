// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISigned} from "./interfaces/ISigned.sol";
import {Signatures} from "./libraries/Signatures.sol";

/// @notice What this contract asks of Rounds.
interface IEnded {
    /// @return Hash of the run state that the run ended with (LR10); 0 until it is FINISHED.
    function finalModel(bytes32 runId) external view returns (bytes32);
}

/// @title Appeals: accounts that object to what a finished model makes of them (GU12)
/// @notice An account signs an appeal, anybody carries it. Nothing is decided here: members weigh appeals among their own
/// records, and guards tell of them. Nobody owns this contract.
contract Appeals is ISigned {
    /// @param statement SHA-256 of the account's reasons, a text (GU13).
    event Appealed(bytes32 indexed runId, address indexed account, bytes32 statement);
    event AppealWithdrawn(bytes32 indexed runId, address indexed account);

    /// @notice The run has not ended with a model.
    error NotFinished(bytes32 runId);
    /// @notice Rounds says so: no charter of this id was voted in.
    error NotPassed(bytes32 runId);
    /// @notice Not the SHA-256 of a text that anybody knows.
    error NoStatement(bytes32 statement);
    /// @notice The account has appealed against this model before, and may have withdrawn it.
    error AlreadyAppealed(bytes32 runId, address account);
    /// @notice The account has no appeal against this model that could be withdrawn.
    error NotAppealed(bytes32 runId, address account);

    bytes32 private constant APPEAL_TYPEHASH =
        keccak256("Appeal(bytes32 runId,bytes32 modelHash,address account,bytes32 statement)");
    bytes32 private constant WITHDRAWAL_TYPEHASH = keccak256("Withdrawal(bytes32 runId,address account)");
    /// In place of the statement from a withdrawal on, so that an appeal that was signed once is not carried again.
    bytes32 private constant WITHDRAWN = bytes32(uint256(1));

    IEnded public immutable ROUNDS;

    mapping(bytes32 runId => mapping(address account => bytes32 statement)) private _statements;

    constructor(IEnded rounds) {
        ROUNDS = rounds;
    }

    /// @notice Records an account's only appeal against the model that a run ended with, signed over
    /// `Appeal(bytes32 runId,bytes32 modelHash,address account,bytes32 statement)` with the hash of the run's final state.
    function appeal(bytes32 runId, address account, bytes32 statement, bytes calldata signature) external {
        bytes32 modelHash = ROUNDS.finalModel(runId);
        if (modelHash == 0) revert NotFinished(runId);
        if (uint256(statement) <= uint256(WITHDRAWN)) revert NoStatement(statement);
        if (_statements[runId][account] != 0) revert AlreadyAppealed(runId, account);
        bytes32 message = keccak256(abi.encode(APPEAL_TYPEHASH, runId, modelHash, account, statement));
        Signatures.requireSignedBy(_digestOf(message), account, signature);

        _statements[runId][account] = statement;
        emit Appealed(runId, account, statement);
    }

    /// @notice Takes an account's appeal back for good, signed over `Withdrawal(bytes32 runId,address account)`.
    function withdraw(bytes32 runId, address account, bytes calldata signature) external {
        if (statementOf(runId, account) == 0) revert NotAppealed(runId, account);
        bytes32 message = keccak256(abi.encode(WITHDRAWAL_TYPEHASH, runId, account));
        Signatures.requireSignedBy(_digestOf(message), account, signature);

        _statements[runId][account] = WITHDRAWN;
        emit AppealWithdrawn(runId, account);
    }

    /// @return statement SHA-256 of the statement of the account's appeal; 0 without one, and once it was withdrawn.
    function statementOf(bytes32 runId, address account) public view returns (bytes32 statement) {
        statement = _statements[runId][account];
        if (statement == WITHDRAWN) return 0;
    }

    function _digestOf(bytes32 structHash) private view returns (bytes32) {
        return Signatures.digestOf(Signatures.domainOf(address(this)), structHash);
    }
}
