// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// What may be spent, and how many must take part.
struct Limits {
    /// Rounds of the run.
    uint32 rounds;
    /// Fewest accepted updates of a round, at least 3.
    uint16 minCohort;
    /// Privacy budget ε, wad (1e-18).
    uint64 epsilonCap;
    /// δ = 10^-deltaExponent, 1 … 18.
    uint8 deltaExponent;
    /// Seconds since 1970: no attempt is seated after it.
    uint64 sunset;
    /// Gas that the run's phase transactions may use, 0: no cap.
    uint64 gasCap;
}

/// Seconds that each phase may take.
struct Deadlines {
    uint32 seat;
    uint32 noise;
    uint32 open;
    uint32 upload;
    uint32 query;
    uint32 verify;
    uint32 unmask;
    uint32 settle;
}

/// Parameters of the secure aggregation; names and floors in spec/aggregation.md §2.
struct Aggregation {
    uint8 field;
    uint32 d;
    uint64 bound;
    uint64 noiseBound;
    uint64 recordBound;
    uint32 maxRecords;
    uint64 sigma;
    uint16 honest;
    uint16 minNoise;
    uint16 shares;
    uint8 holders;
    uint16 wireLength;
    uint32 chunk;
    uint8 normProofs;
    uint8 validityProofs;
    uint8 checks;
    uint8 unit;
    bytes32 matrixSeed;
}

/// The rules of one run (spec/charter.md). Its id is keccak256(abi.encode(charter)).
struct Charter {
    uint16 version;
    /// 0, or the charter that this one replaces.
    bytes32 succeeds;
    /// SHA-256 of the readable charter.
    bytes32 textDigest;
    /// SHA-256 of the model state that round 0 starts from.
    bytes32 initialModel;
    /// Strictly ascending.
    address[] members;
    uint64 votingSeconds;
    Limits limits;
    Deadlines deadlines;
    Aggregation aggregation;
}
