// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Statement} from "../src/interfaces/IAggregators.sol";
import {FileProof, Piece, Recorded} from "../src/interfaces/ICourt.sol";
import {RunEnd} from "../src/libraries/RunEnd.sol";
import {Consortium} from "./Consortium.sol";
import {Promising} from "./Promising.sol";
import {Snapshot} from "./Snapshot.sol";

/// @dev Gas of whole transactions where everything is as large as it may be, the first of their kind, so that they pay
/// for every word. At most 10 Mgas each.
abstract contract Worst is Snapshot {
    uint256 private constant MOST = 10_000_000;
    string private _json;

    function line(string memory name) internal {
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        assertTrue(gas <= MOST, name);
        _json = string.concat(_json, bytes(_json).length > 0 ? ",\n" : "", '  "', name, '": ', vm.toString(gas));
    }

    function done(string memory name) internal {
        requireSnapshot(name, string.concat("{\n", _json, "\n}\n"));
    }
}

/// @dev 255 members.
/// forge-config: default.isolate = true
contract WorstConsortiumTest is Consortium, Worst {
    function test_RD3_worstOfAConsortium() public {
        found(255);
        runId = charters.propose(aCharter());
        line("propose");
        for (uint256 i; i < 128; ++i) {
            charters.castVote(runId, members[i], true, signVote(runId, members[i], true));
        }
        line("castVote");
        string memory endpoint = string(new bytes(256));
        charters.join(runId, members[254], endpoint, signJoin(runId, members[254], endpoint));
        line("join");
        string[8] memory names =
            ["seat", "closeNoise", "open", "closeUploads", "query", "recordVerified", "recordUnmasked", "settle"];
        for (uint8 phase; phase < 8; ++phase) {
            land(transitionOf(phase));
            line(names[phase]);
            tick();
        }
        assertTrue(rounds.factsOf(runId).gasUsed <= RunEnd.room(255, 0, 0), "RD16: the dearest attempt");
        land(transitionOf(0));
        vm.warp(block.timestamp + 201);
        rounds.voidAttempt(runId);
        line("voidAttempt");
        done("worstConsortium");
    }

}

/// @dev 64 x 2 holders drawn from 256 aggregators.
/// forge-config: default.isolate = true
contract WorstCommitteeTest is Promising, Worst {
    /// @dev Nobody asks for most of them, and a hundred real ones fill the memory.
    function listOf(string memory what, uint256 i) internal pure override returns (bytes memory) {
        return abi.encode(keccak256(abi.encode(what, i)));
    }

    function test_CM6_worstOfACommittee() public {
        foundPromising(64, 256);
        address newcomer = register(256, 100 ether);
        line("register");
        vm.prank(newcomer);
        aggregators.resign();
        line("resign");
        register(257, 2 ether);
        rounds.begin(runId);
        line("begin");
        snapshot();
        tick();
        draw();
        tick();
        string[8] memory names = [
            "seatCommittee",
            "closeNoise",
            "open",
            "closeUploads",
            "query",
            "recordVerified",
            "recordUnmaskedCommittee",
            "settle"
        ];
        for (uint8 phase; phase < 7; ++phase) {
            bytes memory transition = transitionOf(phase);
            land(transition);
            line(names[phase]);
            if (phase == 5) snapshot();
            tick();
        }
        _court();
        // The court's answer was late: the void stands for the settlement.
        rounds.voidAttempt(runId);
        line("voidAttempt");
        assertTrue(rounds.factsOf(runId).gasUsed <= RunEnd.room(255, 64, 0) + 300_000, "RD16: the dearest attempt");
        done("worstCommittee");
    }

    /// @dev The longest list, the longest piece, all seats; a withheld file at the end.
    function _court() private {
        bytes memory piece = new bytes(16_384);
        for (uint256 i; i < piece.length; ++i) {
            piece[i] = 0xff;
        }
        bytes memory list = new bytes(16_384);
        bytes32 digest = sha256(piece);
        for (uint256 i; i < 512; ++i) {
            assembly ("memory-safe") {
                mstore(add(list, mul(32, add(i, 1))), digest)
            }
        }
        Statement memory said = unmasked(committee[0], sha256(list));
        bytes32 demandId = court.demandShare{value: BOND}(committee[0], said, Piece(list, 511));
        line("demandShare");
        court.answer(demandId, piece);
        uint256 answer = vm.lastCallGas().gasTotalUsed;
        line("answer");
        // Where calldata has a floor of its own (EIP-7623), the longest answer costs at least 40 gas a byte.
        assertTrue(answer <= 1_000_000 && 40 * (16_384 + 132) + 21_000 <= 1_000_000, "CM10: half of what a bond is for");
        said = verified(committee[127], verifierRootOf());
        FileProof memory file = fileProof(127);
        Piece memory first = Piece(listOf("file", 127), 0);
        Recorded memory facts = recorded(127);
        demandId = court.demandFile{value: BOND}(committee[127], said, file, first);
        line("demandFile");
        vm.warp(block.timestamp + 600);
        court.forfeit(demandId, facts);
        line("forfeit");
        snapshot();
        vm.warp(block.timestamp + 1 days);
        court.slash(demandId);
        line("slash");
    }
}
