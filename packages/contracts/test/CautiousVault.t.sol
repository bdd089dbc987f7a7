// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CautiousVault, IUse} from "../examples/CautiousVault.sol";
import {Inference} from "../src/Inference.sol";
import {TermsOfUse} from "../src/types/TermsOfUse.sol";
import {FinalModels} from "./FinalModels.sol";
import {Test} from "./Test.sol";

contract CautiousVaultTest is Test {
    bytes32 private constant RUN = keccak256("a run");
    // One weight of 1 and no bias: the score is the feature.
    bytes private constant MODEL = hex"01010100000010000000010000000000";
    uint128 private constant PRICE = 1000;
    int32 private constant LIMIT = 100;
    uint256 private constant MODEL_GAS = 100_000;
    address private constant OWNER = address(0x0e);
    address private constant ORACLE = address(0x0a);
    address payable private constant SHOP = payable(address(0x5409));
    string private constant PURPOSE = "screening of transfers";
    uint64 private constant UNTIL = 2_000_000_000;

    FinalModels private rounds;
    Inference private inference;
    CautiousVault private vault;

    function setUp() public {
        vm.warp(1_900_000_000);
        rounds = new FinalModels();
        address[] memory members = new address[](3);
        for (uint160 i; i < 3; ++i) {
            members[i] = address(0x1000 + i);
        }
        rounds.setMembers(members);
        inference = new Inference(rounds);
        // What a text says whose terms are these.
        bytes memory ending =
            ',\n "use": {\n  "callers": "anybody",\n  "price": "1000",\n  "purpose": "screening of transfers",\n  "until": 2000000000\n }\n}\n';
        rounds.finish(RUN, rounds.stateHash(MODEL), ending);
        rounds.register(inference, RUN, MODEL, TermsOfUse(new address[](0), PRICE, PURPOSE, UNTIL));
        vault = _vault(PURPOSE);
    }

    function test_IN7_ordinaryGoesOutAtOnceAndTheMembersArePaid() public {
        _report(SHOP, LIMIT - 1);
        assertEq(_send(1 ether), 0, "sent");
        assertEq(SHOP.balance, 1 ether, "at once");
        assertEq(address(inference).balance, PRICE, "for the price");
        assertEq(inference.dueTo(RUN, address(0x1000)), PRICE / 3, "which is the members'");
    }

    function test_riskyWaitsAndIsSentLaterByAnybody() public {
        _report(SHOP, LIMIT);
        assertEq(_send(1 ether), 1, "delayed");
        assertEq(SHOP.balance, 0, "not yet");
        uint256 until = block.timestamp + 2 days;
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(CautiousVault.TooEarly.selector, until - 1, until));
        vault.release(1);
        vm.warp(until);
        vault.release(1);
        assertEq(SHOP.balance, 1 ether, "now");
        vm.expectRevert(abi.encodeWithSelector(CautiousVault.NothingWaits.selector, 1));
        vault.release(1);
    }

    function test_theOwnerTakesBackWhatWaits() public {
        assertEq(_send(1 ether), 1, "delayed");
        vm.expectRevert(abi.encodeWithSelector(CautiousVault.NotOwner.selector, address(this), OWNER));
        vault.cancel(1);
        vm.prank(OWNER);
        vault.cancel(1);
        vm.warp(block.timestamp + 3 days);
        vm.expectRevert(abi.encodeWithSelector(CautiousVault.NothingWaits.selector, 1));
        vault.release(1);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(CautiousVault.NothingWaits.selector, 1));
        vault.cancel(1);
    }

    function test_whatIsNotCheckedWaits() public {
        // Nothing is known; what is known is old; it does not fit the model; the model's time is over.
        assertEq(_send(1), 1, "no report");
        _report(SHOP, 0);
        vm.warp(block.timestamp + 1 days + 1);
        assertEq(_send(1), 2, "an old report");
        vm.prank(ORACLE);
        vault.report(SHOP, new int32[](2));
        assertEq(_send(1), 3, "features that do not fit");
        _report(SHOP, 0);
        assertEq(_send(1), 0, "a good report");
        vm.warp(UNTIL + 1);
        _report(SHOP, 0);
        assertEq(_send(1), 4, "past the sunset");
    }

    function test_whatTheTermsDoNotAllowIsNotChecked() public {
        vault = _vault("credit decisions");
        _report(SHOP, 0);
        assertEq(_send(1), 1, "another purpose");
        assertEq(address(inference).balance, 0, "nothing was paid");
        vault = new CautiousVault(IUse(address(0xdead)), RUN, PURPOSE, 0, OWNER, ORACLE, LIMIT, MODEL_GAS);
        _report(SHOP, 0);
        assertEq(_send(0), 1, "no contract there: silence is no consent");
    }

    function test_aPriceThatTheVaultCannotPayIsNoReasonToBeStuck() public {
        vm.deal(address(vault), PRICE - 1);
        _report(SHOP, 0);
        assertEq(_send(1), 1, "not checked");
        vm.deal(address(vault), PRICE);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(CautiousVault.TooLittleEther.selector, 0, 1));
        vault.send(SHOP, 1);
    }

    function test_onlyTheOracleReports() public {
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(CautiousVault.NotOracle.selector, OWNER, ORACLE));
        vault.report(SHOP, new int32[](1));
    }

    function test_onlyTheOwnerSends_andOnlyToWhoTakes() public {
        vm.expectRevert(abi.encodeWithSelector(CautiousVault.NotOwner.selector, address(this), OWNER));
        vault.send(SHOP, 1);
        address payable closed = payable(address(rounds));
        _report(closed, 0);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(CautiousVault.NotTaken.selector, closed));
        vault.send(closed, 1);
    }

    /// @dev Whoever picks the gas picks between the model's own answer and nothing at all: never "not checked".
    function testFuzz_gasChoosesNoVerdict(uint256 gas, bool risky) public {
        gas = gas % 400_000;
        _report(SHOP, risky ? LIMIT : LIMIT - 1);
        vm.prank(OWNER);
        (bool landed, bytes memory answer) = address(vault).call{gas: gas}(abi.encodeCall(vault.send, (SHOP, 1 ether)));
        if (!landed) {
            assertEq(address(inference).balance, 0, "nothing happened");
            return;
        }
        assertEq(address(inference).balance, PRICE, "the model was asked, and answered");
        assertEq(abi.decode(answer, (uint256)), risky ? 1 : 0, "and is what decided");
    }

    /// @dev Enough gas lands, too little is told how much is needed.
    function test_tooLittleGasIsSaid() public {
        _report(SHOP, 0);
        vm.prank(OWNER);
        (bool landed, bytes memory reason) =
            address(vault).call{gas: MODEL_GAS + 30_000}(abi.encodeCall(vault.send, (SHOP, 1)));
        assertTrue(!landed && bytes4(reason) == CautiousVault.TooLittleGas.selector, "told");
        vm.prank(OWNER);
        (landed,) = address(vault).call{gas: MODEL_GAS + 150_000}(abi.encodeCall(vault.send, (SHOP, 1)));
        assertTrue(landed, "enough");
    }

    function testFuzz_theModelDecidesAndNothingIsLost(int32 score, uint96 amount) public {
        amount = amount % 5 ether;
        _report(SHOP, score);
        uint256 before = address(vault).balance;
        uint256 id = _send(amount);
        assertEq(id, score < LIMIT ? 0 : 1, "below the limit, at once");
        assertEq(address(vault).balance + SHOP.balance + PRICE, before, "nothing is lost");
        vm.warp(block.timestamp + 2 days);
        if (id != 0) vault.release(id);
        assertEq(SHOP.balance, amount, "in the end all is sent");
    }

    function _vault(string memory purpose) private returns (CautiousVault made) {
        made = new CautiousVault(IUse(address(inference)), RUN, purpose, PRICE, OWNER, ORACLE, LIMIT, MODEL_GAS);
        vm.deal(address(made), 10 ether);
    }

    function _report(address about, int32 feature) private {
        int32[] memory features = new int32[](1);
        features[0] = feature;
        vm.prank(ORACLE);
        vault.report(about, features);
    }

    function _send(uint96 amount) private returns (uint256) {
        vm.prank(OWNER);
        return vault.send(SHOP, amount);
    }
}
