// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Aggregators} from "../src/Aggregators.sol";
import {IAggregators, Statement} from "../src/interfaces/IAggregators.sol";
import {ISigned} from "../src/interfaces/ISigned.sol";
import {Snapshot} from "./Snapshot.sol";

/// @dev Cheatcodes that only these tests use.
interface Accounts {
    function prank(address sender) external;
    function deal(address account, uint256 wei_) external;
    function expectEmit(address emitter) external;
}

/// @dev Staked aggregators with real keys, and what they sign: written from spec/committee.md. The contract under test
/// is created by this one, which so stands for Rounds.
abstract contract Stakers is Snapshot {
    uint256 internal constant START = 1_800_000_000;
    bytes32 internal constant RUN = keccak256("run");
    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;

    Accounts internal accounts = Accounts(address(vm));
    Aggregators internal aggregators;
    mapping(address => uint256 key) internal keys;

    function found() internal {
        vm.warp(START);
        aggregators = new Aggregators();
    }

    function aggregator(uint256 i) internal returns (address account) {
        uint256 key = uint256(keccak256(abi.encode("aggregator", i)));
        account = vm.addr(key);
        keys[account] = key;
    }

    function register(address account, uint256 amount) internal {
        accounts.deal(account, account.balance + amount);
        accounts.prank(account);
        aggregators.register{value: amount}("https://aggregator.example");
    }

    function resign(address account) internal {
        accounts.prank(account);
        aggregators.resign();
    }

    function withdraw(address account) internal {
        accounts.prank(account);
        aggregators.withdraw();
    }

    function wordOf(address account, uint256 stake) internal pure returns (uint256) {
        return uint256(bytes32(abi.encodePacked(account, uint96(stake))));
    }

    function typeOf(uint256 i) internal pure returns (bytes32 typeHash, uint256 words) {
        bytes memory start = "(bytes32 runId,uint32 round,uint32 attempt,bytes32 ";
        bytes memory closed = "committeeHash,bytes32 root,bytes32 blob)";
        bytes memory verified =
            "committeeHash,bytes32 uploadRoot,bytes32 verifierRoot,bytes32 acceptRoot,uint16 updates,uint16 noises,bytes32 blob)";
        bytes memory settled = "acceptRoot,bytes32 aggregateRoot,bytes32 modelHash,bytes32 blob)";
        bytes memory seat = "sealKey,bytes32 openCommit,bytes32 queryCommit,bytes32 drawCommit)";
        if (i == 0) return (keccak256(bytes.concat("CommitteeSeat", start, seat)), 7);
        if (i == 1) return (keccak256(bytes.concat("NoiseClosed", start, closed)), 6);
        if (i == 2) return (keccak256(bytes.concat("UploadsClosed", start, closed)), 6);
        if (i == 3) return (keccak256(bytes.concat("Verified", start, verified)), 10);
        if (i == 4) return (keccak256(bytes.concat("Unmasked", start, "acceptRoot,bytes32 shareDigest)")), 5);
        return (keccak256(bytes.concat("Settled", start, settled)), 7);
    }

    function domainOf(address verifier, uint256 chainId) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Concord"),
                keccak256("1"),
                chainId,
                verifier
            )
        );
    }

    function signIn(bytes32 domain, address signer, bytes32 typeHash, bytes memory data)
        internal
        view
        returns (Statement memory)
    {
        bytes32 digest = keccak256(bytes.concat(hex"1901", domain, keccak256(bytes.concat(typeHash, data))));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[signer], digest);
        return Statement(data, abi.encodePacked(r, s, v));
    }

    /// @dev A statement in the domain of the contract that created `aggregators`.
    function say(address signer, uint256 i, uint32 round, uint32 attempt, bytes32 what)
        internal
        view
        returns (Statement memory)
    {
        (bytes32 typeHash, uint256 words) = typeOf(i);
        bytes memory data = abi.encode(RUN, round, attempt);
        while (data.length < 32 * words) {
            data = bytes.concat(data, what);
        }
        return signIn(domainOf(address(this), block.chainid), signer, typeHash, data);
    }

    function slash(address holder, uint256 i, uint32 round, uint32 attempt) internal {
        (bytes32 typeHash,) = typeOf(i);
        Statement memory a = say(holder, i, round, attempt, "one");
        Statement memory b = say(holder, i, round, attempt, "another");
        aggregators.slashEquivocation(holder, typeHash, a, b);
    }

    function evidenceOf(address holder, uint256 i, uint256 round, uint256 attempt) internal pure returns (bytes32) {
        (bytes32 typeHash,) = typeOf(i);
        return keccak256(abi.encode(holder, typeHash, RUN, round, attempt));
    }
}

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

    // CM1: stake.

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

    // CM9: equivocation.

    function test_CM9_everyTypeOfStatementBurnsTheStake() public {
        register(_b, 1 ether);
        for (uint32 i; i < 6; ++i) {
            register(_a, 2 ether);
            bytes32 evidence = evidenceOf(_a, i, 4, i);
            accounts.expectEmit(address(aggregators));
            emit IAggregators.Slashed(_a, evidence, 2 ether);
            slash(_a, i, 4, i);
            assertTrue(aggregators.slashed(evidence), "used");
            assertEq(aggregators.stakeOf(_a), 0, "no stake");
            assertEq(BURN.balance, 2 ether * (i + 1), "burned");
            assertEq(aggregators.rosterHash(), keccak256(abi.encodePacked(_b, uint96(1 ether))), "out of the roster");
        }
        assertEq(address(aggregators).balance, 1 ether, "nobody else's");
    }

    function test_CM9_aResignedStakeBurnsToo() public {
        register(_a, 2 ether);
        resign(_a);
        vm.warp(START + 30 days);
        slash(_a, 4, 0, 0);
        assertEq(BURN.balance, 2 ether, "burned");
        vm.expectRevert(abi.encodeWithSelector(IAggregators.NotResigned.selector, _a));
        withdraw(_a);
    }

    function test_CM9_evidenceIsGoodOnceAndKeepsUntilThereIsAStake() public {
        bytes memory nothing = abi.encodeWithSelector(IAggregators.NothingAtStake.selector, _a);
        Statement memory a = say(_a, 3, 1, 0, "one");
        Statement memory b = say(_a, 3, 1, 0, "another");
        (bytes32 typeHash,) = typeOf(3);
        vm.expectRevert(nothing);
        aggregators.slashEquivocation(_a, typeHash, a, b);
        register(_a, 1 ether);
        aggregators.slashEquivocation(_a, typeHash, b, a);
        register(_a, 1 ether);
        Statement memory c = say(_a, 3, 1, 0, "a third");
        vm.expectRevert(abi.encodeWithSelector(IAggregators.AlreadySlashed.selector, evidenceOf(_a, 3, 1, 0)));
        aggregators.slashEquivocation(_a, typeHash, a, c);
        slash(_a, 3, 1, 1);
        assertEq(BURN.balance, 2 ether, "another attempt, another time");
    }

    function test_CM9_otherMessagesAreNoStatements() public {
        register(_a, 1 ether);
        bytes32 typeHash = keccak256("Report(bytes32 headerHash)");
        Statement memory a = signIn(domainOf(address(this), block.chainid), _a, typeHash, abi.encode(1));
        Statement memory b = signIn(domainOf(address(this), block.chainid), _a, typeHash, abi.encode(2));
        vm.expectRevert(abi.encodeWithSelector(IAggregators.UnknownStatement.selector, typeHash));
        aggregators.slashEquivocation(_a, typeHash, a, b);
    }

    function test_CM9_bothStatementsNameTheirAttempt() public {
        (bytes32 typeHash,) = typeOf(1);
        Statement memory whole = say(_a, 1, 0, 0, "one");
        Statement memory short = Statement(new bytes(95), whole.signature);
        bytes memory refusal = abi.encodeWithSelector(IAggregators.StatementTooShort.selector, 95, 96);
        vm.expectRevert(refusal);
        aggregators.slashEquivocation(_a, typeHash, short, whole);
        vm.expectRevert(refusal);
        aggregators.slashEquivocation(_a, typeHash, whole, short);
    }

    function test_CM9_oneStatementTwiceIsNoContradiction() public {
        register(_a, 1 ether);
        Statement memory a = say(_a, 1, 0, 0, "one");
        (bytes32 typeHash,) = typeOf(1);
        vm.expectRevert(abi.encodeWithSelector(IAggregators.SameStatement.selector));
        aggregators.slashEquivocation(_a, typeHash, a, a);
    }

    function testFuzz_CM9_statementsOfTwoAttemptsAreNoContradiction(bytes32 run, uint32 round, uint32 attempt) public {
        vm.assume(run != RUN || round != 7 || attempt != 8);
        register(_a, 1 ether);
        (bytes32 typeHash,) = typeOf(4);
        bytes32 domain = domainOf(address(this), block.chainid);
        Statement memory a = signIn(domain, _a, typeHash, abi.encode(RUN, 7, 8, bytes32("set"), bytes32("one")));
        bytes memory data = abi.encode(run, round, attempt, bytes32("set"), bytes32("another"));
        Statement memory b = signIn(domain, _a, typeHash, data);
        bytes32 have = keccak256(abi.encode(run, round, attempt));
        bytes32 need = keccak256(abi.encode(RUN, 7, 8));
        vm.expectRevert(abi.encodeWithSelector(IAggregators.DifferentAttempts.selector, have, need));
        aggregators.slashEquivocation(_a, typeHash, a, b);
    }

    function testFuzz_CM9_anyDifferenceAfterTheAttemptIsAContradiction(uint8 kind, bytes32 one, bytes32 another) public {
        vm.assume(one != another);
        register(_a, 1 ether);
        (bytes32 typeHash,) = typeOf(kind % 6);
        Statement memory a = say(_a, kind % 6, 3, 1, one);
        Statement memory b = say(_a, kind % 6, 3, 1, another);
        accounts.prank(_c);
        aggregators.slashEquivocation(_a, typeHash, a, b);
        assertEq(BURN.balance, 1 ether, "burned");
        assertEq(_c.balance, 0, "and nothing for the one who showed it");
    }

    function test_CM9_bothStatementsAreTheHolders() public {
        register(_a, 1 ether);
        register(_b, 1 ether);
        (bytes32 typeHash,) = typeOf(5);
        Statement memory mine = say(_a, 5, 0, 0, "one");
        Statement memory another = say(_b, 5, 0, 0, "another");
        bytes memory refusal = abi.encodeWithSelector(ISigned.BadSignature.selector, _a);
        vm.expectRevert(refusal);
        aggregators.slashEquivocation(_a, typeHash, mine, another);
        vm.expectRevert(refusal);
        aggregators.slashEquivocation(_a, typeHash, another, mine);
        another.signature = mine.signature;
        vm.expectRevert(refusal);
        aggregators.slashEquivocation(_a, typeHash, mine, another);
    }

    function test_CM9_statementsOfAnotherContractOrChainDoNotCount() public {
        register(_a, 1 ether);
        (bytes32 typeHash,) = typeOf(4);
        Statement memory mine = say(_a, 4, 0, 0, "one");
        bytes memory data = abi.encode(RUN, 0, 0, bytes32("set"), bytes32("another"));
        Statement memory elsewhere = signIn(domainOf(address(aggregators), block.chainid), _a, typeHash, data);
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, _a));
        aggregators.slashEquivocation(_a, typeHash, mine, elsewhere);
        elsewhere = signIn(domainOf(address(this), block.chainid + 1), _a, typeHash, data);
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, _a));
        aggregators.slashEquivocation(_a, typeHash, mine, elsewhere);
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
