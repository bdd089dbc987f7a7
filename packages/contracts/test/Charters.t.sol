// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICharters} from "../src/interfaces/ICharters.sol";
import {ISigned} from "../src/interfaces/ISigned.sol";
import {Charter} from "../src/types/Charter.sol";
import {Consortium} from "./Consortium.sol";
import {Vm} from "./Test.sol";

/// @dev Proposing, voting, joining. The floors have a test of their own.
contract ChartersTest is Consortium {
    bytes32 private _id;

    function setUp() public {
        found(6);
        _id = charters.propose(aCharter());
    }

    function test_CH11_theIdIsTheHashOfTheStruct() public {
        Charter memory charter = aCharter();
        assertEq(_id, keccak256(abi.encode(charter)), "charterId");
        assertEq(keccak256(abi.encode(charters.charterOf(_id))), _id, "what is kept is what was proposed");
        vm.expectRevert(abi.encodeWithSelector(ICharters.AlreadyProposed.selector, _id));
        charters.propose(charter);
    }

    function test_CH11_anAmendmentNamesACharterThatExists() public {
        Charter memory charter = aCharter();
        charter.succeeds = keccak256("nothing");
        vm.expectRevert(abi.encodeWithSelector(ICharters.UnknownCharter.selector, charter.succeeds));
        charters.propose(charter);
        charter.succeeds = _id;
        bytes32 next = charters.propose(charter);
        assertEq(charters.charterOf(next).succeeds, _id, "succeeds");
    }

    function test_CH11_eventsCarryTheCharterAndTheVotes() public {
        Charter memory charter = aCharter();
        charter.succeeds = _id;
        vm.recordLogs();
        bytes32 id = charters.propose(charter);
        charters.castVote(id, members[2], false, signVote(id, members[2], false));
        charters.join(id, members[2], "http://localhost:1", signJoin(id, members[2], "http://localhost:1"));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs[0].topics[0], ICharters.Proposed.selector, "Proposed");
        assertEq(logs[0].topics[1], id, "charterId");
        assertEq(logs[0].topics[2], bytes32(uint256(uint160(address(this)))), "proposer");
        assertEq(keccak256(logs[0].data), id, "the whole charter");
        assertEq(logs[1].topics[0], ICharters.Voted.selector, "Voted");
        assertEq(logs[1].topics[2], bytes32(uint256(uint160(members[2]))), "voter");
        assertEq(abi.decode(logs[1].data, (uint256)), 0, "against");
        assertEq(logs[2].topics[0], ICharters.Joined.selector, "Joined");
        assertEq(keccak256(logs[2].data), keccak256(abi.encode("http://localhost:1")), "endpoint");
    }

    function test_CH11_passesWhenMoreThanHalfVotedForIt() public {
        vm.warp(START + 10);
        _vote(0, true);
        _vote(1, true);
        _vote(2, true);
        _vote(3, false);
        assertTrue(!charters.passed(_id) && charters.passedAt(_id) == 0, "half is not more than half");
        vm.warp(START + 20);
        _vote(4, true);
        assertTrue(charters.passed(_id), "four of six");
        vm.warp(START + 30);
        _vote(5, true);
        assertEq(charters.passedAt(_id), START + 20, "when it passed, not the last vote");
    }

    function test_CH11_noVoteAfterTheVotingPeriod() public {
        bytes memory signature = signVote(_id, members[0], true);
        vm.warp(START + 3600);
        vm.expectRevert(abi.encodeWithSelector(ICharters.VotingClosed.selector, _id, START + 3600, START + 3600));
        charters.castVote(_id, members[0], true, signature);
        vm.warp(START + 3599);
        charters.castVote(_id, members[0], true, signature);
    }

    function test_CH6_oneVoteAMember() public {
        _vote(0, false);
        bytes memory signature = signVote(_id, members[0], true);
        vm.expectRevert(abi.encodeWithSelector(ICharters.AlreadyVoted.selector, _id, members[0]));
        charters.castVote(_id, members[0], true, signature);
    }

    function test_CH6_onlyMembersVoteAndJoin() public {
        address stranger = vm.addr(7);
        keys[stranger] = 7;
        bytes memory vote = signVote(_id, stranger, true);
        vm.expectRevert(abi.encodeWithSelector(ICharters.NotMember.selector, _id, stranger));
        charters.castVote(_id, stranger, true, vote);
        bytes memory joining = signJoin(_id, stranger, "x");
        vm.expectRevert(abi.encodeWithSelector(ICharters.NotMember.selector, _id, stranger));
        charters.join(_id, stranger, "x", joining);
        assertTrue(!charters.isMember(_id, stranger), "stranger");
        assertTrue(!charters.isMember(keccak256("nothing"), members[0]), "unknown charter");
        for (uint256 i; i < 6; ++i) {
            assertTrue(charters.isMember(_id, members[i]), "member");
        }
        assertEq(charters.membersOf(_id).length, 6, "members");
    }

    function test_CH6_aVoteIsTheVotersOwn() public {
        bytes memory refused = abi.encodeWithSelector(ISigned.BadSignature.selector, members[1]);
        bytes memory another = signVote(_id, members[0], true);
        vm.expectRevert(refused);
        charters.castVote(_id, members[1], true, another);
        bytes memory against = signVote(_id, members[1], false);
        vm.expectRevert(refused);
        charters.castVote(_id, members[1], true, against);
        bytes memory elsewhere = signVote(keccak256("another charter"), members[1], true);
        vm.expectRevert(refused);
        charters.castVote(_id, members[1], true, elsewhere);
    }

    function test_CH6_signaturesAreOfOneContractAndOneChain() public {
        bytes memory refused = abi.encodeWithSelector(ISigned.BadSignature.selector, members[0]);
        bytes32 vote = keccak256(abi.encode(keccak256("Vote(bytes32 charterId,bool support)"), _id, true));
        bytes memory elsewhere = signFor(address(rounds), members[0], vote);
        vm.expectRevert(refused);
        charters.castVote(_id, members[0], true, elsewhere);
        bytes memory here = signVote(_id, members[0], true);
        vm.chainId(block.chainid + 1);
        vm.expectRevert(refused);
        charters.castVote(_id, members[0], true, here);
    }

    function test_CH6_aMemberMovesButIsNotMovedBack() public {
        bytes memory first = signJoin(_id, members[0], "http://one");
        charters.join(_id, members[0], "http://one", first);
        charters.join(_id, members[0], "http://two", signJoin(_id, members[0], "http://two"));
        vm.expectRevert(abi.encodeWithSelector(ICharters.AlreadyJoined.selector, _id, members[0], "http://one"));
        charters.join(_id, members[0], "http://one", first);
        bytes memory second = signJoin(_id, members[0], "http://three");
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, members[0]));
        charters.join(_id, members[0], "http://four", second);
    }

    function test_CH11_anUnknownCharterIsRefusedEverywhere() public {
        bytes32 nothing = keccak256("nothing");
        bytes memory refused = abi.encodeWithSelector(ICharters.UnknownCharter.selector, nothing);
        vm.expectRevert(refused);
        charters.charterOf(nothing);
        vm.expectRevert(refused);
        charters.castVote(nothing, members[0], true, "");
        vm.expectRevert(refused);
        charters.join(nothing, members[0], "x", "");
        assertTrue(!charters.passed(nothing), "passed");
    }

    function testFuzz_CH11_passedIsMoreThanHalf(uint256 ballots) public {
        uint256 votesFor;
        for (uint256 i; i < 6; ++i) {
            bool support = ballots >> i & 1 == 1;
            if (support) ++votesFor;
            _vote(i, support);
            assertTrue(charters.passed(_id) == votesFor * 2 > 6, "passed");
        }
    }

    function _vote(uint256 i, bool support) private {
        charters.castVote(_id, members[i], support, signVote(_id, members[i], support));
    }
}
