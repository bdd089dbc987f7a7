// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Statement} from "./IAggregators.sol";
import {ISigned} from "./ISigned.sol";

/// What is asked for of a blob: a piece of it, or its list.
struct Piece {
    /// SHA-256 digests of the blob's pieces one after another; empty: the list itself is asked for.
    bytes list;
    /// Which of them.
    uint256 index;
}

/// Where a file stands in what `Verified` names.
struct FileProof {
    /// abi.encode(seats), whose hash is the statement's committeeHash.
    bytes seats;
    /// Which of them is the holder's; its file is the leaf of this index.
    uint256 seat;
    /// Of the file.
    bytes32 digest;
    /// Siblings from the leaf up (AG6), under verifierRoot.
    bytes32[] proof;
}

/// What shows that a promise is one of the current attempt's facts.
struct Recorded {
    /// abi.encode(seats), whose hash is the attempt's committeeHash.
    bytes seats;
    /// Which of them is the holder's.
    uint256 seat;
    /// As recorded; of no use for a file.
    bytes32[] shareDigests;
}

/// @title Court: whoever promised bytes publishes them, or loses (spec/committee.md CM10)
/// @notice A promise is a holder's signed statement. Nobody owns this contract; its balance is the sum of the bonds of
/// open demands.
interface ICourt is ISigned {
    /// @param typeHash Of the statement that promised: `Unmasked` or `Verified`.
    /// @param piece SHA-256 of the bytes that are asked for.
    /// @param due Seconds: from then on it can be forfeited.
    event Demanded(
        bytes32 indexed runId,
        bytes32 indexed demandId,
        uint32 round,
        uint32 attempt,
        address holder,
        bytes32 typeHash,
        bytes32 piece,
        uint64 due,
        uint256 bond
    );
    event Answered(bytes32 indexed runId, bytes32 indexed demandId, bytes data);
    /// @notice The holder has not published what it promised.
    /// @param voided Whether that ended the attempt.
    event Forfeited(
        bytes32 indexed runId, bytes32 indexed demandId, uint32 round, uint32 attempt, address holder, bool voided
    );
    /// @notice Another demand for the same bytes was answered: nobody owes anything, and the bond has gone back.
    event Returned(bytes32 indexed runId, bytes32 indexed demandId);

    error StatementLength(uint256 have, uint256 need);
    /// @notice Too little to pay for the longest answer.
    error BondTooSmall(uint256 have, uint256 need);
    /// @notice The digest is 0: there is no such file; or a promise by nobody.
    error NothingPromised();
    /// @notice Promises bind until then, seconds.
    error PromiseOver(uint256 time, uint256 end);
    /// @notice Not the list whose SHA-256 was promised, or no list.
    error WrongList(bytes32 have, bytes32 need);
    error NoSuchPiece(uint256 have, uint256 pieces);
    /// @notice These are not the seats that the statement, or the attempt, names.
    error WrongSeats(bytes32 have, bytes32 need);
    error WrongSeat(uint256 seat, address have, address need);
    /// @notice The file is not under the root that the holder signed.
    error WrongProof(bytes32 have, bytes32 need);
    error AlreadyDemanded(bytes32 demandId);
    /// @notice The bytes with this SHA-256 are in an answer already.
    error AlreadyPublished(bytes32 piece);
    /// @notice The holder is asked for as many pieces of the run as may be asked for at a time.
    error TooManyDemands(address holder, uint256 most);
    /// @notice It was never made, or is over, or is not as far as this.
    error NotDemanded(bytes32 demandId);
    error AnswerTooLong(uint256 have, uint256 most);
    error WrongAnswer(bytes32 have, bytes32 need);
    error TooEarly(uint256 time, uint256 need);
    error PaymentRefused(address account);

    /// @notice Asks `holder` for a piece of the aggregate share that it promised in `Unmasked`. The ether that comes along
    /// is the bond: at least BOND_GAS times the block's base fee.
    function demandShare(address holder, Statement calldata unmasked, Piece calldata piece)
        external
        payable
        returns (bytes32 demandId);

    /// @notice The same for the verifier-share file that it promised in `Verified`.
    function demandFile(
        address holder,
        Statement calldata verified,
        FileProof calldata file,
        Piece calldata piece
    ) external payable returns (bytes32 demandId);

    /// @notice Publishes the bytes that are asked for, by whoever has them; who answers an open demand gets its bond.
    function answer(bytes32 demandId, bytes calldata data) external;

    /// @notice Ends an open demand that is due: names the holder, gives the bond back, and voids the current attempt if
    /// the promise is one of its facts. Of a forfeited demand it does the last alone.
    /// @param recorded All empty where there is no attempt to void.
    function forfeit(bytes32 demandId, Recorded calldata recorded) external;

    /// @notice Burns what the holder of a forfeited demand has at stake, SLASH_DELAY after the demand. Nobody gains.
    function slash(bytes32 demandId) external;

    /// @return Whether the bytes with this SHA-256 are in an answer.
    function published(bytes32 piece) external view returns (bool);
}
