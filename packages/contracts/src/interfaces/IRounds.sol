// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CommitteeSeat, Facts, Promised, Reading, Seat, Verified} from "../types/Round.sol";
import {ICourt} from "./ICourt.sol";
import {ISigned} from "./ISigned.sol";

/// @title Rounds: the clock and the privacy ledger of every run
/// @notice A passed charter is a run (`runId = charterId`). Its phase follows from recorded facts and the block's time
/// (RD1). Anybody may carry the holders' EIP-712 signatures (domain "Concord", "1"; message types in spec/rounds.md);
/// they come in seat order, one of 65 bytes for each seat. Where a charter's shares have two holders (a committee,
/// spec/committee.md), `holders` are both halves of the committee, the k primaries and then the k standbys, and there is
/// one signature for each share: a byte, 0 the primary's or 1 the standby's, and its 65 bytes. Every transition reverts with `WrongPhase` outside its
/// phase, with `DeadlinePassed` after its deadline (RD4), and with `GasCapExceeded` beyond the charter's gas (CH8).
interface IRounds is ISigned {
    event Seated(bytes32 indexed runId, uint32 round, uint32 attempt, bytes32 committeeHash, Seat[] seats);
    event NoiseClosed(bytes32 indexed runId, uint32 round, uint32 attempt, bytes32 root, bytes32 blob);
    event Opened(bytes32 indexed runId, uint32 round, uint32 attempt, bytes32 beacon);
    event UploadsClosed(bytes32 indexed runId, uint32 round, uint32 attempt, bytes32 root, bytes32 blob);
    event Queried(bytes32 indexed runId, uint32 round, uint32 attempt, bytes32 beacon);
    /// @param rhoAfter The run's total after this charge, wad of zCDP ρ.
    event VerifiedRecorded(
        bytes32 indexed runId,
        uint32 round,
        uint32 attempt,
        bytes32 uploadRoot,
        bytes32 verifierRoot,
        bytes32 acceptRoot,
        uint16 updates,
        uint16 noises,
        bytes32 blob,
        uint256 rhoAfter
    );
    event UnmaskedRecorded(bytes32 indexed runId, uint32 round, uint32 attempt, bytes32[] shareDigests);
    event Settled(
        bytes32 indexed runId, uint32 round, uint32 attempt, bytes32 aggregateRoot, bytes32 modelHash, bytes32 blob
    );
    /// @param phase The phase whose deadline had passed.
    event Voided(bytes32 indexed runId, uint32 round, uint32 attempt, uint8 phase);

    /// @notice No attempt is under way, and this is left of the charter's gasCap before the one that is named (CH8, RD16).
    event GasLeft(bytes32 indexed runId, uint32 round, uint32 attempt, uint256 gas);
    /// @notice The members ended the run (RD17): the attempt, if there was one, is void.
    event Stopped(
        bytes32 indexed runId, uint32 round, uint32 attempt, uint8 phase, Reading[] readings, bytes[] signatures
    );

    /// @notice A committee's run has begun: its round 0 is drawn from this roster (CM2).
    event Begun(bytes32 indexed runId, bytes32 rosterHash);
    /// @notice The attempt is to be drawn from this roster (CM2).
    event Snapshot(bytes32 indexed runId, uint32 round, uint32 attempt, bytes32 rosterHash);
    /// @param rosterHash Of the roster that this beacon draws from.
    event Drawn(bytes32 indexed runId, uint32 round, uint32 attempt, bytes32 beacon, bytes32 rosterHash);
    event CommitteeSeated(
        bytes32 indexed runId, uint32 round, uint32 attempt, bytes32 committeeHash, CommitteeSeat[] seats
    );
    /// @param mix XOR of the draw preimages of all shares, which goes into the draw of the round after `round`.
    event DrawRevealed(bytes32 indexed runId, uint32 round, bytes32 mix);

    error NotPassed(bytes32 runId);
    error WrongPhase(uint8 have, uint8 need);
    error DeadlinePassed(uint256 time, uint256 deadline);
    /// @notice Too early to void.
    error NotOverdue(uint256 time, uint256 deadline);
    /// @notice All members must sit until the seat deadline, a smaller committee may after it (RD6).
    error CommitteeTooSmall(uint256 have, uint256 need);
    error SeatsNotAscending(uint256 index);
    error NotMember(address holder);
    /// @notice The holders are not those that are seated.
    error WrongCommittee(bytes32 have, bytes32 need);
    error WrongCount(uint256 have, uint256 need);
    /// @notice The preimages' hashes are not what the seats committed to.
    error WrongPreimages(bytes32 have, bytes32 need);
    /// @notice The beacon's block is not mined yet: try again in a block after `need`.
    error BeaconEarly(uint256 blockNumber, uint256 need);
    /// @notice The beacon's block is more than 256 blocks old: the attempt can only be voided.
    error BeaconLost(uint256 blockNumber, uint256 need);
    /// @notice Fewer accepted updates than the charter's minCohort (CH5).
    error CohortTooSmall(uint256 have, uint256 need);
    /// @notice Fewer accepted noise reports than the charter's minNoise (DP3).
    error NoiseTooSmall(uint256 have, uint256 need);
    /// @notice The charge would pass the cap (LG2); both ε in wad.
    error BudgetExceeded(uint256 epsilon, uint256 cap);
    /// @notice The charter's shares have two holders each.
    error NotConsortium(bytes32 runId);
    /// @notice The charter's shares have one holder each, or the run has not begun.
    error NotCommittee(bytes32 runId);
    error NotCourt(address sender);
    /// @notice More than half of the members must sign, or so many that the others are fewer than minCohort.
    error TooFewStop(uint256 have, uint256 need);
    error AlreadyBegun(bytes32 runId);
    error NotDrawn(bytes32 runId);
    error AlreadyDrawn(bytes32 runId);
    /// @notice Not who was drawn for this seat.
    error WrongHolder(uint256 seat, address have, address need);
    /// @notice Nobody sits there: before the seat deadline, beside an empty seat of the same share, or where a signature
    /// is said to come from.
    error SeatMissing(uint256 seat);
    /// @notice This transition needs more gas than the charter's gasCap has left (CH8).
    error GasCapExceeded(uint256 gas, uint256 left);

    /// @notice Seats the committee of the next attempt: every member, or after the seat deadline at least
    /// max(minCohort, 3) of them (RD6). `seats` strictly ascend by holder; each signature is the holder's over `Seat`.
    function seat(bytes32 runId, Seat[] calldata seats, bytes[] calldata signatures) external;

    /// @notice Starts the run of a committee's charter and takes its first snapshot of the roster (CM2).
    function begin(bytes32 runId) external;

    /// @notice Draws the beacon of the next attempt's committee, from two blocks after its snapshot or its preimages on;
    /// past 256 blocks it takes a new snapshot instead, and is to be called again (CM3).
    function draw(bytes32 runId) external;

    /// @notice Seats the committee that was drawn (CM5). Past the seat deadline a seat may be empty (all but its holder 0,
    /// no signature) beside the other one of its share; past twice the deadline nobody sits.
    /// @param roster The words `address ‖ u96 stake` of the snapshot.
    /// @param seats 2k in the order of the draw; each signature is the holder's over `CommitteeSeat`.
    function seatCommittee(
        bytes32 runId,
        bytes32[] calldata roster,
        CommitteeSeat[] calldata seats,
        bytes[] calldata signatures
    ) external;

    /// @notice Records the root of all noise reports; each holder signed `NoiseClosed`.
    function closeNoise(
        bytes32 runId,
        address[] calldata holders,
        bytes32 root,
        bytes32 blob,
        bytes[] calldata signatures
    ) external;

    /// @notice Reveals the open preimages in seat order and draws openBeacon (RD8). A share's are its primary's, or its
    /// standby's where the primary's seat is empty (CM5).
    function open(bytes32 runId, bytes32[] calldata preimages) external;

    /// @notice Records the root of all update reports; each holder signed `UploadsClosed`.
    function closeUploads(
        bytes32 runId,
        address[] calldata holders,
        bytes32 root,
        bytes32 blob,
        bytes[] calldata signatures
    ) external;

    /// @notice Reveals the query preimages in seat order and draws verifyBeacon (RD8).
    function query(bytes32 runId, bytes32[] calldata preimages) external;

    /// @notice Records the accept set and charges the ledger (LG1); each holder signed `Verified`.
    function recordVerified(
        bytes32 runId,
        address[] calldata holders,
        Verified calldata verified,
        bytes[] calldata signatures
    ) external;

    /// @notice Records the digest of each holder's aggregate share; each holder signed `Unmasked` over its own.
    function recordUnmasked(
        bytes32 runId,
        address[] calldata holders,
        bytes32[] calldata shareDigests,
        bytes[] calldata signatures
    ) external;

    /// @notice The same of a committee, which reveals its draw preimages with it (CM3).
    function recordUnmaskedCommittee(
        bytes32 runId,
        address[] calldata holders,
        bytes32[] calldata shareDigests,
        bytes32[] calldata drawPreimages,
        bytes[] calldata signatures
    ) external;

    /// @notice Records the sum and the next model: the round is FINAL; each holder signed `Settled`.
    function settle(
        bytes32 runId,
        address[] calldata holders,
        bytes32 aggregateRoot,
        bytes32 modelHash,
        bytes32 blob,
        bytes[] calldata signatures
    ) external;

    /// @notice Ends an attempt whose phase is past its deadline (RD4); the next one begins at SEAT. What it charged
    /// stays charged (RD5, LG3). It is metered but never refused for gas, or a run could be stuck.
    function voidAttempt(bytes32 runId) external;

    /// @notice Ends the current attempt, whatever its time, because bytes that are promised in it are withheld (CM10). Only
    /// the court may. Charges and gas are as in `voidAttempt`.
    function voidWithheld(bytes32 runId) external;

    /// @notice Ends the run with the model that it has (RD17): more than half of the members, or so many that the others are
    /// no cohort, signed `Stop` for the current round; they come in ascending order. Not once the attempt is charged; like `voidAttempt` it is never refused for gas.
    function stop(bytes32 runId, Reading[] calldata readings, bytes[] calldata signatures) external;

    /// @notice What the current attempt's facts promise (CM10).
    function promisedIn(bytes32 runId) external view returns (Promised memory);

    /// @notice Where withheld bytes are asked for.
    function COURT() external view returns (ICourt);

    /// @notice The phase, SEAT 0 … SETTLE 7, FINISHED 8: between attempts, once all rounds are FINAL, the sunset has passed,
    /// what is left of gas or privacy does not pay for another attempt (RD16), or the members stopped it (RD17).
    function phaseOf(bytes32 runId) external view returns (uint8);

    /// @notice Whether anybody may void the attempt now: in SEAT a consortium's never (RD6), a committee's past twice the
    /// deadline (CM5).
    function overdue(bytes32 runId) external view returns (bool);

    function factsOf(bytes32 runId) external view returns (Facts memory);

    /// @notice SHA-256 of the model state that the run ended with; 0 until it is FINISHED.
    function finalModel(bytes32 runId) external view returns (bytes32);

    /// @notice ε in wad that the run has spent, at the charter's δ (DP6).
    function epsilonSpent(bytes32 runId) external view returns (uint256 wad);
}
