// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAggregators} from "../interfaces/IAggregators.sol";
import {ICharters} from "../interfaces/ICharters.sol";

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
    /// k of a committee; 0 of a consortium, whose shares are its seats.
    uint8 shares;
}

/// The ledger, one word; wad of zCDP ρ. A cap is below 2^66 (LedgerMath.rhoWithin), and spent and price are never above.
struct Budget {
    uint80 spent;
    uint80 cap;
    uint80 price;
}

/// What a run starts from, as Charters makes it of the charter that passed.
struct Start {
    /// Seconds: when the charter passed; 0 if it has not, and then so is all else.
    uint40 passedAt;
    uint256 deadlines;
    Terms terms;
    Budget budget;
    /// The model that round 0 starts from.
    bytes32 model;
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
    /// Shares of this attempt's committee, k.
    uint8 seats;
    /// What is left of the charter's gasCap, or of 2^56 - 1 where there is none.
    uint56 gasLeft;
}

/// How far the draw of a committee is, one word (CM3).
struct Lot {
    /// The beacon's block is the one after it.
    uint40 blockNumber;
    bool drawn;
    /// Bit s: nobody sits in seat s.
    uint128 missing;
}

/// A run. Its words are the same ones in every attempt (RD3); what an attempt has not recorded yet is stale.
struct Run {
    /// Seconds that each phase may take, u32 each, SEAT's in the lowest bits.
    uint256 deadlines;
    Terms terms;
    Budget budget;
    Clock clock;
    /// keccak256(abi.encode(Seat[])), or of CommitteeSeat[].
    bytes32 committeeHash;
    /// keccak256 of the seats' holders, and of the shares' open and query commitments: 32 bytes each, in order.
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
    /// What holders promised to publish (CM10): the files under it, and keccak256 of the digests of the shares.
    bytes32 verifierRoot;
    bytes32 sharesHash;
    /// The rest is a committee's. Of the roster that the next seats are drawn from.
    bytes32 rosterHash;
    /// What goes into the beacon beside a block's hash; from the draw on, the beacon.
    bytes32 drawSeed;
    /// As openCommits.
    bytes32 drawCommits;
    Lot lot;
}

/// One transition in memory: loaded once, written once.
struct Turn {
    bytes32 runId;
    /// EIP-712 domain separator of Rounds.
    bytes32 domain;
    uint256 gasBefore;
    /// Bytes of arguments that the transition needs beyond what any transition of its run does.
    uint256 moreBytes;
    ICharters charters;
    IAggregators aggregators;
    Clock clock;
}
