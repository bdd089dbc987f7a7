// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Rounds} from "../src/Rounds.sol";
import {IAggregators} from "../src/interfaces/IAggregators.sol";
import {IRounds} from "../src/interfaces/IRounds.sol";
import {Charter} from "../src/types/Charter.sol";
import {CommitteeSeat, Facts} from "../src/types/Round.sol";
import {Consortium} from "./Consortium.sol";
import {Vm} from "./Test.sol";

/// @dev A run whose shares are held by aggregators with real keys: written from spec/committee.md. `committee` is who was
/// drawn, 2k in seat order.
abstract contract Drawn is Consortium {
    IAggregators internal aggregators;
    uint256 internal k;
    /// The roster of the last snapshot.
    bytes32[] internal roster;
    bytes32 internal beacon;
    /// Seats in which nobody sits.
    mapping(uint256 seat => bool) internal empty;
    /// Shares for which the standby speaks.
    mapping(uint256 share => bool) internal standby;

    /// @param shares k.
    function foundDrawn(uint256 shares, uint256 count) internal {
        found(6);
        k = shares;
        aggregators = Rounds(address(rounds)).AGGREGATORS();
        for (uint256 i; i < count; ++i) {
            register(i, 1 ether + i * 0.1 ether);
        }
        pass(drawnCharter());
    }

    function register(uint256 i, uint256 stake) internal returns (address aggregator) {
        uint256 key = uint256(keccak256(abi.encode("aggregator", i)));
        aggregator = vm.addr(key);
        keys[aggregator] = key;
        vm.deal(aggregator, stake);
        vm.prank(aggregator);
        aggregators.register{value: stake}("https://aggregator.example");
    }

    function drawnCharter() internal view returns (Charter memory charter) {
        charter = aCharter();
        charter.aggregation.shares = uint16(k);
        charter.aggregation.holders = 2;
    }

    function begin() internal {
        rounds.begin(runId);
        snapshot();
        tick();
    }

    function snapshot() internal {
        uint256[] memory words = aggregators.roster();
        delete roster;
        for (uint256 i; i < words.length; ++i) {
            roster.push(bytes32(words[i]));
        }
    }

    /// @dev Draws, and takes note of what was drawn.
    function draw() internal {
        vm.recordLogs();
        rounds.draw(runId);
        Vm.Log memory log = vm.getRecordedLogs()[0];
        assertEq(log.topics[0], IRounds.Drawn.selector, "event");
        (,, beacon,) = abi.decode(log.data, (uint32, uint32, bytes32, bytes32));
        _note();
    }

    /// @dev CM4, written out: the drawn entry is cut out of the list.
    function _note() private {
        bytes32[] memory left = roster;
        delete committee;
        for (uint256 s; s < 2 * k; ++s) {
            uint256 total;
            for (uint256 i; i < left.length; ++i) {
                total += uint96(uint256(left[i]));
            }
            uint256 x = uint256(keccak256(abi.encodePacked(beacon, uint32(s)))) % total;
            uint256 place;
            for (; x >= uint96(uint256(left[place])); ++place) {
                x -= uint96(uint256(left[place]));
            }
            committee.push(address(bytes20(left[place])));
            bytes32[] memory rest = new bytes32[](left.length - 1);
            for (uint256 i; i < rest.length; ++i) {
                rest[i] = left[i < place ? i : i + 1];
            }
            left = rest;
        }
    }

    /// @dev A round after `begin`: the draw, and the eight transitions.
    function playDrawn() internal {
        draw();
        tick();
        playRound();
    }

    // What holders sign.

    function committeeSeats() internal view returns (CommitteeSeat[] memory seats, bytes[] memory signatures) {
        seats = new CommitteeSeat[](2 * k);
        signatures = new bytes[](2 * k);
        for (uint256 s; s < 2 * k; ++s) {
            seats[s].holder = committee[s];
            if (empty[s]) continue;
            seats[s].sealKey = preimage("seal key", s);
            seats[s].openCommit = keccak256(abi.encode(preimage("open", s)));
            seats[s].queryCommit = keccak256(abi.encode(preimage("query", s)));
            seats[s].drawCommit = keccak256(abi.encode(preimage("draw", s)));
            signatures[s] = sign(committee[s], committeeSeatMessage(seats[s]));
        }
    }

    function committeeSeatMessage(CommitteeSeat memory s) internal view returns (bytes32) {
        Facts memory facts = rounds.factsOf(runId);
        bytes32 typeHash = keccak256(
            "CommitteeSeat(bytes32 runId,uint32 round,uint32 attempt,bytes32 sealKey,bytes32 openCommit,bytes32 queryCommit,bytes32 drawCommit)"
        );
        return keccak256(
            bytes.concat(
                abi.encode(typeHash, runId, facts.round, facts.attempt),
                abi.encode(s.sealKey, s.openCommit, s.queryCommit, s.drawCommit)
            )
        );
    }

    /// @dev The seat that speaks for a share.
    function speaker(uint256 share) internal view returns (uint256) {
        return standby[share] ? share + k : share;
    }

    function speak(uint256 share, bytes32 structHash) internal view returns (bytes memory) {
        return bytes.concat(standby[share] ? bytes1(0x01) : bytes1(0), sign(committee[speaker(share)], structHash));
    }

    function signAll(bytes32 structHash) internal view override returns (bytes[] memory signatures) {
        signatures = new bytes[](k);
        for (uint256 j; j < k; ++j) {
            signatures[j] = speak(j, structHash);
        }
    }

    /// @dev Of the primary, or of the standby where nobody sits in the primary's seat.
    function preimages(bytes32 purpose) internal view override returns (bytes32[] memory all) {
        all = new bytes32[](k);
        for (uint256 j; j < k; ++j) {
            all[j] = preimage(purpose, empty[j] ? j + k : j);
        }
    }

    function digestsAndWords() internal view returns (bytes32[] memory digests, bytes[] memory words) {
        Facts memory facts = rounds.factsOf(runId);
        bytes32 typeHash =
            keccak256("Unmasked(bytes32 runId,uint32 round,uint32 attempt,bytes32 acceptRoot,bytes32 shareDigest)");
        digests = new bytes32[](k);
        words = new bytes[](k);
        for (uint256 j; j < k; ++j) {
            digests[j] = shareDigestOf(j);
            words[j] = speak(
                j, keccak256(abi.encode(typeHash, runId, facts.round, facts.attempt, facts.acceptRoot, digests[j]))
            );
        }
    }

    function transitionOf(uint8 phase) internal view override returns (bytes memory) {
        if (phase == 0) {
            (CommitteeSeat[] memory seats, bytes[] memory signatures) = committeeSeats();
            return abi.encodeCall(IRounds.seatCommittee, (runId, roster, seats, signatures));
        }
        if (phase == 6) {
            (bytes32[] memory digests, bytes[] memory words) = digestsAndWords();
            return
                abi.encodeCall(IRounds.recordUnmaskedCommittee, (runId, committee, digests, preimages("draw"), words));
        }
        return super.transitionOf(phase);
    }

    function step() internal override {
        uint8 phase = rounds.phaseOf(runId);
        super.step();
        if (phase == 5) snapshot();
    }

    /// @dev XOR of what the shares reveal.
    function mixOf(bytes32[] memory revealed) internal pure returns (bytes32 mix) {
        for (uint256 j; j < revealed.length; ++j) {
            mix ^= revealed[j];
        }
    }
}
