// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Aggregators} from "../src/Aggregators.sol";
import {IAggregators} from "../src/interfaces/IAggregators.sol";
import {Stakers} from "./Stakers.sol";

/// @dev Takes its stake back twice, or not at all.
contract OddStaker {
    Aggregators private immutable AGGREGATORS;
    bool private immutable REFUSES;

    constructor(Aggregators aggregators, bool refuses) payable {
        AGGREGATORS = aggregators;
        REFUSES = refuses;
        aggregators.register{value: msg.value}("");
        aggregators.resign();
    }

    function withdraw() external {
        AGGREGATORS.withdraw();
    }

    receive() external payable {
        if (REFUSES) revert();
        AGGREGATORS.withdraw();
    }
}

contract AggregatorsTest is Stakers {
    address private _a;
    address private _b;
    address private _c;

    function setUp() public {
        found();
        (_a, _b, _c) = (aggregator(1), aggregator(2), aggregator(3));
    }

    function test_CM1_nobodyIsRegisteredAtFirst() public view {
        assertEq(aggregators.rounds(), address(this), "its creator");
        assertEq(aggregators.rosterHash(), keccak256(""), "an empty roster");
        assertEq(aggregators.roster().length, 0, "no words");
    }

    function test_CM1_registeringAddsStakeAndPublishesTheEndpoint() public {
        accounts.deal(_a, 3 ether);
        accounts.expectEmit(address(aggregators));
        emit IAggregators.Registered(_a, 1 ether, "https://a.example");
        accounts.prank(_a);
        aggregators.register{value: 1 ether}("https://a.example");
        accounts.expectEmit(address(aggregators));
        emit IAggregators.Registered(_a, 3 ether, "https://a.example/moved");
        accounts.prank(_a);
        aggregators.register{value: 2 ether}("https://a.example/moved");
        assertEq(aggregators.stakeOf(_a), 3 ether, "stake");
        assertEq(aggregators.roster().length, 1, "one entry");
        assertEq(aggregators.roster()[0], wordOf(_a, 3 ether), "its word");
        assertEq(aggregators.rosterHash(), keccak256(abi.encodePacked(_a, uint96(3 ether))), "hash");
    }

    function test_CM1_stakeIsAtLeastTheMinimum() public {
        accounts.deal(_a, 2 ether);
        vm.expectRevert(abi.encodeWithSelector(IAggregators.StakeTooSmall.selector, 1 ether - 1, 1 ether));
        accounts.prank(_a);
        aggregators.register{value: 1 ether - 1}("");
        register(_a, 1 ether);
        register(_a, 1);
        assertEq(aggregators.stakeOf(_a), 1 ether + 1, "any addition");
    }

    function test_CM1_stakeFitsItsWord() public {
        register(_a, 2 ** 96 - 1);
        accounts.deal(_a, 1);
        vm.expectRevert(abi.encodeWithSelector(IAggregators.StakeTooLarge.selector, 2 ** 96, 2 ** 96 - 1));
        accounts.prank(_a);
        aggregators.register{value: 1}("");
        assertEq(aggregators.roster()[0], wordOf(_a, 2 ** 96 - 1), "the largest");
    }

    function test_CM1_theEndpointHasAtMost256Bytes() public {
        accounts.deal(_a, 2 ether);
        accounts.prank(_a);
        aggregators.register{value: 1 ether}(string(new bytes(256)));
        vm.expectRevert(abi.encodeWithSelector(IAggregators.EndpointTooLong.selector, 257, 256));
        accounts.prank(_a);
        aggregators.register{value: 1 ether}(string(new bytes(257)));
    }

    function test_CM1_thePlaceOfOneThatLeavesGoesToTheLast() public {
        register(_a, 1 ether);
        register(_b, 2 ether);
        register(_c, 3 ether);
        accounts.expectEmit(address(aggregators));
        emit IAggregators.Resigned(_a);
        resign(_a);
        bytes memory words = abi.encodePacked(_c, uint96(3 ether), _b, uint96(2 ether));
        assertEq(aggregators.rosterHash(), keccak256(words), "c, b");
        resign(_b);
        assertEq(aggregators.rosterHash(), keccak256(abi.encodePacked(_c, uint96(3 ether))), "c");
        register(_c, 1 ether);
        register(_a, 0);
        words = abi.encodePacked(_c, uint96(4 ether), _a, uint96(1 ether));
        assertEq(aggregators.rosterHash(), keccak256(words), "c, and a again with what it had");
    }

    function test_CM1_onlyTheRegisteredResign() public {
        vm.expectRevert(abi.encodeWithSelector(IAggregators.NotRegistered.selector, _a));
        resign(_a);
        register(_a, 1 ether);
        resign(_a);
        vm.expectRevert(abi.encodeWithSelector(IAggregators.NotRegistered.selector, _a));
        resign(_a);
    }

    function test_CM1_aResignedStakeIsTakenBackAfterTheDelay() public {
        register(_a, 2 ether);
        vm.expectRevert(abi.encodeWithSelector(IAggregators.NotResigned.selector, _a));
        withdraw(_a);
        resign(_a);
        assertEq(aggregators.withdrawableAt(_a), START + 7 days, "7 days");
        vm.warp(START + 7 days - 1);
        bytes memory early = abi.encodeWithSelector(IAggregators.TooEarly.selector, START + 7 days - 1, START + 7 days);
        vm.expectRevert(early);
        withdraw(_a);
        vm.warp(START + 7 days);
        accounts.expectEmit(address(aggregators));
        emit IAggregators.Withdrawn(_a, 2 ether);
        withdraw(_a);
        assertEq(_a.balance, 2 ether, "paid");
        assertEq(aggregators.stakeOf(_a), 0, "nothing left");
        vm.expectRevert(abi.encodeWithSelector(IAggregators.NotResigned.selector, _a));
        withdraw(_a);
    }

    function test_CM1_comingBackStartsTheDelayAnew() public {
        register(_a, 2 ether);
        resign(_a);
        vm.warp(START + 8 days);
        register(_a, 0);
        assertEq(aggregators.withdrawableAt(_a), 0, "registered");
        vm.expectRevert(abi.encodeWithSelector(IAggregators.NotResigned.selector, _a));
        withdraw(_a);
        resign(_a);
        assertEq(aggregators.withdrawableAt(_a), START + 15 days, "from the second time");
    }

    function test_CM1_aPaymentCannotBeTakenTwiceOrLost() public {
        accounts.deal(address(this), 4 ether);
        register(_a, 5 ether);
        OddStaker thief = new OddStaker{value: 2 ether}(aggregators, false);
        OddStaker refuser = new OddStaker{value: 2 ether}(aggregators, true);
        vm.warp(START + 7 days);
        vm.expectRevert(abi.encodeWithSelector(IAggregators.PaymentRefused.selector, thief));
        thief.withdraw();
        vm.expectRevert(abi.encodeWithSelector(IAggregators.PaymentRefused.selector, refuser));
        refuser.withdraw();
        assertEq(aggregators.stakeOf(address(thief)), 2 ether, "still there");
        assertEq(address(aggregators).balance, 9 ether, "all of it");
    }

    function test_CM1_etherComesInByRegisteringAlone() public {
        accounts.deal(address(this), 1 ether);
        (bool paid,) = address(aggregators).call{value: 1 ether}("");
        assertTrue(!paid, "refused");
    }

    function test_CM1_moreStakePushesTheLeastOutOfAFullRoster() public {
        for (uint256 i; i < 256; ++i) {
            register(aggregator(100 + i), i == 70 || i == 80 ? 2 ether : 3 ether);
        }
        assertEq(aggregators.roster().length, 256, "full");
        accounts.deal(_a, 2 ether);
        vm.expectRevert(abi.encodeWithSelector(IAggregators.StakeTooSmall.selector, 2 ether, 2 ether + 1));
        accounts.prank(_a);
        aggregators.register{value: 2 ether}("");

        address least = aggregator(170);
        address last = aggregator(355);
        accounts.expectEmit(address(aggregators));
        emit IAggregators.Resigned(least);
        register(_a, 2 ether + 1);
        uint256[] memory roster = aggregators.roster();
        assertEq(roster.length, 256, "still full");
        assertEq(roster[70], wordOf(last, 3 ether), "the last entry took the first least one's place");
        assertEq(roster[255], wordOf(_a, 2 ether + 1), "the newcomer is last");
        assertEq(aggregators.rosterHash(), keccak256(abi.encodePacked(roster)), "hash");
        assertEq(aggregators.withdrawableAt(least), START + 7 days, "resigned");

        register(last, 1 ether);
        assertEq(aggregators.roster()[70], wordOf(last, 4 ether), "who is in adds what it likes");
        register(least, 1 ether);
        assertEq(aggregators.stakeOf(least), 3 ether, "who was pushed out comes back with more");
        assertEq(aggregators.withdrawableAt(aggregator(180)), START + 7 days, "in place of the next least");
    }
}

/// @dev Gas of whole transactions with 1, 16, 64 and 256 in the roster: each is one of its own (isolate), and each change
/// reads and hashes all of the roster.
/// forge-config: default.isolate = true
contract AggregatorsGasTest is Stakers {
    function test_CM1_gas() public {
        found();
        uint256 n;
        string memory json = "{\n";
        for (uint256 i; i < 4; ++i) {
            uint16 size = [1, 16, 64, 256][i];
            for (; n < size; ++n) {
                register(aggregator(1000 + n), 1 ether);
            }
            address first = aggregator(1000);
            uint256 more = _gasOf(first, 1 ether, abi.encodeCall(IAggregators.register, ("https://a.example")));
            uint256 leaving = _gasOf(first, 0, abi.encodeCall(IAggregators.resign, ()));
            uint256 back = _gasOf(first, 0, abi.encodeCall(IAggregators.register, ("https://a.example")));
            json = string.concat(json, '  "n', vm.toString(uint256(size)), '": { "addStake": ', vm.toString(more));
            json = string.concat(json, ', "resign": ', vm.toString(leaving), ', "comeBack": ', vm.toString(back));
            json = string.concat(json, i < 3 ? " },\n" : " }\n}\n");
        }
        requireSnapshot("aggregators", json);
    }

    function _gasOf(address sender, uint256 amount, bytes memory callData) private returns (uint256) {
        accounts.deal(sender, amount);
        accounts.prank(sender);
        (bool done,) = address(aggregators).call{value: amount}(callData);
        assertTrue(done, "done");
        return vm.lastCallGas().gasTotalUsed;
    }
}
