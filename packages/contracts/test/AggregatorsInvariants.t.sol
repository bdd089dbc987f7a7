// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Aggregators} from "../src/Aggregators.sol";
import {IAggregators, Statement} from "../src/interfaces/IAggregators.sol";
import {Stakers} from "./Stakers.sol";

/// @dev Six aggregators doing anything at any time. It keeps its own books, and fails when the contract surprises it.
contract StakePlayer is Stakers {
    uint256 public burned;
    address[6] private _who;
    mapping(uint256 => uint256) private _stake;
    mapping(uint256 => bool) private _seated;
    mapping(uint256 => uint256) private _resignedAt;
    mapping(bytes32 => bool) private _shown;

    constructor() {
        found();
        for (uint256 i; i < 6; ++i) {
            _who[i] = aggregator(i);
        }
    }

    function contractUnderTest() external view returns (Aggregators) {
        return aggregators;
    }

    function stakes() external view returns (uint256 sum, uint256 seated) {
        for (uint256 i; i < 6; ++i) {
            sum += _stake[i];
            if (_seated[i]) ++seated;
            assertEq(aggregators.stakeOf(_who[i]), _stake[i], "CM1: stake");
        }
    }

    function doRegister(uint8 who, uint64 amount) external {
        uint256 i = who % 6;
        bool done = _try(i, amount, abi.encodeCall(IAggregators.register, ("")));
        assertTrue(done == (_stake[i] + amount >= 1 ether), "CM1: at least the minimum");
        if (!done) return;
        _stake[i] += amount;
        _seated[i] = true;
        _resignedAt[i] = 0;
    }

    function doResign(uint8 who) external {
        uint256 i = who % 6;
        bool done = _try(i, 0, abi.encodeCall(IAggregators.resign, ()));
        assertTrue(done == _seated[i], "CM1: who is registered resigns");
        if (!done) return;
        _seated[i] = false;
        _resignedAt[i] = block.timestamp;
    }

    function doWithdraw(uint8 who) external {
        uint256 i = who % 6;
        bool done = _try(i, 0, abi.encodeCall(IAggregators.withdraw, ()));
        bool due = _resignedAt[i] > 0 && block.timestamp >= _resignedAt[i] + 7 days;
        assertTrue(done == due, "CM1: after the delay");
        if (done) _forget(i);
    }

    function doSlash(uint8 who, uint8 kind, uint8 attempt) external {
        uint256 i = who % 6;
        address holder = _who[i];
        (bytes32 typeHash,) = typeOf(kind % 6);
        Statement memory a = say(holder, kind % 6, 0, attempt % 4, "one");
        Statement memory b = say(holder, kind % 6, 0, attempt % 4, "another");
        bytes32 evidence = evidenceOf(holder, kind % 6, 0, attempt % 4);
        bool done = _try(i, 0, abi.encodeCall(IAggregators.slashEquivocation, (holder, typeHash, a, b)));
        assertTrue(done == (_stake[i] > 0 && !_shown[evidence]), "CM9: once, and where there is a stake");
        if (!done) return;
        _shown[evidence] = true;
        burned += _stake[i];
        _forget(i);
    }

    function delay(uint24 time) external {
        vm.warp(block.timestamp + time % 5 days);
    }

    function _try(uint256 i, uint256 amount, bytes memory callData) private returns (bool done) {
        address sender = _who[i];
        accounts.deal(sender, amount);
        accounts.prank(sender);
        (done,) = address(aggregators).call{value: amount}(callData);
    }

    function _forget(uint256 i) private {
        (_stake[i], _seated[i], _resignedAt[i]) = (0, false, 0);
    }
}

/// @dev The laws that hold after every move of the player.
contract AggregatorsInvariantsTest is Stakers {
    StakePlayer private _player;

    function setUp() public {
        _player = new StakePlayer();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_player);
    }

    function invariant_CM1_theBalanceIsTheSumOfTheStakes() public view {
        (uint256 sum,) = _player.stakes();
        assertEq(address(_player.contractUnderTest()).balance, sum, "balance");
    }

    function invariant_CM1_theRosterIsTheRegisteredAndItsHash() public view {
        Aggregators subject = _player.contractUnderTest();
        uint256[] memory roster = subject.roster();
        (, uint256 seated) = _player.stakes();
        assertEq(roster.length, seated, "as many");
        assertEq(subject.rosterHash(), keccak256(abi.encodePacked(roster)), "hash");
        for (uint256 i; i < roster.length; ++i) {
            address account = address(uint160(roster[i] >> 96));
            assertEq(uint96(roster[i]), subject.stakeOf(account), "the stake of each");
            assertEq(subject.withdrawableAt(account), 0, "nobody resigned");
            for (uint256 j; j < i; ++j) {
                assertTrue(roster[i] >> 96 != roster[j] >> 96, "each once");
            }
        }
    }

    function invariant_CM9_whatIsSlashedIsBurned() public view {
        assertEq(BURN.balance, _player.burned(), "burned");
    }
}
