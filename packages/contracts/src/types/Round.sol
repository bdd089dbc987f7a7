// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// A holder's place in one attempt's committee.
struct Seat {
    address holder;
    /// X25519 public key of this attempt alone.
    bytes32 sealKey;
    /// keccak256 of the preimage that `open` reveals.
    bytes32 openCommit;
    /// keccak256 of the preimage that `query` reveals.
    bytes32 queryCommit;
}

/// A holder's place in one attempt's committee that was drawn. Where nobody sits, `holder` is who was drawn and the rest
/// is 0.
struct CommitteeSeat {
    address holder;
    /// X25519 public key of this attempt alone.
    bytes32 sealKey;
    /// keccak256 of the preimage that `open` reveals.
    bytes32 openCommit;
    /// keccak256 of the preimage that `query` reveals.
    bytes32 queryCommit;
    /// keccak256 of the preimage that `recordUnmaskedCommittee` reveals.
    bytes32 drawCommit;
}

/// What the holders found when they verified an attempt's reports.
struct Verified {
    bytes32 verifierRoot;
    bytes32 acceptRoot;
    /// Accepted update reports.
    uint16 updates;
    /// Accepted noise reports.
    uint16 noises;
    /// SHA-256 of the verified blob.
    bytes32 blob;
}

/// What a member says it has spent on a run, with its wish to stop (RD17).
struct Reading {
    address member;
    uint64 bytesSent;
    /// Of computing.
    uint64 milliseconds;
}

/// The phases of an attempt, and FINISHED of the run.
library Phase {
    uint8 internal constant SEAT = 0;
    uint8 internal constant NOISE = 1;
    uint8 internal constant OPEN = 2;
    uint8 internal constant UPLOAD = 3;
    uint8 internal constant QUERY = 4;
    uint8 internal constant VERIFY = 5;
    uint8 internal constant UNMASK = 6;
    uint8 internal constant SETTLE = 7;
    uint8 internal constant FINISHED = 8;
}

/// What holders of the current attempt promised to publish (CM10).
struct Promised {
    uint32 round;
    uint32 attempt;
    /// Seconds: the run's last fact; 0 where it has none.
    uint40 since;
    /// Seconds that an answer may take.
    uint32 answerSeconds;
    bytes32 committeeHash;
    /// 0 before VERIFIED.
    bytes32 verifierRoot;
    /// keccak256 of the digests of all aggregate shares; 0 before they are recorded.
    bytes32 sharesHash;
}

/// A run as it stands. What this attempt has not recorded yet is 0.
struct Facts {
    uint32 round;
    uint32 attempt;
    uint8 phase;
    /// Seconds: when the phase began.
    uint64 since;
    bytes32 committeeHash;
    bytes32 noiseRoot;
    uint64 noiseBlock;
    bytes32 openBeacon;
    bytes32 uploadRoot;
    uint64 uploadBlock;
    bytes32 verifyBeacon;
    bytes32 acceptRoot;
    /// SHA-256 of the model that this round starts from.
    bytes32 model;
    /// Privacy spent by the run, wad of zCDP ρ.
    uint256 rho;
    /// Gas used by the run's phase transactions, an upper estimate.
    uint64 gasUsed;
}
