// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Who may use a run's model, at what price, for which purpose, until when: the last field of the charter's text (CH10).
struct TermsOfUse {
    /// Strictly ascending; none: anybody.
    address[] callers;
    /// wei for one use.
    uint128 price;
    /// What a caller must name; "any": whatever it likes.
    string purpose;
    /// Seconds since 1970, the last one included; 0: no end.
    uint64 until;
}
