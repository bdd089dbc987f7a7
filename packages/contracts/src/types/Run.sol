// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Deadlines} from "./Charter.sol";

/// What Rounds needs of the charter, copied at the run's first transition: one word beside the deadlines'.
struct Terms {
    uint32 rounds;
    uint16 minCohort;
    uint16 minNoise;
    uint8 deltaExponent;
    uint8 members;
    uint40 sunset;
    uint64 epsilonCap;
    uint64 gasCap;
}

/// The ledger, one word; wad of zCDP ρ. A cap is below 2^66 (LedgerMath.rhoWithin), and spent and price are never above.
struct Budget {
    uint80 spent;
    uint80 cap;
    uint80 price;
}

/// The facts that every transition needs or rewrites, one word.
struct Clock {
    uint32 round;
    uint32 attempt;
    /// Seconds: the block of the attempt's last fact.
    uint40 since;
    uint40 noiseBlock;
    uint40 uploadBlock;
    /// Facts recorded in this attempt: a committee, a noise root, a beacon … (RD1 derives the phase from it).
    uint8 recorded;
    /// Seats of this attempt's committee, k.
    uint8 seats;
    /// What is left of the charter's gasCap, or of 2^56 - 1 where there is none.
    uint56 gasLeft;
}

/// A run. Its words are the same ones in every attempt (RD3); what an attempt has not recorded yet is stale.
struct Run {
    Deadlines deadlines;
    Terms terms;
    Budget budget;
    Clock clock;
    /// keccak256(abi.encode(Seat[])).
    bytes32 committeeHash;
    /// keccak256 of the seats' holders, open commitments and query commitments: 32 bytes each, in seat order.
    bytes32 holdersHash;
    bytes32 openCommits;
    bytes32 queryCommits;
    bytes32 noiseRoot;
    bytes32 openBeacon;
    bytes32 uploadRoot;
    bytes32 verifyBeacon;
    bytes32 acceptRoot;
    /// The model that the round starts from.
    bytes32 model;
}

/// One transition in memory: loaded once, written once.
struct Turn {
    bytes32 runId;
    /// EIP-712 domain separator of Rounds.
    bytes32 domain;
    uint256 gasBefore;
    Clock clock;
}
