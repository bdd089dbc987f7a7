// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Charters} from "../src/Charters.sol";
import {Rounds} from "../src/Rounds.sol";
import {ICharters} from "../src/interfaces/ICharters.sol";
import {IRounds} from "../src/interfaces/IRounds.sol";
import {Aggregation, Charter, Deadlines, Limits} from "../src/types/Charter.sol";
import {Facts, Reading, Seat, Verified} from "../src/types/Round.sol";
import {Test} from "./Test.sol";

/// @dev Members with real keys, and what they sign: written from spec/rounds.md, not from the contracts.
abstract contract Consortium is Test {
    uint256 internal constant START = 1_800_000_000;
    bytes32 internal constant ROOT = keccak256("root");
    bytes32 internal constant BLOB = keccak256("blob");
    bytes32 internal constant INITIAL_MODEL = keccak256("model 0");

    ICharters internal charters;
    IRounds internal rounds;
    /// Ascending by address.
    address[] internal members;
    mapping(address member => uint256 key) internal keys;
    /// The seated holders of the current attempt, ascending.
    address[] internal committee;
    bytes32 internal runId;

    function found(uint256 count) internal {
        vm.warp(START);
        vm.roll(1000);
        // From artifacts: `new` would put the contracts' code into every test contract, which is slow to compile.
        charters = ICharters(vm.deployCode(type(Charters).name));
        rounds = IRounds(vm.deployCode(type(Rounds).name, abi.encode(charters)));
        delete members;
        for (uint256 i; i < count; ++i) {
            uint256 key = uint256(keccak256(abi.encode("member", i)));
            address member = vm.addr(key);
            keys[member] = key;
            members.push(member);
            for (uint256 j = i; j > 0 && members[j - 1] > member; --j) {
                (members[j - 1], members[j]) = (members[j], members[j - 1]);
            }
        }
        committee = members;
    }

    /// @dev The worked example of AG2 with a deadline of its own length for each phase.
    function aCharter() internal view returns (Charter memory charter) {
        charter.version = 2;
        charter.textDigest = keccak256("text");
        charter.initialModel = INITIAL_MODEL;
        charter.members = members;
        charter.votingSeconds = 3600;
        charter.limits = Limits({
            rounds: 2, minCohort: 3, epsilonCap: 8e18, deltaExponent: 5, sunset: uint64(START + 30 days), gasCap: 0
        });
        charter.deadlines = Deadlines({
            seat: 100, noise: 200, open: 300, upload: 400, query: 500, verify: 600, unmask: 700, settle: 800
        });
        charter.aggregation = Aggregation({
            field: 64,
            d: 1281,
            bound: 128 * 16384 + 1024,
            noiseBound: 3_488_100,
            recordBound: 16384,
            maxRecords: 128,
            sigma: 81920,
            honest: 1,
            minNoise: uint16(members.length < 4 ? members.length : 4),
            shares: uint16(members.length),
            holders: 1,
            wireLength: 128,
            chunk: 100,
            normProofs: 1,
            validityProofs: 3,
            checks: 100,
            unit: 1,
            matrixSeed: keccak256("matrix")
        });
    }

    /// @dev Proposes the charter and votes for it until it has passed.
    function pass(Charter memory charter) internal returns (bytes32 id) {
        id = charters.propose(charter);
        for (uint256 i; i < members.length / 2 + 1; ++i) {
            charters.castVote(id, members[i], true, signVote(id, members[i], true));
        }
        runId = id;
    }

    // What members sign.

    function domainOf(address verifier) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Concord"),
                keccak256("1"),
                block.chainid,
                verifier
            )
        );
    }

    function signFor(address verifier, address signer, bytes32 structHash) internal view returns (bytes memory) {
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domainOf(verifier), structHash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[signer], digest);
        return abi.encodePacked(r, s, v);
    }

    function signVote(bytes32 id, address voter, bool support) internal view returns (bytes memory) {
        return signFor(
            address(charters),
            voter,
            keccak256(abi.encode(keccak256("Vote(bytes32 charterId,bool support)"), id, support))
        );
    }

    function signJoin(bytes32 id, address member, string memory endpoint) internal view returns (bytes memory) {
        return signFor(
            address(charters),
            member,
            keccak256(abi.encode(keccak256("Join(bytes32 charterId,string endpoint)"), id, keccak256(bytes(endpoint))))
        );
    }

    function sign(address holder, bytes32 structHash) internal view returns (bytes memory) {
        return signFor(address(rounds), holder, structHash);
    }

    function signAll(bytes32 structHash) internal view virtual returns (bytes[] memory signatures) {
        signatures = new bytes[](committee.length);
        for (uint256 i; i < committee.length; ++i) {
            signatures[i] = sign(committee[i], structHash);
        }
    }

    // An attempt, phase by phase. Preimages and keys differ between attempts.

    function preimage(bytes32 purpose, uint256 i) internal view returns (bytes32) {
        Facts memory facts = rounds.factsOf(runId);
        return keccak256(abi.encode(purpose, facts.round, facts.attempt, committee[i]));
    }

    function preimages(bytes32 purpose) internal view virtual returns (bytes32[] memory all) {
        all = new bytes32[](committee.length);
        for (uint256 i; i < committee.length; ++i) {
            all[i] = preimage(purpose, i);
        }
    }

    function aCommittee() internal view returns (Seat[] memory seats, bytes[] memory signatures) {
        seats = new Seat[](committee.length);
        signatures = new bytes[](committee.length);
        for (uint256 i; i < committee.length; ++i) {
            seats[i] = Seat({
                holder: committee[i],
                sealKey: preimage("seal key", i),
                openCommit: keccak256(abi.encode(preimage("open", i))),
                queryCommit: keccak256(abi.encode(preimage("query", i)))
            });
            signatures[i] = sign(committee[i], seatMessage(seats[i]));
        }
    }

    function seatMessage(Seat memory s) internal view returns (bytes32) {
        Facts memory facts = rounds.factsOf(runId);
        return keccak256(
            abi.encode(
                keccak256(
                    "Seat(bytes32 runId,uint32 round,uint32 attempt,bytes32 sealKey,bytes32 openCommit,bytes32 queryCommit)"
                ),
                runId,
                facts.round,
                facts.attempt,
                s.sealKey,
                s.openCommit,
                s.queryCommit
            )
        );
    }

    function closedMessage(string memory name) internal view returns (bytes32) {
        Facts memory facts = rounds.factsOf(runId);
        return keccak256(
            abi.encode(
                keccak256(
                    abi.encodePacked(
                        name,
                        "(bytes32 runId,uint32 round,uint32 attempt,bytes32 committeeHash,bytes32 root,bytes32 blob)"
                    )
                ),
                runId,
                facts.round,
                facts.attempt,
                facts.committeeHash,
                ROOT,
                BLOB
            )
        );
    }

    function aVerdict() internal view returns (Verified memory) {
        uint16 k = uint16(committee.length);
        return Verified({
            verifierRoot: verifierRootOf(),
            acceptRoot: keccak256("accept set"),
            updates: k,
            noises: k,
            blob: BLOB
        });
    }

    function verifiedMessage(Verified memory v) internal view returns (bytes32) {
        Facts memory facts = rounds.factsOf(runId);
        bytes32 typeHash = keccak256(
            "Verified(bytes32 runId,uint32 round,uint32 attempt,bytes32 committeeHash,bytes32 uploadRoot,bytes32 verifierRoot,bytes32 acceptRoot,uint16 updates,uint16 noises,bytes32 blob)"
        );
        return keccak256(
            bytes.concat(
                abi.encode(typeHash, runId, facts.round, facts.attempt, facts.committeeHash, facts.uploadRoot),
                abi.encode(v.verifierRoot, v.acceptRoot, v.updates, v.noises, v.blob)
            )
        );
    }

    function verifierRootOf() internal view virtual returns (bytes32) {
        return keccak256("verifier shares");
    }

    /// @param i Which share, from 0 on.
    function shareDigestOf(uint256 i) internal view virtual returns (bytes32) {
        return keccak256(abi.encode("aggregate share", i));
    }

    function shareDigests() internal view returns (bytes32[] memory digests) {
        digests = new bytes32[](committee.length);
        for (uint256 i; i < committee.length; ++i) {
            digests[i] = shareDigestOf(i);
        }
    }

    function unmaskSignatures(bytes32[] memory digests) internal view returns (bytes[] memory signatures) {
        Facts memory facts = rounds.factsOf(runId);
        signatures = new bytes[](committee.length);
        for (uint256 i; i < committee.length; ++i) {
            bytes32 typeHash =
                keccak256("Unmasked(bytes32 runId,uint32 round,uint32 attempt,bytes32 acceptRoot,bytes32 shareDigest)");
            signatures[i] = sign(
                committee[i],
                keccak256(abi.encode(typeHash, runId, facts.round, facts.attempt, facts.acceptRoot, digests[i]))
            );
        }
    }

    function settledMessage(bytes32 modelHash) internal view returns (bytes32) {
        Facts memory facts = rounds.factsOf(runId);
        return keccak256(
            abi.encode(
                keccak256(
                    "Settled(bytes32 runId,uint32 round,uint32 attempt,bytes32 acceptRoot,bytes32 aggregateRoot,bytes32 modelHash,bytes32 blob)"
                ),
                runId,
                facts.round,
                facts.attempt,
                facts.acceptRoot,
                ROOT,
                modelHash,
                BLOB
            )
        );
    }

    /// @param count How many of the members sign, the first of them.
    function aStop(uint256 count) internal view returns (Reading[] memory readings, bytes[] memory signatures) {
        uint32 round = rounds.factsOf(runId).round;
        bytes32 typeHash = keccak256("Stop(bytes32 runId,uint32 round,uint64 bytesSent,uint64 milliseconds)");
        readings = new Reading[](count);
        signatures = new bytes[](count);
        for (uint64 i; i < count; ++i) {
            readings[i] = Reading(members[i], 1_000_000 + i, 60_000 + i);
            signatures[i] = sign(members[i], keccak256(abi.encode(typeHash, runId, round, 1_000_000 + i, 60_000 + i)));
        }
    }

    function modelAfter(uint256 round) internal pure returns (bytes32) {
        return keccak256(abi.encode("model after", round));
    }

    /// @dev A second and two blocks pass: enough for a beacon.
    function tick() internal {
        vm.warp(block.timestamp + 1);
        vm.roll(block.number + 2);
    }

    /// @dev Makes the transition that the phase asks for.
    function step() internal virtual {
        land(transitionOf(rounds.phaseOf(runId)));
    }

    function move() internal {
        step();
        tick();
    }

    /// @dev Walks the current attempt to a phase.
    function moveTo(uint8 phase) internal {
        while (rounds.phaseOf(runId) != phase) move();
    }

    function playRound() internal {
        for (uint256 i; i < 8; ++i) {
            move();
        }
    }

    /// @dev The call that would move the run on from `phase`, signed for the facts as they stand.
    function transitionOf(uint8 phase) internal view virtual returns (bytes memory) {
        if (phase == 0) {
            (Seat[] memory seats, bytes[] memory signatures) = aCommittee();
            return abi.encodeCall(IRounds.seat, (runId, seats, signatures));
        }
        if (phase == 1) {
            bytes[] memory signatures = signAll(closedMessage("NoiseClosed"));
            return abi.encodeCall(IRounds.closeNoise, (runId, committee, ROOT, BLOB, signatures));
        }
        if (phase == 2) return abi.encodeCall(IRounds.open, (runId, preimages("open")));
        if (phase == 3) {
            bytes[] memory signatures = signAll(closedMessage("UploadsClosed"));
            return abi.encodeCall(IRounds.closeUploads, (runId, committee, ROOT, BLOB, signatures));
        }
        if (phase == 4) return abi.encodeCall(IRounds.query, (runId, preimages("query")));
        if (phase == 5) {
            Verified memory v = aVerdict();
            return abi.encodeCall(IRounds.recordVerified, (runId, committee, v, signAll(verifiedMessage(v))));
        }
        if (phase == 6) {
            bytes32[] memory digests = shareDigests();
            return abi.encodeCall(IRounds.recordUnmasked, (runId, committee, digests, unmaskSignatures(digests)));
        }
        bytes32 model = modelAfter(rounds.factsOf(runId).round);
        bytes[] memory all = signAll(settledMessage(model));
        return abi.encodeCall(IRounds.settle, (runId, committee, ROOT, model, BLOB, all));
    }

    /// @dev Succeeds too where a revert was expected and came.
    function land(bytes memory transition) internal {
        (bool done,) = address(rounds).call(transition);
        assertTrue(done, "the transition lands");
    }
}
