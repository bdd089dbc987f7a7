// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Aggregators} from "../src/Aggregators.sol";
import {Statement} from "../src/interfaces/IAggregators.sol";
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

    /// @dev Whom Rounds would name: nobody, here.
    function COURT() external view virtual returns (address) {
        return address(0);
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
