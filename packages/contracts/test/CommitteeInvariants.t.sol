// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAggregators, Statement} from "../src/interfaces/IAggregators.sol";
import {ICourt, Recorded} from "../src/interfaces/ICourt.sol";
import {IRounds} from "../src/interfaces/IRounds.sol";
import {LedgerMath} from "../src/libraries/LedgerMath.sol";
import {Charter} from "../src/types/Charter.sol";
import {Facts} from "../src/types/Round.sol";
import {Promising} from "./Promising.sol";
import {Test} from "./Test.sol";

/// @dev A committee of 2 x 2 from 6 aggregators, played at random: honest transitions, delays, voids, demands with and
/// without answers, liars. It keeps its own books, and fails when the contracts surprise it (fail_on_revert).
contract CommitteePlayer is Promising {
    uint256 private constant PRICE = 0.02e18 + 1;

    struct Asked {
        bytes32 id;
        bytes data;
        address holder;
        bytes32 evidence;
        uint256 round;
        uint256 attempt;
        uint256 madeAt;
        bool file;
        /// 1 open, 2 forfeited, 0 over.
        uint256 stage;
        Recorded recorded;
    }

    uint256 public bonds;
    uint256 public burned;
    uint256 public charges;
    uint256 public voids;
    Asked[] private _asked;
    mapping(bytes32 => bool) private _slashed;
    mapping(bytes32 => bool) private _published;
    mapping(uint256 round => bytes32) private _models;

    constructor() {
        foundPromising(2, 6);
        Charter memory charter = drawnCharter();
        charter.limits.rounds = 1000;
        charter.limits.epsilonCap = uint64(LedgerMath.epsilonWad(6 * PRICE, 5));
        pass(charter);
        vm.deal(address(this), 1e6 ether);
        begin();
    }

    // What the invariants look at.

    function facts() public view returns (Facts memory) {
        return rounds.factsOf(runId);
    }

    function spent() external view returns (uint256 epsilon, uint256 cap) {
        return (rounds.epsilonSpent(runId), charters.charterOf(runId).limits.epsilonCap);
    }

    function balances() external view returns (uint256 ofCourt, uint256 ofBurn, uint256 ofStakes, uint256 staked) {
        for (uint256 i; i < 6; ++i) {
            staked += aggregators.stakeOf(vm.addr(uint256(keccak256(abi.encode("aggregator", i)))));
        }
        return (address(court).balance, address(0xdead).balance, address(aggregators).balance, staked);
    }

    // The run.

    function advance(uint8 steps, bool standbySpeaks) external {
        standby[steps % 2] = standbySpeaks;
        for (uint256 i; i <= steps % 10 && _advance(); ++i) {}
    }

    function _advance() private returns (bool) {
        if (rounds.overdue(runId)) voidIfOverdue();
        Facts memory before = facts();
        if (before.phase == 8 || block.timestamp > before.since + _allowed(before.phase)) return false;
        if (before.phase == 0) assertTrue(charges < 6, "RD16: no attempt begins that cannot be charged");
        if (before.phase == 0) _drawOnce();
        move();
        if (before.phase == 5) ++charges;
        Facts memory next = facts();
        bool over = before.phase == 7 && charges == 6;
        assertEq(next.phase, over ? 8 : (before.phase + 1) % 8, "RD1: no phase is skipped");
        if (before.phase == 7) {
            assertEq(next.round, before.round + 1, "RD7: one round after another");
            _models[next.round] = next.model;
        } else {
            assertEq(next.model, before.model, "RD7: an output does not change");
        }
        return true;
    }

    bytes32 private _drawnFor;

    /// @dev Once an attempt.
    function _drawOnce() private {
        Facts memory now_ = facts();
        bytes32 name = keccak256(abi.encode(now_.round, now_.attempt));
        if (_drawnFor == name) return;
        draw();
        tick();
        _drawnFor = name;
    }

    function _allowed(uint8 phase) private pure returns (uint256) {
        return phase == 0 ? 100 : 100 * (uint256(phase) + 1);
    }

    function delay(uint16 time) external {
        vm.warp(block.timestamp + time % 1000);
    }

    function aDayPasses() external {
        vm.warp(block.timestamp + 1 days);
    }

    function voidIfOverdue() public {
        Facts memory before = facts();
        (bool done,) = address(rounds).call(abi.encodeCall(IRounds.voidAttempt, (runId)));
        uint256 patience = before.phase == 0 ? 200 : _allowed(before.phase);
        bool overdue = before.phase != 8 && block.timestamp > before.since + patience;
        assertTrue(done == overdue, "RD4: overdue attempts, and no others");
        if (done) _voided(before);
    }

    function _voided(Facts memory before) private {
        ++voids;
        snapshot();
        tick();
        Facts memory next = facts();
        assertEq(next.attempt, before.attempt + 1, "RD4: the next attempt");
        assertEq(next.round, before.round, "RD4: of the same round");
        assertEq(next.rho, before.rho, "RD5: the charge stays");
        assertEq(next.model, before.model, "RD7: an output does not change");
    }

    /// @dev A transition of another phase, signed for the facts as they stand.
    function skip(uint8 choice) external {
        uint8 phase = facts().phase;
        uint8 other = 1 + choice % 7;
        if (phase == 0 || phase == 8 || other == phase) return;
        (bool done,) = address(rounds).call(transitionOf(other));
        assertTrue(!done, "RD1: out of phase");
    }

    // Liars and the court.

    function slashLiar(uint8 seat) external {
        if (facts().phase < 6) return;
        address holder = committee[seat % 4];
        Statement memory a = unmasked(holder, "one");
        Statement memory b = unmasked(holder, "another");
        bytes32 typeHash = keccak256(bytes(UNMASKED_TYPE));
        bytes32 evidence = evidenceOf(holder, UNMASKED_TYPE, facts().round, facts().attempt);
        bytes memory call = abi.encodeCall(IAggregators.slashEquivocation, (holder, typeHash, a, b));
        _slash(address(aggregators), call, holder, evidence, true);
    }

    /// @dev One evidence id, one slash; the holder comes back with a new stake.
    function _slash(address target, bytes memory call, address holder, bytes32 evidence, bool may)
        private
        returns (bool done)
    {
        uint256 stake = aggregators.stakeOf(holder);
        (done,) = target.call(call);
        assertTrue(done == (may && stake > 0 && !_slashed[evidence]), "CM9, CM10: one slash for one evidence id");
        if (!done) return false;
        _slashed[evidence] = true;
        burned += stake;
        vm.deal(holder, 1 ether);
        vm.prank(holder);
        aggregators.register{value: 1 ether}("");
    }

    /// @dev As far as it takes, if it can be done.
    function demand(uint8 seat, bool file) external {
        while (facts().phase < (file ? 6 : 7) && _advance()) {}
        Facts memory now_ = facts();
        if (now_.phase < (file ? 6 : 7) || now_.phase == 8) return;
        uint256 i = seat % 4;
        bytes memory data = pieceOf(file ? "file" : "share", file ? i : i % 2, 2);
        try this.ask(i, file) returns (bytes32 id) {
            assertTrue(!_published[sha256(data)], "CM10: published once");
            Asked storage asked = _asked.push();
            (asked.id, asked.data, asked.holder, asked.madeAt) = (id, data, committee[i], block.timestamp);
            (asked.round, asked.attempt, asked.file, asked.stage) = (now_.round, now_.attempt, file, 1);
            Recorded memory record = recorded(i);
            (asked.recorded.seats, asked.recorded.seat) = (record.seats, i);
            asked.recorded.shareDigests = record.shareDigests;
            asked.evidence = evidenceOf(committee[i], file ? VERIFIED_TYPE : UNMASKED_TYPE, now_.round, now_.attempt);
            bonds += BOND;
        } catch {}
    }

    function ask(uint256 seat, bool file) external returns (bytes32) {
        if (msg.sender != address(this)) return 0;
        return file ? demandFile(seat, 2) : demandShare(seat, 2);
    }

    function answer(uint8 which) external {
        if (_asked.length == 0) return;
        Asked storage asked = _asked[which % _asked.length];
        (bool done,) = address(court).call(abi.encodeCall(ICourt.answer, (asked.id, asked.data)));
        assertTrue(done == (asked.stage > 0), "CM10: an answer counts until the next step");
        if (!done) return;
        if (asked.stage == 1) bonds -= BOND;
        asked.stage = 0;
        _published[sha256(asked.data)] = true;
    }

    function forfeit(uint8 which) external {
        if (_asked.length == 0) return;
        Asked storage asked = _asked[which % _asked.length];
        Facts memory before = facts();
        bool current = before.round == asked.round && before.attempt == asked.attempt && before.phase > 5;
        bool isPublished = _published[sha256(asked.data)];
        (bool done,) = address(court).call(abi.encodeCall(ICourt.forfeit, (asked.id, asked.recorded)));
        bool voided = current && !isPublished && before.phase != 8;
        bool may = asked.stage == 1 || (asked.stage == 2 && (isPublished || voided));
        assertTrue(done == (may && block.timestamp >= asked.madeAt + 600), "CM10: when it is due");
        if (!done) return;
        if (asked.stage == 1) bonds -= BOND;
        asked.stage = isPublished ? 0 : 2;
        if (voided) _voided(before);
        else assertEq(facts().attempt, before.attempt, "CM10: nothing else is void");
    }

    function slash(uint8 which) external {
        if (_asked.length == 0) return;
        Asked storage asked = _asked[which % _asked.length];
        bool may = asked.stage == 2 && !_published[sha256(asked.data)] && block.timestamp >= asked.madeAt + 1 days;
        bytes memory call = abi.encodeCall(ICourt.slash, (asked.id));
        if (_slash(address(court), call, asked.holder, asked.evidence, may)) asked.stage = 0;
    }

    function outputsStand() external view {
        Facts memory now_ = facts();
        if (now_.round > 0) assertEq(now_.model, _models[now_.round], "RD7: the last output");
    }

    string private constant VERIFIED_TYPE =
        "Verified(bytes32 runId,uint32 round,uint32 attempt,bytes32 committeeHash,bytes32 uploadRoot,bytes32 verifierRoot,bytes32 acceptRoot,uint16 updates,uint16 noises,bytes32 blob)";
}

/// @dev The laws that hold after every move of the player.
contract CommitteeInvariantsTest is Test {
    CommitteePlayer private _player;

    function setUp() public {
        _player = new CommitteePlayer();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_player);
    }

    function invariant_LG2_epsilonNeverFallsNorPassesTheCap() public view {
        (uint256 epsilon, uint256 cap) = _player.spent();
        assertTrue(epsilon <= cap, "epsilon");
        assertEq(_player.facts().rho, _player.charges() * (0.02e18 + 1), "LG3: the sum of the charges");
        _player.outputsStand();
    }

    function invariant_CM10_theBalancesAreTheBondsAndTheStakes() public view {
        (uint256 ofCourt, uint256 ofBurn, uint256 ofStakes, uint256 staked) = _player.balances();
        assertEq(ofCourt, _player.bonds(), "bonds");
        assertEq(ofBurn, _player.burned(), "CM9: what is slashed is burned");
        assertEq(ofStakes, staked, "CM1: stakes");
    }
}
