// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICharters} from "../src/interfaces/ICharters.sol";
import {Charter} from "../src/types/Charter.sol";
import {Consortium} from "./Consortium.sol";

/// @dev Every floor refuses the least step beyond it and lets its edge pass; charters that pass differ by their text.
contract CharterFloorsTest is Consortium {
    uint64 private constant F32_MOST = 1_883;
    uint64 private constant F64_MOST = 123_418_600;
    uint256 private _texts;

    function setUp() public {
        found(6);
    }

    function test_CH11_version() public {
        Charter memory c = aCharter();
        c.version = 1;
        _refused(c, "version", 1, 2);
        c.version = 3;
        _refused(c, "version", 3, 2);
    }

    function test_CH6_membersAscend() public {
        Charter memory c = aCharter();
        (c.members[2], c.members[3]) = (c.members[3], c.members[2]);
        vm.expectRevert(abi.encodeWithSelector(ICharters.MembersNotAscending.selector, 3));
        charters.propose(c);
        c.members = members;
        c.members[5] = c.members[4];
        vm.expectRevert(abi.encodeWithSelector(ICharters.MembersNotAscending.selector, 5));
        charters.propose(c);
        c.members = members;
        c.members[0] = address(0);
        vm.expectRevert(abi.encodeWithSelector(ICharters.MembersNotAscending.selector, 0));
        charters.propose(c);
    }

    function test_AG1_members() public {
        Charter memory c = aCharter();
        c.members = _accounts(2);
        _refused(c, "AG1 members", 2, 3);
        c.members = _accounts(256);
        _refused(c, "AG1 members", 256, 255);
        c.members = _accounts(255);
        c.aggregation.shares = 255;
        _accepted(c);
    }

    function test_CH7_aConsortiumsMembersHoldOneShareEach() public {
        Charter memory c = aCharter();
        c.aggregation.shares = 5;
        _refused(c, "CH7 shares", 5, 6);
        c.aggregation.shares = 6;
        c.aggregation.holders = 0;
        _refused(c, "CH7 holders", 0, 1);
        c.aggregation.holders = 3;
        _refused(c, "CH7 holders", 3, 1);
    }

    function test_CH7_aCommitteeHasTwoTo64Shares() public {
        Charter memory c = aCharter();
        c.aggregation.holders = 2;
        c.aggregation.shares = 1;
        _refused(c, "CH7 shares", 1, 2);
        c.aggregation.shares = 65;
        _refused(c, "CH7 shares", 65, 64);
        c.aggregation.shares = 2;
        _accepted(c);
        c.aggregation.shares = 64;
        _accepted(c);
    }

    function test_CM2_aCommitteesAttemptEndsBeforeItsStakesAreFree() public {
        Charter memory c = aCharter();
        c.deadlines.seat = 3 days;
        _accepted(c); // a consortium's members have no stake
        c.aggregation.holders = 2;
        _refused(c, "CM2 deadlines", 3 days + 3500, 3 days);
        c.deadlines.seat = 3 days - 3499;
        _refused(c, "CM2 deadlines", 3 days + 1, 3 days);
        c.deadlines.seat = 3 days - 3500;
        _accepted(c);
    }

    function test_CH11_votingSeconds() public {
        Charter memory c = aCharter();
        c.votingSeconds = 0;
        _refused(c, "CH11 votingSeconds", 0, 1);
        c.votingSeconds = 1;
        _accepted(c);
    }

    function test_CH5_minCohort() public {
        Charter memory c = aCharter();
        c.limits.minCohort = 2;
        _refused(c, "CH5 minCohort", 2, 3);
        c.limits.minCohort = 7;
        _refused(c, "CH5 minCohort", 7, 6);
        c.limits.minCohort = 6;
        _accepted(c);
    }

    function test_CH8_limits() public {
        Charter memory c = aCharter();
        c.limits.rounds = 0;
        _refused(c, "CH8 rounds", 0, 1);
        c.limits.rounds = 1;
        c.limits.sunset = uint64(START + 3599);
        _refused(c, "CH8 sunset", START + 3599, START + 3600);
        c.limits.sunset = type(uint64).max;
        _accepted(c);
    }

    function test_CH4_deltaExponent() public {
        Charter memory c = aCharter();
        c.limits.deltaExponent = 0;
        _refused(c, "CH4 deltaExponent", 0, 1);
        c.limits.deltaExponent = 19;
        _refused(c, "CH4 deltaExponent", 19, 18);
    }

    function test_LG2_theCapPaysForOneRound() public {
        Charter memory c = aCharter();
        c.limits.epsilonCap = 0;
        _refused(c, "LG2 price", 0.02e18 + 1, 0);
    }

    function test_RD4_everyPhaseHasTime() public {
        Charter memory c = aCharter();
        c.deadlines.seat = 0;
        _refused(c, "RD4 seat", 0, 1);
        (c.deadlines.seat, c.deadlines.noise) = (1, 0);
        _refused(c, "RD4 noise", 0, 1);
        (c.deadlines.noise, c.deadlines.open) = (1, 0);
        _refused(c, "RD4 open", 0, 1);
        (c.deadlines.open, c.deadlines.upload) = (1, 0);
        _refused(c, "RD4 upload", 0, 1);
        (c.deadlines.upload, c.deadlines.query) = (1, 0);
        _refused(c, "RD4 query", 0, 1);
        (c.deadlines.query, c.deadlines.verify) = (1, 0);
        _refused(c, "RD4 verify", 0, 1);
        (c.deadlines.verify, c.deadlines.unmask) = (1, 0);
        _refused(c, "RD4 unmask", 0, 1);
        (c.deadlines.unmask, c.deadlines.settle) = (1, 0);
        _refused(c, "RD4 settle", 0, 1);
        c.deadlines.settle = 1;
        _accepted(c);
    }

    function test_AG1_fieldAndCoordinates() public {
        Charter memory c = aCharter();
        c.aggregation.field = 40;
        _refused(c, "AG1 field", 40, 32);
        c.aggregation.field = 64;
        c.aggregation.d = 0;
        _refused(c, "AG1 d", 0, 1);
        c.aggregation.d = 2 ** 24 - 2 * 4096 + 1;
        _refused(c, "AG1 D", 2 ** 24 + 4096, 2 ** 24);
    }

    function test_CM10_noHolderPromisesMoreThanItCanPublish() public {
        found(8);
        Charter memory c = aCharter();
        // 8 MiB are 2^20 elements: a block more is too much.
        c.aggregation.d = 2 ** 20 - 2 * 4096;
        c.aggregation.noiseBound = F64_MOST;
        c.aggregation.wireLength = 4096;
        c.aggregation.chunk = 260;
        _refused(c, "CM10 share", 2 ** 23 + 1, 2 ** 23);
        c.aggregation.d -= 4096;
        c.aggregation.chunk = 256;
        charters.propose(c);
        // The values of one norm proof at a point: (D - 4096) / 31, rounded up to a multiple of 4.
        c.aggregation.wireLength = 32;
        c.aggregation.chunk = 33_696;
        uint256 values = 33_696 + 2 + 3 * 128 + 2;
        _refused(c, "CM10 file", 5 + 16 * (41 + 16 * values), 2 ** 23);
    }

    function test_AG1_bounds() public {
        Charter memory c = aCharter();
        c.aggregation.bound = 0;
        _refused(c, "AG1 bound", 0, 1);
        c.aggregation.bound = F64_MOST + 1;
        _refused(c, "AG1 bound", F64_MOST + 1, F64_MOST);
        c.aggregation.bound = F64_MOST;
        c.aggregation.noiseBound = F64_MOST + 1;
        _refused(c, "AG1 noiseBound", F64_MOST + 1, F64_MOST);
        c.aggregation.noiseBound = F64_MOST;
        _accepted(c);

        c = _small();
        c.aggregation.bound = F32_MOST + 1;
        _refused(c, "AG1 bound", F32_MOST + 1, F32_MOST);
        c.aggregation.bound = F32_MOST;
        c.aggregation.noiseBound = F32_MOST + 1;
        _refused(c, "AG1 noiseBound", F32_MOST + 1, F32_MOST);
        c.aggregation.noiseBound = F32_MOST;
        _accepted(c);
    }

    /// @dev Where the largest bounds come from, and why `propose` needs no other floor for them.
    function test_AG1_theLargestBoundsKeepEveryFloor() public pure {
        _keepsFloors(F64_MOST, 2 ** 64 - 2 ** 32 + 1, 2 ** 46);
        _keepsFloors(F32_MOST, 2 ** 32 - 2 ** 20 + 1, 2 ** 30);
    }

    function _keepsFloors(uint256 b, uint256 q, uint256 short) private pure {
        assertTrue(9 * _wrap(b) ** 2 <= q && 9 * _wrap(b + 1) ** 2 > q, "the largest b with 9 wrap^2 <= q");
        assertTrue(3 * b ** 2 + 2 < q, "the norm proof");
        assertTrue(2 * 255 * (b + b) <= short, "the sum of all members");
    }

    /// @dev The least power of two of at least ⌈8.7·b⌉ + 1.
    function _wrap(uint256 b) private pure returns (uint256 wrap) {
        for (wrap = 1; wrap < (87 * b + 9) / 10 + 1;) {
            wrap *= 2;
        }
    }

    function test_AG1_noise() public {
        Charter memory c = aCharter();
        c.aggregation.sigma = 2;
        _refused(c, "AG1 sigma", 2, 3);
        c = aCharter();
        uint64 least = c.aggregation.noiseBound;
        c.aggregation.noiseBound = least - 1;
        _refused(c, "AG1 noiseBound", least - 1, least);
        c = aCharter();
        c.aggregation.honest = 0;
        _refused(c, "AG1 honest", 0, 1);
        c.aggregation.honest = 5;
        _refused(c, "AG1 minNoise", 4, 5);
        c.aggregation.minNoise = 7;
        _refused(c, "AG1 minNoise", 7, 6);
        c.aggregation.minNoise = 5;
        _accepted(c);
    }

    function test_AG1_unit() public {
        Charter memory c = aCharter();
        c.aggregation.unit = 3;
        _refused(c, "AG1 unit", 3, 1);
        c.aggregation.unit = 1;
        c.aggregation.recordBound = 0;
        _refused(c, "AG1 recordBound", 0, 1);
        c.aggregation.recordBound = 16384;
        c.aggregation.maxRecords = 0;
        _refused(c, "AG1 maxRecords", 0, 1);
        c.aggregation.maxRecords = 129;
        _refused(c, "AG1 bound", 128 * 16384 + 1024, 129 * 16384 + 1024);
    }

    function test_AG1_proofs() public {
        Charter memory c = aCharter();
        c.aggregation.wireLength = 16;
        _refused(c, "AG1 wireLength", 16, 32);
        c.aggregation.wireLength = 8192;
        _refused(c, "AG1 wireLength", 8192, 4096);
        c.aggregation.wireLength = 100;
        _refused(c, "AG1 wireLength", 100, 64);
        c.aggregation.wireLength = 128;
        c.aggregation.chunk = 97;
        _refused(c, "AG1 chunk", 97, 100);
        c.aggregation.chunk = 100;
        c.aggregation.normProofs = 2;
        _refused(c, "AG1 normProofs", 2, 1);
        c.aggregation.normProofs = 1;
        c.aggregation.validityProofs = 2;
        _refused(c, "AG1 validityProofs", 2, 3);
        c.aggregation.validityProofs = 3;
        c.aggregation.checks = 99;
        _refused(c, "AG1 checks", 99, 100);
        c = _small();
        _accepted(c);
        c.aggregation.normProofs = 1;
        _refused(c, "AG1 normProofs", 1, 2);
        c.aggregation.normProofs = 2;
        c.aggregation.validityProofs = 3;
        _refused(c, "AG1 validityProofs", 3, 5);
    }

    /// @dev A charter over F32: n = 2048, D = 2048 + 4096, L = ⌈6144 / 127⌉ rounded up to 4.
    function _small() private view returns (Charter memory c) {
        c = aCharter();
        c.aggregation.field = 32;
        c.aggregation.sigma = 40;
        c.aggregation.noiseBound = 1800;
        c.aggregation.recordBound = 20;
        c.aggregation.maxRecords = 40;
        c.aggregation.bound = 40 * 20 + 1024;
        c.aggregation.chunk = 52;
        c.aggregation.normProofs = 2;
        c.aggregation.validityProofs = 5;
    }

    function _accounts(uint256 count) private pure returns (address[] memory accounts) {
        accounts = new address[](count);
        for (uint256 i; i < count; ++i) {
            accounts[i] = address(uint160(1000 + i));
        }
    }

    function _refused(Charter memory charter, bytes32 rule, uint256 have, uint256 need) private {
        vm.expectRevert(abi.encodeWithSelector(ICharters.FloorBroken.selector, rule, have, need));
        charters.propose(charter);
    }

    function _accepted(Charter memory charter) private {
        charter.textDigest = bytes32(++_texts);
        charters.propose(charter);
    }
}
