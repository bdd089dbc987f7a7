// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICharters} from "../interfaces/ICharters.sol";
import {Aggregation, Charter, Deadlines, Limits} from "../types/Charter.sol";
import {LedgerMath} from "./LedgerMath.sol";

/// @title What no charter may fall below, whatever its members vote
/// @notice The floors of spec/aggregation.md AG1 (twin: `checkParams` in protocol/src/params.ts) and of spec/charter.md.
/// Each reverts with `FloorBroken(rule, have, need)`.
library CharterFloors {
    /// u8 j names a share (AG11), and k = N.
    uint256 private constant MOST_MEMBERS = 255;
    uint256 private constant CHECKS = 100;
    /// A committee's 2k seats are bits of one half word.
    uint256 private constant MOST_SHARES = 64;
    /// From a snapshot of the roster to the end of the attempt that is drawn from it pass at most twice the sum of all
    /// deadlines: less than stakes stay locked.
    uint256 private constant MOST_SECONDS = 3 days;
    /// A file of 512 pieces: the longest whose list is no longer than a piece, so that it can be asked for and answered.
    uint256 private constant MOST_FILE = 512 * 16_384;
    /// The gadget of a validity proof has at most 63 products (AG1): so many values at a point, and two.
    uint256 private constant VALIDITY_VALUES = 128;

    function check(Charter calldata charter) internal view {
        uint256 members = charter.members.length;
        _exactly("version", charter.version, 2);
        _atLeast("AG1 members", members, 3);
        _atMost("AG1 members", members, MOST_MEMBERS);
        for (uint256 i = 1; i < members; ++i) {
            if (charter.members[i] <= charter.members[i - 1]) revert ICharters.MembersNotAscending(i);
        }
        if (charter.members[0] == address(0)) revert ICharters.MembersNotAscending(0);
        _atLeast("CH11 votingSeconds", charter.votingSeconds, 1);
        _checkDeadlines(charter.deadlines);
        _checkAggregation(charter.aggregation, members);
        _checkHolders(charter, members);
        _checkLimits(charter, members);
    }

    function _checkLimits(Charter calldata charter, uint256 members) private view {
        Limits calldata limits = charter.limits;
        _atLeast("CH8 rounds", limits.rounds, 1);
        _atLeast("CH5 minCohort", limits.minCohort, 3);
        _atMost("CH5 minCohort", limits.minCohort, members);
        _atLeast("CH8 sunset", limits.sunset, block.timestamp + charter.votingSeconds);
        _atLeast("CH4 deltaExponent", limits.deltaExponent, 1);
        _atMost("CH4 deltaExponent", limits.deltaExponent, 18);
        // A run that cannot pay for one round could never open a sum.
        uint256 rhoCap = LedgerMath.rhoWithin(limits.epsilonCap, limits.deltaExponent);
        _atMost("LG2 price", price(charter.aggregation), rhoCap);
    }

    /// @notice LG1: what a round of this charter costs, wad of zCDP ρ. The struct must have passed the floors.
    function price(Aggregation memory aggregation) internal pure returns (uint256) {
        uint64 sensitivity = aggregation.unit == 1 ? aggregation.recordBound : aggregation.bound;
        return LedgerMath.rhoPerRound(sensitivity, aggregation.sigma, aggregation.honest);
    }

    function _checkDeadlines(Deadlines calldata deadlines) private pure {
        _atLeast("RD4 seat", deadlines.seat, 1);
        _atLeast("RD4 noise", deadlines.noise, 1);
        _atLeast("RD4 open", deadlines.open, 1);
        _atLeast("RD4 upload", deadlines.upload, 1);
        _atLeast("RD4 query", deadlines.query, 1);
        _atLeast("RD4 verify", deadlines.verify, 1);
        _atLeast("RD4 unmask", deadlines.unmask, 1);
        _atLeast("RD4 settle", deadlines.settle, 1);
    }

    function _checkAggregation(Aggregation calldata a, uint256 members) private pure {
        if (a.field != 64) _exactly("AG1 field", a.field, 32);
        bool small = a.field == 32;
        uint256 ring = small ? 2048 : 4096;

        _atLeast("AG1 d", a.d, 1);
        uint256 length = Math.ceilDiv(a.d, ring) * ring + 2 * ring;
        _atMost("AG1 D", length, 2 ** 24);

        // The largest b with 9·wrap² ≤ q; it implies 3b² + 2 < q and, for at most 255 members, the floor of the sum.
        uint256 most = small ? 1_883 : 123_418_600;
        _atLeast("AG1 bound", a.bound, 1);
        _atMost("AG1 bound", a.bound, most);
        _atMost("AG1 noiseBound", a.noiseBound, most);

        if (a.unit != 2) {
            _exactly("AG1 unit", a.unit, 1);
            _atLeast("AG1 recordBound", a.recordBound, 1);
            _atLeast("AG1 maxRecords", a.maxRecords, 1);
            _atLeast("AG1 bound", a.bound, uint256(a.maxRecords) * a.recordBound + 1024);
        }

        _atLeast("AG1 sigma", a.sigma, 3);
        uint256 coordinates = a.d + 12 * Math.sqrt(a.d, Math.Rounding.Ceil) + 100;
        uint256 energy = uint256(a.sigma) * a.sigma * coordinates + 2 * ring * 16;
        _atLeast("AG1 noiseBound", a.noiseBound, Math.sqrt(energy, Math.Rounding.Ceil));
        _atLeast("AG1 honest", a.honest, 1);
        _atLeast("AG1 minNoise", a.minNoise, a.honest);
        _atMost("AG1 minNoise", a.minNoise, members);

        _atLeast("AG1 wireLength", a.wireLength, 32);
        _atMost("AG1 wireLength", a.wireLength, 4096);
        _exactly("AG1 wireLength", a.wireLength, 2 ** Math.log2(a.wireLength));
        _exactly("AG1 chunk", a.chunk, Math.ceilDiv(Math.ceilDiv(length, a.wireLength - 1), 4) * 4);
        _exactly("AG1 normProofs", a.normProofs, small ? 2 : 1);
        _exactly("AG1 validityProofs", a.validityProofs, small ? 5 : 3);
        _exactly("AG1 checks", a.checks, CHECKS);
        _checkFiles(a, length, members);
    }

    /// @dev CM10: no holder may promise what it could not publish. A file names every report and may hold V_j and V₀ of
    /// each (spec/rounds.md).
    function _checkFiles(Aggregation calldata a, uint256 length, uint256 members) private pure {
        uint256 bytes_ = a.field / 8;
        _atMost("CM10 share", 1 + length * bytes_, MOST_FILE);
        uint256 values = uint256(a.normProofs) * (uint256(a.chunk) + 2) + a.validityProofs * VALIDITY_VALUES + 2;
        _atMost("CM10 file", 5 + 2 * members * (41 + 2 * values * bytes_), MOST_FILE);
    }

    /// @dev CH7: a consortium seats every member with one share; a committee's shares have two holders each (CM2).
    function _checkHolders(Charter calldata charter, uint256 members) private pure {
        Aggregation calldata a = charter.aggregation;
        if (a.holders != 2) {
            _exactly("CH7 holders", a.holders, 1);
            return _exactly("CH7 shares", a.shares, members);
        }
        _atLeast("CH7 shares", a.shares, 2);
        _atMost("CH7 shares", a.shares, MOST_SHARES);
        Deadlines calldata d = charter.deadlines;
        uint256 sum = uint256(d.seat) + d.noise + d.open + d.upload + d.query + d.verify + d.unmask + d.settle;
        _atMost("CM2 deadlines", sum, MOST_SECONDS);
    }

    function _atLeast(bytes32 rule, uint256 have, uint256 need) private pure {
        if (have < need) revert ICharters.FloorBroken(rule, have, need);
    }

    function _atMost(bytes32 rule, uint256 have, uint256 need) private pure {
        if (have > need) revert ICharters.FloorBroken(rule, have, need);
    }

    function _exactly(bytes32 rule, uint256 have, uint256 need) private pure {
        if (have != need) revert ICharters.FloorBroken(rule, have, need);
    }
}
