// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Budget, Clock, Run, Terms} from "../types/Run.sol";

/// @title When a run is over (RD1, RD16): asked between attempts only, so an attempt under way is never cut
library RunEnd {
    /// What an attempt may take by CH8's meter, at most, as long as the EVM prices its steps as it does (the tests hold the
    /// snapshots' worst cases to it). Of a consortium: all members sit, and others than the attempt before.
    uint256 private constant CONSORTIUM = 420_000;
    uint256 private constant PER_MEMBER = 44_000;
    /// Of a committee: draw and all phases, from the largest roster.
    uint256 private constant COMMITTEE = 650_000;
    uint256 private constant PER_SHARE = 66_000;
    /// In round 0 the run's words are written for the first time.
    uint256 private constant FIRST = 400_000;

    /// No cap is one that nobody reaches (Rounds): what is left of such a one is above this.
    uint256 internal constant UNCAPPED = 1 << 55;

    /// @return gas That must be left of the charter's cap before an attempt of this round begins.
    function room(uint256 members, uint256 shares, uint256 round) internal pure returns (uint256 gas) {
        gas = shares > 0 ? COMMITTEE + PER_SHARE * shares : CONSORTIUM + PER_MEMBER * members;
        if (round == 0) gas += FIRST;
    }

    /// @notice Whether no attempt begins any more: all rounds are FINAL, the sunset has passed (a stop brings it on, RD17),
    /// or the gas or the privacy budget that is left does not pay for another attempt.
    function isOver(Run storage self, Clock memory clock) internal view returns (bool) {
        Terms memory terms = self.terms;
        // Without terms nobody ever sat.
        if (terms.rounds == 0) return false;
        if (clock.round == terms.rounds || block.timestamp > terms.sunset) return true;
        if (clock.gasLeft < room(terms.members, terms.shares, clock.round)) return true;
        Budget memory budget = self.budget;
        return uint256(budget.spent) + budget.price > budget.cap;
    }
}
