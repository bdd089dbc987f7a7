// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Aggregators} from "./Aggregators.sol";
import {Court} from "./Court.sol";
import {IAggregators} from "./interfaces/IAggregators.sol";
import {ICharters} from "./interfaces/ICharters.sol";
import {ICourt} from "./interfaces/ICourt.sol";
import {IRounds} from "./interfaces/IRounds.sol";
import {CommitteeMachine} from "./libraries/CommitteeMachine.sol";
import {RoundMachine} from "./libraries/RoundMachine.sol";
import {RunEnd} from "./libraries/RunEnd.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Stops} from "./libraries/Stops.sol";
import {CommitteeSeat, Facts, Phase, Promised, Reading, Seat, Verified} from "./types/Round.sol";
import {Clock, Run, Start, Terms, Turn} from "./types/Run.sol";

/// @notice See IRounds. Loads and authorizes; the transitions themselves are in RoundMachine and CommitteeMachine.
contract Rounds is IRounds {
    using RoundMachine for Run;
    using CommitteeMachine for Run;

    /// @notice Whose charters open runs here.
    ICharters public immutable charters;
    /// Made here, so that each knows the others and none needs to be told.
    IAggregators public immutable AGGREGATORS;
    ICourt public immutable COURT;

    mapping(bytes32 runId => Run) private _runs;

    constructor(ICharters charters_) {
        charters = charters_;
        AGGREGATORS = new Aggregators();
        COURT = new Court(AGGREGATORS);
    }

    function seat(bytes32 runId, Seat[] calldata seats, bytes[] calldata signatures) external {
        Turn memory turn = _turn(runId);
        Run storage run = _runs[runId];
        if (run.terms.rounds == 0) _start(run, runId);
        run.begin(turn, Phase.SEAT);
        RoundMachine.seat(run, turn, seats, signatures);
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
        _close(runId, Phase.NOISE, holders, root, blob, signatures);
    }

    function open(bytes32 runId, bytes32[] calldata preimages) external {
        _reveal(runId, Phase.OPEN, preimages);
    }

    function closeUploads(
        bytes32 runId,
        address[] calldata holders,
        bytes32 root,
        bytes32 blob,
        bytes[] calldata signatures
    ) external {
        _close(runId, Phase.UPLOAD, holders, root, blob, signatures);
    }

    function query(bytes32 runId, bytes32[] calldata preimages) external {
        _reveal(runId, Phase.QUERY, preimages);
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
        run.revealDraw(turn, drawPreimages);
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

    function voidWithheld(bytes32 runId) external {
        if (msg.sender != address(COURT)) revert NotCourt(msg.sender);
        _runs[runId].voidWithheld(_turn(runId));
    }

    function stop(bytes32 runId, Reading[] calldata readings, bytes[] calldata signatures) external {
        Turn memory turn = _turn(runId);
        Run storage run = _runs[runId];
        if (run.terms.rounds == 0) _start(run, runId);
        Stops.stop(run, turn, readings, signatures);
    }

    function promisedIn(bytes32 runId) external view returns (Promised memory promised) {
        Run storage run = _runs[runId];
        Clock memory clock = run.clock;
        (promised.round, promised.attempt, promised.since) = (clock.round, clock.attempt, clock.since);
        promised.answerSeconds = uint32(run.allowed(Phase.VERIFY));
        promised.committeeHash = run.committeeHash;
        if (clock.recorded > Phase.VERIFY) promised.verifierRoot = run.verifierRoot;
        if (clock.recorded > Phase.UNMASK) promised.sharesHash = run.sharesHash;
    }

    function phaseOf(bytes32 runId) public view returns (uint8 phase) {
        Run storage run = _runs[runId];
        if (run.terms.rounds > 0) return run.phaseOf(run.clock);
        Terms memory terms = _startOf(runId).terms;
        bool over = block.timestamp > terms.sunset
            || _gasLimit(terms.gasCap) < RunEnd.room(terms.members, terms.shares, 0);
        return over ? Phase.FINISHED : Phase.SEAT;
    }

    function overdue(bytes32 runId) external view returns (bool) {
        uint8 phase = phaseOf(runId);
        Run storage run = _runs[runId];
        return run.endable(phase) && block.timestamp > run.clock.since + run.patience(phase);
    }

    function factsOf(bytes32 runId) external view returns (Facts memory facts) {
        facts.phase = phaseOf(runId);
        Run storage run = _runs[runId];
        if (run.terms.rounds == 0) {
            Start memory start = _startOf(runId);
            (facts.since, facts.model) = (start.passedAt, start.model);
            return facts;
        }
        Clock memory clock = run.clock;
        uint8 recorded = clock.recorded;
        facts.round = clock.round;
        facts.attempt = clock.attempt;
        facts.since = clock.since;
        facts.model = run.model;
        facts.rho = run.budget.spent;
        facts.gasUsed = _gasLimit(run.terms.gasCap) - clock.gasLeft;
        if (recorded > Phase.SEAT) facts.committeeHash = run.committeeHash;
        if (recorded > Phase.NOISE) (facts.noiseRoot, facts.noiseBlock) = (run.noiseRoot, clock.noiseBlock);
        if (recorded > Phase.OPEN) facts.openBeacon = run.openBeacon;
        if (recorded > Phase.UPLOAD) (facts.uploadRoot, facts.uploadBlock) = (run.uploadRoot, clock.uploadBlock);
        if (recorded > Phase.QUERY) facts.verifyBeacon = run.verifyBeacon;
        if (recorded > Phase.VERIFY) facts.acceptRoot = run.acceptRoot;
    }

    function finalModel(bytes32 runId) external view returns (bytes32) {
        if (phaseOf(runId) != Phase.FINISHED) return 0;
        Run storage run = _runs[runId];
        return run.terms.rounds == 0 ? _startOf(runId).model : run.model;
    }

    function epsilonSpent(bytes32 runId) external view returns (uint256 wad) {
        Run storage run = _runs[runId];
        return run.epsilonOf(charters, run.budget.spent);
    }

    function _close(
        bytes32 runId,
        uint8 phase,
        address[] calldata holders,
        bytes32 root,
        bytes32 blob,
        bytes[] calldata signatures
    ) private {
        (Run storage run, Turn memory turn) = _begin(runId, phase);
        run.close(turn, holders, root, blob, signatures);
    }

    function _reveal(bytes32 runId, uint8 phase, bytes32[] calldata preimages) private {
        (Run storage run, Turn memory turn) = _begin(runId, phase);
        run.reveal(turn, preimages);
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
        turn.charters = charters;
        turn.aggregators = AGGREGATORS;
    }

    /// @dev Copies the charter's terms: every later transition reads words of this contract alone.
    function _start(Run storage run, bytes32 runId) private {
        Start memory start = _startOf(runId);
        run.deadlines = start.deadlines;
        run.terms = start.terms;
        run.budget = start.budget;
        run.model = start.model;
        run.clock.since = start.passedAt;
        run.clock.gasLeft = _gasLimit(start.terms.gasCap);
    }

    function _startOf(bytes32 runId) private view returns (Start memory start) {
        start = charters.startOf(runId);
        if (start.passedAt == 0) revert NotPassed(runId);
    }

    /// @dev No cap is a cap that nobody reaches.
    function _gasLimit(uint64 gasCap) private pure returns (uint56) {
        return gasCap == 0 ? type(uint56).max : uint56(Math.min(gasCap, type(uint56).max));
    }
}
