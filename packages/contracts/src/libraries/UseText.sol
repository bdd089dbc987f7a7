// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {LibString} from "solady/utils/LibString.sol";
import {TermsOfUse} from "../types/TermsOfUse.sol";

/// @title The last field of a charter's text, as bytes (CH10)
/// @dev A text is JSON that ends with its terms of use, written as packages/protocol/src/termsOfUse.ts writes them. So
/// what a text says of them is known from its SHA-256 and its beginning, without parsing it: the ending begins with a
/// line break, which no JSON string can contain, and its last brace closes the whole text.
library UseText {
    /// @notice A purpose is printable ASCII without quotes and backslashes: JSON writes nothing else as it stands.
    error PurposeNotPlain(string purpose);

    bytes32 internal constant ANY = keccak256("any");

    /// @notice The bytes that a text with these terms ends with.
    function ending(TermsOfUse calldata terms) internal pure returns (bytes memory) {
        for (uint256 i; i < bytes(terms.purpose).length; ++i) {
            bytes1 char = bytes(terms.purpose)[i];
            if (char < 0x20 || char > 0x7e || char == '"' || char == "\\") revert PurposeNotPlain(terms.purpose);
        }
        return abi.encodePacked(
            ',\n "use": {\n  "callers": ',
            _callers(terms.callers),
            ',\n  "price": "',
            LibString.toString(terms.price),
            '",\n  "purpose": "',
            terms.purpose,
            '",\n  "until": ',
            LibString.toString(terms.until),
            "\n }\n}\n"
        );
    }

    function _callers(address[] calldata callers) private pure returns (bytes memory list) {
        if (callers.length == 0) return '"anybody"';
        for (uint256 i; i < callers.length; ++i) {
            list = abi.encodePacked(list, i == 0 ? '[\n   "' : ',\n   "', LibString.toHexString(callers[i]), '"');
        }
        return abi.encodePacked(list, "\n  ]");
    }
}
