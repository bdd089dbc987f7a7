// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Appeals, IEnded} from "../src/Appeals.sol";
import {ISigned} from "../src/interfaces/ISigned.sol";
import {FinalModels} from "./FinalModels.sol";
import {Snapshot} from "./Snapshot.sol";
import {Vm} from "./Test.sol";

/// @dev A contract account as ERC-1271 has it: its owner's digest is what it signs, unless it is told to misbehave.
contract Account1271 {
    enum Mood {
        HONEST,
        WRONG_WORD,
        SHORT,
        REVERTS,
        BURNS,
        LONG
    }

    bytes32 public signed;
    Mood public mood;

    function sign(bytes32 digest) external {
        signed = digest;
    }

    function become(Mood next) external {
        mood = next;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        if (mood == Mood.REVERTS) revert("no");
        if (mood == Mood.BURNS) while (true) {}
        if (mood == Mood.SHORT) {
            assembly ("memory-safe") {
                mstore(0, shl(224, 0x1626ba7e))
                return(0, 4)
            }
        }
        if (mood == Mood.LONG) {
            assembly ("memory-safe") {
                return(0, 100000)
            }
        }
        if (mood == Mood.WRONG_WORD) return 0xffffffff;
        return digest == signed ? bytes4(0x1626ba7e) : bytes4(0);
    }
}

/// @dev What is signed is written from spec/guard.md (GU12), not from the contract.
abstract contract Appealing is Snapshot {
    bytes32 internal constant RUN = keccak256("run");
    bytes32 internal constant MODEL = keccak256("final state");
    bytes32 internal constant STATEMENT = keccak256("I am a shop, and my customers pay me once each.");
    uint256 internal constant KEY = 0xa11ce;

    FinalModels internal rounds;
    Appeals internal appeals;
    address internal account = vm.addr(KEY);

    function setUp() public virtual {
        rounds = new FinalModels();
        rounds.finish(RUN, MODEL, "");
        appeals = new Appeals(IEnded(address(rounds)));
    }

    function hashOf(bytes32 structHash, address verifier) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Concord"),
                keccak256("1"),
                block.chainid,
                verifier
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function appealHash(bytes32 runId, bytes32 model, address who, bytes32 statement) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256("Appeal(bytes32 runId,bytes32 modelHash,address account,bytes32 statement)");
        return keccak256(abi.encode(typeHash, runId, model, who, statement));
    }

    function withdrawalHash(bytes32 runId, address who) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("Withdrawal(bytes32 runId,address account)"), runId, who));
    }

    function signed(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hashOf(structHash, address(appeals)));
        return abi.encodePacked(r, s, v);
    }

    function signedAppeal() internal view returns (bytes memory) {
        return signed(KEY, appealHash(RUN, MODEL, account, STATEMENT));
    }
}

contract AppealsTest is Appealing {
    function test_GU12_anybodyCarriesAnAccountsAppeal() public {
        bytes memory signature = signedAppeal();
        vm.recordLogs();
        vm.prank(address(0xca11));
        appeals.appeal(RUN, account, STATEMENT, signature);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "one event");
        assertEq(logs[0].topics[0], Appeals.Appealed.selector, "Appealed");
        assertEq(logs[0].topics[1], RUN, "run");
        assertEq(logs[0].topics[2], bytes32(uint256(uint160(account))), "account");
        assertEq(abi.decode(logs[0].data, (bytes32)), STATEMENT, "statement");
        assertEq(appeals.statementOf(RUN, account), STATEMENT, "stands");
        assertEq(appeals.statementOf(RUN, address(this)), 0, "and nobody else's");
        assertEq(appeals.statementOf(keccak256("another run"), account), 0, "and of no other run");
    }

    function test_GU12_oneAppealForAModelAndAnAccount() public {
        bytes memory first = signedAppeal();
        appeals.appeal(RUN, account, STATEMENT, first);
        bytes memory again = abi.encodeWithSelector(Appeals.AlreadyAppealed.selector, RUN, account);
        vm.expectRevert(again);
        appeals.appeal(RUN, account, STATEMENT, first);
        bytes32 other = keccak256("something else");
        bytes memory second = signed(KEY, appealHash(RUN, MODEL, account, other));
        vm.expectRevert(again);
        appeals.appeal(RUN, account, other, second);
    }

    function test_GU12_onlyAgainstAModelThatARunEndedWith() public {
        bytes32 open = keccak256("still training");
        bytes memory signature = signed(KEY, appealHash(open, 0, account, STATEMENT));
        vm.expectRevert(abi.encodeWithSelector(Appeals.NotFinished.selector, open));
        appeals.appeal(open, account, STATEMENT, signature);
    }

    function test_GU12_aDigestThatNobodyCanKnowIsNoStatement() public {
        for (uint256 i; i < 2; ++i) {
            bytes32 statement = bytes32(i);
            bytes memory signature = signed(KEY, appealHash(RUN, MODEL, account, statement));
            vm.expectRevert(abi.encodeWithSelector(Appeals.NoStatement.selector, statement));
            appeals.appeal(RUN, account, statement, signature);
        }
    }

    function test_GU12_nobodyAppealsForAnother() public {
        bytes memory refused = abi.encodeWithSelector(ISigned.BadSignature.selector, account);
        uint256 stranger = 0xb0b;
        bytes memory signature = signed(stranger, appealHash(RUN, MODEL, account, STATEMENT));
        vm.expectRevert(refused);
        appeals.appeal(RUN, account, STATEMENT, signature);
        // Its own appeal does not serve another account either.
        signature = signed(stranger, appealHash(RUN, MODEL, vm.addr(stranger), STATEMENT));
        vm.expectRevert(refused);
        appeals.appeal(RUN, account, STATEMENT, signature);
        // Bytes that are no signature recover 0, which is no account.
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, address(0)));
        appeals.appeal(RUN, address(0), STATEMENT, new bytes(65));
    }

    function test_GU12_anAppealIsOfOneStatementModelRunContractAndChain() public {
        bytes memory refused = abi.encodeWithSelector(ISigned.BadSignature.selector, account);
        bytes memory signature = signedAppeal();
        vm.expectRevert(refused);
        appeals.appeal(RUN, account, keccak256("words that were put into its mouth"), signature);
        bytes32 next = keccak256("next run");
        rounds.finish(next, MODEL, "");
        vm.expectRevert(refused);
        appeals.appeal(next, account, STATEMENT, signature);
        // A reorganisation let the run end with another model than the one that warned.
        uint256 before = vm.snapshotState();
        rounds.finish(RUN, keccak256("another state"), "");
        vm.expectRevert(refused);
        appeals.appeal(RUN, account, STATEMENT, signature);
        vm.revertToState(before);
        Appeals elsewhere = new Appeals(IEnded(address(rounds)));
        vm.expectRevert(refused);
        elsewhere.appeal(RUN, account, STATEMENT, signature);
        vm.chainId(block.chainid + 1);
        vm.expectRevert(refused);
        appeals.appeal(RUN, account, STATEMENT, signature);
    }

    function test_GU12_aSignatureHasOneForm() public {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(KEY, hashOf(appealHash(RUN, MODEL, account, STATEMENT), address(appeals)));
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        bytes memory refused = abi.encodeWithSelector(ISigned.BadSignature.selector, account);
        vm.expectRevert(refused);
        appeals.appeal(
            RUN, account, STATEMENT, abi.encodePacked(r, order - uint256(s), v == 27 ? uint8(28) : uint8(27))
        );
        vm.expectRevert(refused);
        appeals.appeal(RUN, account, STATEMENT, abi.encodePacked(r, s, v, uint8(0)));
        vm.expectRevert(refused);
        appeals.appeal(RUN, account, STATEMENT, "");
    }

    function test_GU12_theAccountTakesItBackForGood() public {
        bytes memory appealed = signedAppeal();
        bytes memory signature = signed(KEY, withdrawalHash(RUN, account));
        bytes memory nothing = abi.encodeWithSelector(Appeals.NotAppealed.selector, RUN, account);
        vm.expectRevert(nothing);
        appeals.withdraw(RUN, account, signature);
        appeals.appeal(RUN, account, STATEMENT, appealed);
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, account));
        appeals.withdraw(RUN, account, appealed);
        vm.recordLogs();
        vm.prank(address(0xca11));
        appeals.withdraw(RUN, account, signature);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs[0].topics[0], Appeals.AppealWithdrawn.selector, "AppealWithdrawn");
        assertEq(logs[0].topics[2], bytes32(uint256(uint160(account))), "account");
        assertEq(appeals.statementOf(RUN, account), 0, "no longer stands");
        vm.expectRevert(nothing);
        appeals.withdraw(RUN, account, signature);
        vm.expectRevert(abi.encodeWithSelector(Appeals.AlreadyAppealed.selector, RUN, account));
        appeals.appeal(RUN, account, STATEMENT, appealed);
    }

    function test_GU12_aContractAccountSaysItself() public {
        Account1271 wallet = new Account1271();
        bytes memory refused = abi.encodeWithSelector(ISigned.BadSignature.selector, address(wallet));
        vm.expectRevert(refused);
        appeals.appeal(RUN, address(wallet), STATEMENT, "");
        wallet.sign(hashOf(appealHash(RUN, MODEL, address(wallet), STATEMENT), address(appeals)));
        for (uint8 mood = 1; mood < 6; ++mood) {
            wallet.become(Account1271.Mood(mood));
            vm.expectRevert(refused);
            appeals.appeal(RUN, address(wallet), STATEMENT, "signature of any length");
        }
        wallet.become(Account1271.Mood.HONEST);
        appeals.appeal(RUN, address(wallet), STATEMENT, "signature of any length");
        assertEq(appeals.statementOf(RUN, address(wallet)), STATEMENT, "stands");
        wallet.sign(hashOf(withdrawalHash(RUN, address(wallet)), address(appeals)));
        appeals.withdraw(RUN, address(wallet), "");
        assertEq(appeals.statementOf(RUN, address(wallet)), 0, "withdrawn");
    }

    function test_GU12_anAccountThatDelegatedItselfStillHasItsKey() public {
        vm.etch(account, abi.encodePacked(hex"ef0100", address(new Account1271())));
        appeals.appeal(RUN, account, STATEMENT, signedAppeal());
        assertEq(appeals.statementOf(RUN, account), STATEMENT, "stands");
    }

    function testFuzz_GU12_anyAccountAnyStatement(uint256 key, bytes32 statement, address carrier) public {
        key = 1 + key % 0xffffffffffffffffffffffffffffffff;
        vm.assume(uint256(statement) > 1);
        address who = vm.addr(key);
        bytes memory signature = signed(key, appealHash(RUN, MODEL, who, statement));
        vm.prank(carrier);
        appeals.appeal(RUN, who, statement, signature);
        assertEq(appeals.statementOf(RUN, who), statement, "stands");
    }

    /// @dev 65 bytes that differ in one bit; v is one of two values.
    function testFuzz_GU12_aSignatureThatWasTouchedIsRefused(uint256 bit) public {
        bytes memory signature = signedAppeal();
        bit %= 520;
        signature[bit / 8] ^= bytes1(uint8(2 ** (bit % 8)));
        vm.expectRevert(abi.encodeWithSelector(ISigned.BadSignature.selector, account));
        appeals.appeal(RUN, account, STATEMENT, signature);
    }
}

/// @dev Gas of whole transactions, cold storage: each call is one of its own (isolate).
/// forge-config: default.isolate = true
contract AppealsGasTest is Appealing {
    function test_GU12_gas() public {
        appeals.appeal(RUN, account, STATEMENT, signedAppeal());
        string memory json = string.concat('{\n  "appeal": ', vm.toString(_gas()));
        assertTrue(_gas() <= 70_000, "an appeal costs its carrier at most 70,000 gas");
        appeals.withdraw(RUN, account, signed(KEY, withdrawalHash(RUN, account)));
        json = string.concat(json, ',\n  "withdraw": ', vm.toString(_gas()));
        Account1271 wallet = new Account1271();
        wallet.sign(hashOf(appealHash(RUN, MODEL, address(wallet), STATEMENT), address(appeals)));
        appeals.appeal(RUN, address(wallet), STATEMENT, new bytes(65));
        json = string.concat(json, ',\n  "appealOfContract": ', vm.toString(_gas()));
        // The dearest refusal: a contract that never answers, with the longest signature that programs carry.
        wallet.become(Account1271.Mood.BURNS);
        bytes memory longest = new bytes(4_096);
        for (uint256 i; i < longest.length; ++i) {
            longest[i] = 0xff;
        }
        bytes memory data = abi.encodeCall(appeals.withdraw, (RUN, address(wallet), longest));
        (bool landed,) = address(appeals).call(data);
        assertTrue(!landed, "refused");
        assertTrue(_gas() <= 1_000_000, "refusing costs at most 1 Mgas");
        json = string.concat(json, ',\n  "worstRefusal": ', vm.toString(_gas()), "\n}\n");
        requireSnapshot("appeals", json);
    }

    function _gas() private view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }
}
