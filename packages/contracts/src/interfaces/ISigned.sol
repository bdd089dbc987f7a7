// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice A contract that acts on EIP-712 signatures which anybody may carry.
interface ISigned {
    /// @notice The signature is not `signer`'s, or not 65 canonical bytes (r ‖ s ‖ v, low s).
    error BadSignature(address signer);
}
