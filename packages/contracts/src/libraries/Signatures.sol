// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {ISigned} from "../interfaces/ISigned.sol";

/// @notice A contract that says itself what it has signed.
interface IERC1271 {
    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4);
}

/// @title EIP-712 signatures
library Signatures {
    /// What a contract may spend to say whether it signed.
    uint256 internal constant ASK_GAS = 500_000;
    /// How the code of an account begins that has delegated itself and still has its key (EIP-7702).
    bytes3 private constant DELEGATED = 0xef0100;

    /// Half the order of secp256k1: a signature has one form only, the one with the lower s.
    uint256 private constant HIGHEST_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @return The EIP-712 domain separator of messages to `verifyingContract` on this chain.
    function domainOf(address verifyingContract) internal view returns (bytes32) {
        return
            keccak256(
                abi.encode(DOMAIN_TYPEHASH, keccak256("Concord"), keccak256("1"), block.chainid, verifyingContract)
            );
    }

    /// @param domain EIP-712 domain separator.
    function digestOf(bytes32 domain, bytes32 structHash) internal pure returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }

    /// @notice Reverts unless `signer`, who is not 0, signed the digest: 65 bytes r ‖ s ‖ v, s in the lower half.
    function requireSigned(bytes32 digest, address signer, bytes calldata signature) internal pure {
        bytes32 r;
        bytes32 s;
        uint8 v;
        assembly ("memory-safe") {
            r := calldataload(signature.offset)
            s := calldataload(add(signature.offset, 32))
            v := byte(0, calldataload(add(signature.offset, 64)))
        }
        // ecrecover gives 0 for bytes that are no signature.
        if (signature.length != 65 || uint256(s) > HIGHEST_S || ecrecover(digest, v, r, s) != signer) {
            revert ISigned.BadSignature(signer);
        }
    }

    /// @notice Reverts unless `account`, who is not 0, signed the digest: with its key, or, a contract, as ERC-1271 has it.
    function requireSignedBy(bytes32 digest, address account, bytes calldata signature) internal view {
        // ecrecover gives 0 for bytes that are no signature.
        if (account == address(0)) revert ISigned.BadSignature(account);
        bytes3 begins;
        assembly ("memory-safe") {
            mstore(0, 0)
            extcodecopy(account, 0, 0, 3)
            begins := mload(0)
        }
        if (account.code.length == 0 || begins == DELEGATED) return requireSigned(digest, account, signature);

        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        bool said;
        bytes32 answer;
        // An answer of any length costs one word, and a contract that never answers costs ASK_GAS.
        assembly ("memory-safe") {
            mstore(0, 0)
            said := staticcall(ASK_GAS, account, add(question, 32), mload(question), 0, 32)
            said := and(said, gt(returndatasize(), 31))
            answer := mload(0)
        }
        if (!said || answer != bytes32(IERC1271.isValidSignature.selector)) revert ISigned.BadSignature(account);
    }
}
