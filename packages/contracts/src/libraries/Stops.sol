// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IRounds} from "../interfaces/IRounds.sol";
import {Phase, Reading} from "../types/Round.sol";
import {Clock, Run, Turn} from "../types/Run.sol";
import {RoundMachine} from "./RoundMachine.sol";
import {RoundMessages} from "./RoundMessages.sol";
import {Signatures} from "./Signatures.sol";

/// @title Members end a run: more than half of them, or so many that the others are no cohort (RD17)
library Stops {
    using RoundMachine for Run;

    /// @notice An attempt that is under way is void; one that was charged must end first.
    function stop(Run storage self, Turn memory turn, Reading[] calldata readings, bytes[] calldata signatures)
        internal
    {
        Clock memory clock = self.clock;
        uint8 phase = self.phaseOf(clock);
        if (phase > Phase.VERIFY) revert IRounds.WrongPhase(phase, Phase.VERIFY);
        _requireMembers(turn, clock.round, self.terms.minCohort, readings, signatures);
        turn.clock = clock;
        emit IRounds.Stopped(turn.runId, clock.round, clock.attempt, phase, readings, signatures);
        clock.recorded = 0;
        clock.since = uint40(block.timestamp);
        // No attempt begins after it: the run is FINISHED from now on, whatever the clock says.
        self.terms.sunset = 0;
        self.storeAnyway(turn);
    }

    /// @dev Readings strictly ascend by member, and so do members: one walk over both.
    function _requireMembers(
        Turn memory turn,
        uint32 round,
        uint256 minCohort,
        Reading[] calldata readings,
        bytes[] calldata signatures
    ) private view {
        address[] memory members = turn.charters.membersOf(turn.runId);
        // A charter's smallest cohort is not above its members (CharterFloors).
        uint256 need = Math.min(members.length / 2, members.length - minCohort) + 1;
        if (readings.length < need) revert IRounds.TooFewStop(readings.length, need);
        if (signatures.length != readings.length) revert IRounds.WrongCount(signatures.length, readings.length);
        uint256 next;
        for (uint256 i; i < readings.length; ++i) {
            address member = readings[i].member;
            while (next < members.length && members[next] != member) ++next;
            // Whoever is no member, stands twice or is out of order is not found.
            if (next++ >= members.length) revert IRounds.NotMember(member);
            bytes32 message = RoundMessages.stop(turn.runId, round, readings[i]);
            Signatures.requireSigned(Signatures.digestOf(turn.domain, message), member, signatures[i]);
        }
    }
}
