// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Aggregators} from "./Aggregators.sol";
import {IAggregators} from "./interfaces/IAggregators.sol";
import {ICharters} from "./interfaces/ICharters.sol";
import {IRounds} from "./interfaces/IRounds.sol";
import {CharterFloors} from "./libraries/CharterFloors.sol";
import {CommitteeMachine} from "./libraries/CommitteeMachine.sol";
import {LedgerMath} from "./libraries/LedgerMath.sol";
import {RoundMachine} from "./libraries/RoundMachine.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Charter, Limits} from "./types/Charter.sol";
import {CommitteeSeat, Facts, Phase, Seat, Verified} from "./types/Round.sol";
import {Run, Turn} from "./types/Run.sol";

/// @notice See IRounds. Loads and authorizes; the transitions themselves are in RoundMachine and CommitteeMachine.
contract Rounds is IRounds {
    using RoundMachine for Run;
    using CommitteeMachine for Run;

    /// @notice Whose charters open runs here.
    ICharters public immutable charters;
    /// Made here, so that each knows the other and neither needs to be told.
    IAggregators public immutable AGGREGATORS;

    mapping(bytes32 runId => Run) private _runs;

    constructor(ICharters charters_) {
        charters = charters_;
        AGGREGATORS = new Aggregators();
    }

    function seat(bytes32 runId, Seat[] calldata seats, bytes[] calldata signatures) external {
        Turn memory turn = _turn(runId);
        Run storage run = _runs[runId];
        if (run.terms.rounds == 0) _start(run, runId);
        run.begin(turn, Phase.SEAT);
        RoundMachine.seat(run, turn, charters, seats, signatures);
    }

    function begin(bytes32 runId) external {
        Turn memory turn = _turn(runId);
        Run storage run = _runs[runId];
        if (run.terms.rounds > 0) revert AlreadyBegun(runId);
        _start(run, runId);
        run.begin(turn, Phase.SEAT);
        run.start(turn);
    }

    function draw(bytes32 runId) external {
        (Run storage run, Turn memory turn) = _begin(runId, Phase.SEAT);
        run.draw(turn);
    }

    function seatCommittee(
        bytes32 runId,
        bytes32[] calldata roster,
        CommitteeSeat[] calldata seats,
        bytes[] calldata signatures
    ) external {
        (Run storage run, Turn memory turn) = _begin(runId, Phase.SEAT);
        CommitteeMachine.seat(run, turn, run.drawn(turn, roster), seats, signatures);
    }

    function closeNoise(
        bytes32 runId,
        address[] calldata holders,
        bytes32 root,
        bytes32 blob,
        bytes[] calldata signatures
    ) external {
        (Run storage run, Turn memory turn) = _begin(runId, Phase.NOISE);
        run.closeNoise(turn, holders, root, blob, signatures);
    }

    function open(bytes32 runId, bytes32[] calldata preimages) external {
        (Run storage run, Turn memory turn) = _begin(runId, Phase.OPEN);
        run.open(turn, preimages);
    }

    function closeUploads(
        bytes32 runId,
        address[] calldata holders,
        bytes32 root,
        bytes32 blob,
        bytes[] calldata signatures
    ) external {
        (Run storage run, Turn memory turn) = _begin(runId, Phase.UPLOAD);
        run.closeUploads(turn, holders, root, blob, signatures);
    }

    function query(bytes32 runId, bytes32[] calldata preimages) external {
        (Run storage run, Turn memory turn) = _begin(runId, Phase.QUERY);
        run.query(turn, preimages);
    }

    function recordVerified(
        bytes32 runId,
        address[] calldata holders,
        Verified calldata verified,
        bytes[] calldata signatures
    ) external {
        (Run storage run, Turn memory turn) = _begin(runId, Phase.VERIFY);
        run.recordVerified(turn, holders, verified, signatures);
    }

    function recordUnmasked(
        bytes32 runId,
        address[] calldata holders,
        bytes32[] calldata shareDigests,
        bytes[] calldata signatures
    ) external {
        (Run storage run, Turn memory turn) = _begin(runId, Phase.UNMASK);
        RoundMachine.recordUnmasked(run, turn, holders, shareDigests, signatures);
    }

    function recordUnmaskedCommittee(
        bytes32 runId,
        address[] calldata holders,
        bytes32[] calldata shareDigests,
        bytes32[] calldata drawPreimages,
        bytes[] calldata signatures
    ) external {
        (Run storage run, Turn memory turn) = _begin(runId, Phase.UNMASK);
        run.requireUnmasked(turn, holders, shareDigests, signatures);
        run.reveal(turn, drawPreimages);
    }

    function settle(
        bytes32 runId,
        address[] calldata holders,
        bytes32 aggregateRoot,
        bytes32 modelHash,
        bytes32 blob,
        bytes[] calldata signatures
    ) external {
        (Run storage run, Turn memory turn) = _begin(runId, Phase.SETTLE);
        run.settle(turn, holders, aggregateRoot, modelHash, blob, signatures);
    }

    function voidAttempt(bytes32 runId) external {
        _runs[runId].voidAttempt(_turn(runId));
    }

    function phaseOf(bytes32 runId) public view returns (uint8) {
        return _phaseOf(_load(runId));
    }

    function overdue(bytes32 runId) external view returns (bool) {
        uint8 phase = phaseOf(runId);
        Run storage run = _runs[runId];
        return run.endable(phase) && block.timestamp > run.clock.since + run.patience(phase);
    }

    function factsOf(bytes32 runId) external view returns (Facts memory facts) {
        Run memory run = _load(runId);
        uint8 recorded = run.clock.recorded;
        facts.round = run.clock.round;
        facts.attempt = run.clock.attempt;
        facts.phase = _phaseOf(run);
        facts.since = run.clock.since;
        facts.model = run.model;
        facts.rho = run.budget.spent;
        facts.gasUsed = _gasLimit(run.terms.gasCap) - run.clock.gasLeft;
        if (recorded > Phase.SEAT) facts.committeeHash = run.committeeHash;
        if (recorded > Phase.NOISE) (facts.noiseRoot, facts.noiseBlock) = (run.noiseRoot, run.clock.noiseBlock);
        if (recorded > Phase.OPEN) facts.openBeacon = run.openBeacon;
        if (recorded > Phase.UPLOAD) (facts.uploadRoot, facts.uploadBlock) = (run.uploadRoot, run.clock.uploadBlock);
        if (recorded > Phase.QUERY) facts.verifyBeacon = run.verifyBeacon;
        if (recorded > Phase.VERIFY) facts.acceptRoot = run.acceptRoot;
    }

    function finalModel(bytes32 runId) external view returns (bytes32) {
        Run memory run = _load(runId);
        return _phaseOf(run) == Phase.FINISHED ? run.model : bytes32(0);
    }

    function epsilonSpent(bytes32 runId) external view returns (uint256 wad) {
        Run storage run = _runs[runId];
        return LedgerMath.epsilonWad(run.budget.spent, run.terms.deltaExponent);
    }

    function _begin(bytes32 runId, uint8 phase) private view returns (Run storage run, Turn memory turn) {
        turn = _turn(runId);
        run = _runs[runId];
        run.begin(turn, phase);
    }

    function _turn(bytes32 runId) private view returns (Turn memory turn) {
        turn.gasBefore = gasleft();
        turn.runId = runId;
        turn.domain = Signatures.domainOf(address(this));
        turn.aggregators = AGGREGATORS;
    }

    /// @dev The run as stored, or as it stands before anybody sat. Reverts unless its charter passed.
    function _load(bytes32 runId) private view returns (Run memory run) {
        run = _runs[runId];
        if (run.terms.rounds == 0) run = _fresh(runId);
    }

    function _phaseOf(Run memory run) private view returns (uint8) {
        return RoundMachine.phaseOf(run.clock, run.terms.rounds, run.terms.sunset);
    }

    /// @dev Copies the charter's terms: every later transition reads words of this contract alone.
    function _start(Run storage run, bytes32 runId) private {
        Run memory fresh = _fresh(runId);
        run.deadlines = fresh.deadlines;
        run.terms = fresh.terms;
        run.budget = fresh.budget;
        run.clock = fresh.clock;
        run.model = fresh.model;
    }

    function _fresh(bytes32 runId) private view returns (Run memory run) {
        uint64 passedAt = charters.passedAt(runId);
        if (passedAt == 0) revert NotPassed(runId);
        Charter memory charter = charters.charterOf(runId);
        Limits memory limits = charter.limits;
        run.deadlines = charter.deadlines;
        run.terms.rounds = limits.rounds;
        run.terms.minCohort = limits.minCohort;
        run.terms.minNoise = charter.aggregation.minNoise;
        run.terms.members = uint8(charter.members.length); // at most 255 (AG1)
        run.terms.deltaExponent = limits.deltaExponent;
        run.terms.sunset = uint40(Math.min(limits.sunset, type(uint40).max));
        run.terms.epsilonCap = limits.epsilonCap;
        run.terms.gasCap = limits.gasCap;
        if (charter.aggregation.holders == 2) run.terms.shares = uint8(charter.aggregation.shares); // at most 64 (CH7)
        run.budget.cap = SafeCast.toUint80(LedgerMath.rhoWithin(limits.epsilonCap, limits.deltaExponent));
        // Not above the cap, or the charter could not have been proposed (LG2).
        run.budget.price = SafeCast.toUint80(CharterFloors.price(charter.aggregation));
        run.clock.since = uint40(passedAt);
        run.clock.gasLeft = _gasLimit(limits.gasCap);
        run.model = charter.initialModel;
    }

    /// @dev No cap is a cap that nobody reaches.
    function _gasLimit(uint64 gasCap) private pure returns (uint56) {
        return gasCap == 0 ? type(uint56).max : uint56(Math.min(gasCap, type(uint56).max));
    }
}
