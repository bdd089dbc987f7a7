// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Statement} from "../src/interfaces/IAggregators.sol";
import {ICourt, Piece, Recorded} from "../src/interfaces/ICourt.sol";
import {Facts, Seat} from "../src/types/Round.sol";
import {Consortium} from "./Consortium.sol";

/// @dev CM10 where members hold the shares: withheld bytes void the attempt and name the holder, who has no stake.
contract CourtConsortiumTest is Consortium {
    bytes private constant LIST = hex"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    function shareDigestOf(uint256) internal pure override returns (bytes32) {
        return sha256(LIST);
    }

    function test_CM10_aMemberThatWithholdsVoidsTheAttemptAndIsNamed() public {
        found(3);
        pass(aCharter());
        moveTo(7);
        ICourt court = rounds.COURT();
        address holder = members[2];
        Facts memory facts = rounds.factsOf(runId);
        bytes memory data = abi.encode(runId, facts.round, facts.attempt, facts.acceptRoot, sha256(LIST));
        bytes32 typeHash =
            keccak256("Unmasked(bytes32 runId,uint32 round,uint32 attempt,bytes32 acceptRoot,bytes32 shareDigest)");
        Statement memory said = Statement(data, sign(holder, keccak256(bytes.concat(typeHash, data))));
        bytes32 demandId = court.demandShare(holder, said, Piece(LIST, 0));
        (Seat[] memory seats,) = aCommittee();
        vm.warp(block.timestamp + 600);
        court.forfeit(demandId, Recorded(abi.encode(seats), 2, shareDigests()));
        facts = rounds.factsOf(runId);
        assertEq(facts.attempt, 1, "void");
        assertEq(facts.phase, 0, "SEAT");
        vm.warp(block.timestamp + 1 days);
        vm.expectRevert(abi.encodeWithSelector(bytes4(keccak256("NothingAtStake(address)")), holder));
        court.slash(demandId);
        tick();
        playRound();
        assertEq(rounds.factsOf(runId).round, 1, "the next attempt finishes the round");
    }
}
