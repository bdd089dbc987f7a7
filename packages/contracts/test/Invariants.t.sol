// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRounds} from "../src/interfaces/IRounds.sol";
import {LedgerMath} from "../src/libraries/LedgerMath.sol";
import {RunEnd} from "../src/libraries/RunEnd.sol";
import {Charter} from "../src/types/Charter.sol";
import {Facts, Reading, Verified} from "../src/types/Round.sol";
import {Consortium} from "./Consortium.sol";
import {Test} from "./Test.sol";

/// @dev Plays a run at random: honest transitions, delays, voids, votes, stops, and transitions that must be refused. It
/// keeps what it saw, and fails when the contracts surprise it (fail_on_revert): no transition meets the gas cap in an
/// attempt, or `move` would fail.
contract Player is Consortium {
    uint256 public price;
    uint256 public charges;
    uint256 public settled;
    uint256 public leastUpdatesSettled = type(uint256).max;
    uint256 public highestRho;
    uint256 public votes;
    uint256 public votesCounted;
    bytes32 public ballot;
    /// Once FINISHED, for good, and with which model.
    bool public over;
    bytes32 public ended;
    uint16 private _updates;

    constructor() {
        found(5);
        Charter memory charter = aCharter();
        charter.limits.rounds = 1000;
        charter.limits.epsilonCap = uint64(LedgerMath.epsilonWad(8 * (0.02e18 + 1), 5));
        // About as many rounds as the budget pays for.
        charter.limits.gasCap = 5_500_000;
        price = 0.02e18 + 1;
        pass(charter);
        charter.textDigest = keccak256("a second charter");
        ballot = charters.propose(charter);
    }

    function facts() external view returns (Facts memory) {
        return rounds.factsOf(runId);
    }

    function epsilon() external view returns (uint256 spent, uint256 cap) {
        return (rounds.epsilonSpent(runId), charters.charterOf(runId).limits.epsilonCap);
    }

    function passedBallot() external view returns (bool) {
        return charters.passed(ballot);
    }

    /// @dev Up to twelve transitions, as long as they can be made.
    function advance(uint16 updates, uint8 steps) external {
        for (uint256 i; i <= steps % 12 && _advance(updates % 7); ++i) {}
    }

    function _advance(uint16 updates) private returns (bool) {
        Facts memory before = _look();
        if (over || rounds.overdue(runId)) return false;
        bool isDraw = before.phase == 2 || before.phase == 4;
        uint256 source = before.phase == 2 ? before.noiseBlock : before.uploadBlock;
        if (isDraw && block.number > source + 257) return false;
        if (before.phase == 5) {
            if (!_verify(updates)) return false;
            _updates = updates;
            tick();
        } else {
            move();
        }
        if (before.phase == 7) {
            ++settled;
            if (_updates < leastUpdatesSettled) leastUpdatesSettled = _updates;
        }
        Facts memory next = _look();
        assertTrue(next.phase == (before.phase + 1) % 8 || (before.phase == 7 && over), "RD1: no phase is skipped");
        assertEq(next.round, before.phase == 7 ? before.round + 1 : before.round, "RD7: one round after another");
        return true;
    }

    /// @dev RD16: a run is over exactly when what is left does not pay for another attempt, and then for good.
    function _look() private returns (Facts memory facts_) {
        facts_ = rounds.factsOf(runId);
        bool poor = charges == 8 || 5_500_000 - facts_.gasUsed < RunEnd.room(5, 0, facts_.round);
        if (facts_.phase == 0) assertTrue(!poor && !over, "RD16: no attempt begins that cannot be paid for");
        if (facts_.phase != 8) return facts_;
        if (!over) assertTrue(poor || stopped, "RD16: nothing else ends it");
        if (over) assertEq(facts_.model, ended, "RD16: the last final model");
        (over, ended) = (true, facts_.model);
        assertEq(rounds.finalModel(runId), ended, "final model");
    }

    bool public stopped;

    /// @dev RD17: exactly more than half of the members, and only what is not charged yet. Seldom, or nothing else happens.
    function stop(uint8 count, uint8 chance) external {
        if (chance > 16) return;
        Facts memory before = _look();
        (Reading[] memory readings, bytes[] memory signatures) = aStop(count % 6);
        (bool done,) = address(rounds).call(abi.encodeCall(IRounds.stop, (runId, readings, signatures)));
        assertTrue(done == (count % 6 > 2 && before.phase < 6), "RD17");
        if (done) (stopped, ended) = (true, before.model);
        _look();
    }

    function gas() external view returns (uint256) {
        return rounds.factsOf(runId).gasUsed;
    }

    /// @dev The verdict is refused exactly when the cohort, or what is left of the budget, is too small.
    function _verify(uint16 updates) private returns (bool done) {
        Verified memory v = aVerdict();
        v.updates = updates;
        bytes[] memory signatures = signAll(verifiedMessage(v));
        bytes memory transition = abi.encodeCall(IRounds.recordVerified, (runId, committee, v, signatures));
        (done,) = address(rounds).call(transition);
        assertTrue(done == (updates >= 3 && charges < 8), "LG2, CH5");
        if (done) ++charges;
        uint256 rho = rounds.factsOf(runId).rho;
        assertTrue(rho >= highestRho, "LG3: what is spent never falls");
        assertEq(rho, charges * price, "LG1: and is the sum of the charges");
        highestRho = rho;
    }

    function delay(uint16 time) external {
        vm.warp(block.timestamp + time % 1000);
        vm.roll(block.number + time % 300);
    }

    function voidIfOverdue() external {
        Facts memory before = rounds.factsOf(runId);
        (bool done,) = address(rounds).call(abi.encodeCall(IRounds.voidAttempt, (runId)));
        bool overdue = before.phase > 0 && before.phase < 8 && block.timestamp > before.since + 100 * (uint256(before.phase) + 1);
        assertTrue(done == overdue, "RD4: overdue attempts, and no others, are voided");
        if (done) assertEq(rounds.factsOf(runId).attempt, before.attempt + 1, "RD4: the next attempt");
    }

    /// @dev A transition of another phase, signed for the facts as they stand.
    function skip(uint8 choice) external {
        uint8 phase = _look().phase;
        bytes memory transition;
        if (choice % 3 == 0 && phase != 1) {
            bytes[] memory signatures = signAll(closedMessage("NoiseClosed"));
            transition = abi.encodeCall(IRounds.closeNoise, (runId, committee, ROOT, BLOB, signatures));
        } else if (choice % 3 == 1 && phase != 5) {
            Verified memory v = aVerdict();
            bytes[] memory signatures = signAll(verifiedMessage(v));
            transition = abi.encodeCall(IRounds.recordVerified, (runId, committee, v, signatures));
        } else if (choice % 3 == 2 && phase != 7) {
            bytes[] memory signatures = signAll(settledMessage(INITIAL_MODEL));
            transition = abi.encodeCall(IRounds.settle, (runId, committee, ROOT, INITIAL_MODEL, BLOB, signatures));
        } else {
            return;
        }
        (bool done,) = address(rounds).call(transition);
        assertTrue(!done, "RD1: out of phase");
    }

    function castVote(uint8 member, bool support) external {
        uint256 i = member % members.length;
        bytes memory signature = signVote(ballot, members[i], support);
        if (block.timestamp >= START + 3600) return;
        (bool done,) =
            address(charters).call(abi.encodeCall(charters.castVote, (ballot, members[i], support, signature)));
        bool first = votes & (uint256(1) << i) == 0;
        assertTrue(done == first, "CH6: one vote a member");
        votes |= uint256(1) << i;
        if (done && support) ++votesCounted;
    }
}

/// @dev The laws that hold after every move of the player.
contract InvariantsTest is Test {
    Player private _player;

    function setUp() public {
        _player = new Player();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_player);
    }

    function invariant_LG2_epsilonNeverPassesTheCap() public view {
        (uint256 spent, uint256 cap) = _player.epsilon();
        assertTrue(spent <= cap, "epsilon");
        assertEq(_player.facts().rho, _player.charges() * _player.price(), "LG3: rho");
    }

    function invariant_CH5_noFinalRoundBelowTheMinimumCohort() public view {
        assertTrue(_player.leastUpdatesSettled() >= 3, "cohort");
        assertEq(_player.facts().round, _player.settled(), "RD7: rounds are those that were settled");
    }

    function invariant_CH8_RD16_gasStaysWithinTheCapAndAnEndIsForGood() public view {
        assertTrue(_player.gas() <= 5_500_000, "gas");
        if (_player.over()) assertEq(_player.facts().model, _player.ended(), "the model that it ended with");
        assertTrue(!_player.over() || _player.facts().phase == 8, "FINISHED for good");
    }

    function invariant_CH11_passedIsMoreThanHalfOfSingleVotes() public view {
        assertTrue(_player.passedBallot() == _player.votesCounted() * 2 > 5, "passed");
    }
}
