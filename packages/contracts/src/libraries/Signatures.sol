// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {ISigned} from "../interfaces/ISigned.sol";

/// @title EIP-712 signatures of externally owned accounts
library Signatures {
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
}
