// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CommitteeSeat, Reading, Seat, Verified} from "../types/Round.sol";
import {Clock, Turn} from "../types/Run.sol";

/// @title The EIP-712 messages that holders, and members of a run, sign (spec/rounds.md)
/// @notice Each function returns a struct hash; `runId, round, attempt` come first, so that no message fits elsewhere; `Stop` is of a whole round.
library RoundMessages {
    bytes32 private constant SEAT = keccak256(
        "Seat(bytes32 runId,uint32 round,uint32 attempt,bytes32 sealKey,bytes32 openCommit,bytes32 queryCommit)"
    );
    bytes32 internal constant COMMITTEE_SEAT = keccak256(
        "CommitteeSeat(bytes32 runId,uint32 round,uint32 attempt,bytes32 sealKey,bytes32 openCommit,bytes32 queryCommit,bytes32 drawCommit)"
    );
    bytes32 internal constant NOISE_CLOSED = keccak256(
        "NoiseClosed(bytes32 runId,uint32 round,uint32 attempt,bytes32 committeeHash,bytes32 root,bytes32 blob)"
    );
    bytes32 internal constant UPLOADS_CLOSED = keccak256(
        "UploadsClosed(bytes32 runId,uint32 round,uint32 attempt,bytes32 committeeHash,bytes32 root,bytes32 blob)"
    );
    bytes32 internal constant VERIFIED = keccak256(
        "Verified(bytes32 runId,uint32 round,uint32 attempt,bytes32 committeeHash,bytes32 uploadRoot,bytes32 verifierRoot,bytes32 acceptRoot,uint16 updates,uint16 noises,bytes32 blob)"
    );
    bytes32 internal constant UNMASKED =
        keccak256("Unmasked(bytes32 runId,uint32 round,uint32 attempt,bytes32 acceptRoot,bytes32 shareDigest)");
    bytes32 internal constant SETTLED = keccak256(
        "Settled(bytes32 runId,uint32 round,uint32 attempt,bytes32 acceptRoot,bytes32 aggregateRoot,bytes32 modelHash,bytes32 blob)"
    );

    bytes32 private constant STOP = keccak256("Stop(bytes32 runId,uint32 round,uint64 bytesSent,uint64 milliseconds)");

    /// @return Whether it is the type of what a committee's holder says once an attempt (CM9).
    function isStatement(bytes32 typeHash) internal pure returns (bool) {
        return typeHash == COMMITTEE_SEAT || typeHash == NOISE_CLOSED || typeHash == UPLOADS_CLOSED
            || typeHash == VERIFIED || typeHash == UNMASKED || typeHash == SETTLED;
    }

    function seat(Turn memory turn, Seat calldata s) internal pure returns (bytes32) {
        Clock memory clock = turn.clock;
        return
            keccak256(abi.encode(SEAT, turn.runId, clock.round, clock.attempt, s.sealKey, s.openCommit, s.queryCommit));
    }

    function committeeSeat(Turn memory turn, CommitteeSeat calldata s) internal pure returns (bytes32) {
        Clock memory clock = turn.clock;
        return keccak256(
            abi.encode(
                COMMITTEE_SEAT,
                turn.runId,
                clock.round,
                clock.attempt,
                s.sealKey,
                s.openCommit,
                s.queryCommit,
                s.drawCommit
            )
        );
    }

    /// @param typeHash NOISE_CLOSED or UPLOADS_CLOSED.
    function closed(Turn memory turn, bytes32 typeHash, bytes32 committeeHash, bytes32 root, bytes32 blob)
        internal
        pure
        returns (bytes32)
    {
        Clock memory clock = turn.clock;
        return keccak256(abi.encode(typeHash, turn.runId, clock.round, clock.attempt, committeeHash, root, blob));
    }

    function verified(Turn memory turn, bytes32 committeeHash, bytes32 uploadRoot, Verified calldata v)
        internal
        pure
        returns (bytes32)
    {
        Clock memory clock = turn.clock;
        // `v` is static: it encodes as its fields, in the message's order.
        return keccak256(abi.encode(VERIFIED, turn.runId, clock.round, clock.attempt, committeeHash, uploadRoot, v));
    }

    function unmasked(Turn memory turn, bytes32 acceptRoot, bytes32 shareDigest) internal pure returns (bytes32) {
        Clock memory clock = turn.clock;
        return keccak256(abi.encode(UNMASKED, turn.runId, clock.round, clock.attempt, acceptRoot, shareDigest));
    }

    function settled(Turn memory turn, bytes32 acceptRoot, bytes32 aggregateRoot, bytes32 modelHash, bytes32 blob)
        internal
        pure
        returns (bytes32)
    {
        Clock memory clock = turn.clock;
        return keccak256(
            abi.encode(SETTLED, turn.runId, clock.round, clock.attempt, acceptRoot, aggregateRoot, modelHash, blob)
        );
    }

    /// @notice A member's word, whatever the attempt.
    function stop(bytes32 runId, uint32 round, Reading calldata r) internal pure returns (bytes32) {
        return keccak256(abi.encode(STOP, runId, round, r.bytesSent, r.milliseconds));
    }
}
