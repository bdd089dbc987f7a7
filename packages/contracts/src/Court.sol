// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAggregators, Statement} from "./interfaces/IAggregators.sol";
import {FileProof, ICourt, Piece, Recorded} from "./interfaces/ICourt.sol";
import {IRounds} from "./interfaces/IRounds.sol";
import {Promises} from "./libraries/Promises.sol";
import {RoundMessages} from "./libraries/RoundMessages.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Promised} from "./types/Round.sol";

/// @notice See ICourt. Rounds creates it, so that each knows the other and neither needs to be told.
contract Court is ICourt {
    using Promises for bytes;

    uint256 public constant PIECE_BYTES = 16_384;
    /// The price of the longest answer in gas, and as much again.
    uint256 public constant BOND_GAS = 2_000_000;
    /// How long promises bind after the last fact of their run: as long as stakes stay locked.
    uint256 public constant PROMISE_SECONDS = 7 days;
    uint256 public constant SLASH_DELAY = 1 days;
    /// Pieces of a run that a holder is asked for at a time.
    uint256 public constant OPEN_MAX = 4;
    /// Where a bond goes that its owner does not take back.
    address public constant BURN = address(0xdead);
    /// Enough for any account that takes ether without doing anything else.
    uint256 private constant REFUND_GAS = 30_000;

    enum Stage {
        NONE,
        OPEN,
        FORFEITED,
        OVER
    }

    struct Demand {
        address demander;
        /// Wei; there are fewer than 2^96.
        uint96 bond;
        address holder;
        uint32 round;
        uint32 attempt;
        /// Seconds since 1970.
        uint40 madeAt;
        uint40 due;
        Stage stage;
        /// Whether `promised` is a verifierRoot; otherwise it is a share's digest.
        bool file;
        bytes32 runId;
        bytes32 promised;
        bytes32 piece;
        /// As CM9's, of the statement that promised.
        bytes32 evidence;
    }

    IRounds public immutable ROUNDS;
    IAggregators public immutable AGGREGATORS;

    mapping(bytes32 piece => bool) public published;
    mapping(bytes32 demandId => Demand) private _demands;
    mapping(bytes32 runId => mapping(address holder => uint256)) private _open;

    constructor(IAggregators aggregators) {
        ROUNDS = IRounds(msg.sender);
        AGGREGATORS = aggregators;
    }

    function demandShare(address holder, Statement calldata unmasked, Piece calldata piece)
        external
        payable
        returns (bytes32 demandId)
    {
        _requireWords(unmasked, 5);
        bytes32 digest = unmasked.data.word(4);
        return _demand(holder, RoundMessages.UNMASKED, unmasked, digest, Promises.pieceOf(digest, piece));
    }

    function demandFile(address holder, Statement calldata verified, FileProof calldata file, Piece calldata piece)
        external
        payable
        returns (bytes32 demandId)
    {
        _requireWords(verified, 10);
        bytes32 root = verified.data.word(5);
        file.seats.requireSeat(verified.data.word(3), file.seat, holder);
        Promises.requireLeaf(file, root);
        return _demand(holder, RoundMessages.VERIFIED, verified, root, Promises.pieceOf(file.digest, piece));
    }

    function answer(bytes32 demandId, bytes calldata data) external {
        Demand storage demand = _demands[demandId];
        Stage stage = demand.stage;
        if (stage != Stage.OPEN && stage != Stage.FORFEITED) revert NotDemanded(demandId);
        if (data.length > PIECE_BYTES) revert AnswerTooLong(data.length, PIECE_BYTES);
        bytes32 have = sha256(data);
        bytes32 piece = demand.piece;
        if (have != piece) revert WrongAnswer(have, piece);
        published[piece] = true;
        demand.stage = Stage.OVER;
        bytes32 runId = demand.runId;
        emit Answered(runId, demandId, data);
        if (stage == Stage.FORFEITED) return;
        --_open[runId][demand.holder];
        (bool paid,) = msg.sender.call{value: demand.bond}("");
        if (!paid) revert PaymentRefused(msg.sender);
    }

    function forfeit(bytes32 demandId, Recorded calldata recorded) external {
        Demand storage demand = _demands[demandId];
        bool open = demand.stage == Stage.OPEN;
        // Again, to void: whoever forfeits first may have shown nothing.
        if (!open && demand.stage != Stage.FORFEITED) revert NotDemanded(demandId);
        if (block.timestamp < demand.due) revert TooEarly(block.timestamp, demand.due);
        (bytes32 runId, address holder) = (demand.runId, demand.holder);
        if (open) --_open[runId][holder];
        if (published[demand.piece]) {
            demand.stage = Stage.OVER;
            emit Returned(runId, demandId);
        } else {
            bool voids = recorded.seats.length > 0 && _isRecorded(demand, recorded);
            if (!open && !voids) revert NotDemanded(demandId);
            demand.stage = Stage.FORFEITED;
            emit Forfeited(runId, demandId, demand.round, demand.attempt, holder, voids);
            if (voids) ROUNDS.voidWithheld(runId);
        }
        if (!open) return;
        (bool paid,) = demand.demander.call{value: demand.bond, gas: REFUND_GAS}("");
        // Nobody keeps a demand open by refusing its bond.
        if (!paid) (paid,) = BURN.call{value: demand.bond}("");
    }

    function slash(bytes32 demandId) external {
        Demand storage demand = _demands[demandId];
        if (demand.stage != Stage.FORFEITED) revert NotDemanded(demandId);
        if (published[demand.piece]) revert AlreadyPublished(demand.piece);
        uint256 need = demand.madeAt + SLASH_DELAY;
        if (block.timestamp < need) revert TooEarly(block.timestamp, need);
        demand.stage = Stage.OVER;
        AGGREGATORS.slashWithheld(demand.holder, demand.evidence);
    }

    /// @param promised What is recorded where the promise is a fact: the share's digest, or the root over all files.
    /// @param piece SHA-256 of the bytes that are asked for.
    function _demand(
        address holder,
        bytes32 typeHash,
        Statement calldata statement,
        bytes32 promised,
        bytes32 piece
    ) private returns (bytes32 demandId) {
        if (holder == address(0)) revert NothingPromised();
        Signatures.requireSigned(
            Signatures.digestOf(
                Signatures.domainOf(address(ROUNDS)), keccak256(bytes.concat(typeHash, statement.data))
            ),
            holder,
            statement.signature
        );
        bytes32 runId = statement.data.word(0);
        bytes32 evidence = keccak256(bytes.concat(abi.encode(holder, typeHash), statement.data[:96]));
        demandId = keccak256(abi.encode(evidence, promised, piece));
        Demand storage demand = _demands[demandId];
        if (demand.stage != Stage.NONE) revert AlreadyDemanded(demandId);
        if (published[piece]) revert AlreadyPublished(piece);
        if (_open[runId][holder] == OPEN_MAX) revert TooManyDemands(holder, OPEN_MAX);
        if (msg.value < BOND_GAS * block.basefee) revert BondTooSmall(msg.value, BOND_GAS * block.basefee);

        ++_open[runId][holder];
        demand.demander = msg.sender;
        demand.bond = uint96(msg.value);
        demand.holder = holder;
        demand.round = uint32(uint256(statement.data.word(1)));
        demand.attempt = uint32(uint256(statement.data.word(2)));
        demand.madeAt = uint40(block.timestamp);
        demand.due = _due(runId);
        demand.stage = Stage.OPEN;
        demand.file = typeHash == RoundMessages.VERIFIED;
        demand.runId = runId;
        demand.promised = promised;
        demand.piece = piece;
        demand.evidence = evidence;
        emit Demanded(
            runId, demandId, demand.round, demand.attempt, holder, typeHash, piece, demand.due, msg.value
        );
    }

    function _due(bytes32 runId) private view returns (uint40) {
        Promised memory run = ROUNDS.promisedIn(runId);
        uint256 end = run.since + PROMISE_SECONDS;
        if (block.timestamp > end) revert PromiseOver(block.timestamp, end);
        return uint40(block.timestamp + run.answerSeconds);
    }

    /// @dev Whether the run's current attempt has the promise among its facts, and the holder a seat.
    function _isRecorded(Demand storage demand, Recorded calldata recorded) private view returns (bool) {
        Promised memory run = ROUNDS.promisedIn(demand.runId);
        if (run.round != demand.round || run.attempt != demand.attempt) return false;
        if (run.verifierRoot == 0) return false;
        recorded.seats.requireSeat(run.committeeHash, recorded.seat, demand.holder);
        if (demand.file) return demand.promised == run.verifierRoot;
        bytes32[] calldata digests = recorded.shareDigests;
        return keccak256(abi.encodePacked(digests)) == run.sharesHash
            && digests[recorded.seat % digests.length] == demand.promised;
    }

    function _requireWords(Statement calldata statement, uint256 words) private pure {
        uint256 length = statement.data.length;
        if (length != 32 * words) revert StatementLength(length, 32 * words);
    }
}
