// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAggregators, Statement} from "./interfaces/IAggregators.sol";
import {IRounds} from "./interfaces/IRounds.sol";
import {RoundMessages} from "./libraries/RoundMessages.sol";
import {Signatures} from "./libraries/Signatures.sol";

/// @notice See IAggregators. Rounds creates it, so that each knows the other and neither needs to be told.
contract Aggregators is IAggregators {
    uint256 public constant MIN_STAKE = 1 ether;
    uint256 public constant WITHDRAW_DELAY = 7 days;
    uint256 public constant ROSTER_MAX = 256;
    uint256 public constant ENDPOINT_MAX = 256;
    /// Where slashed stakes go: nobody has its key.
    address public constant BURN = address(0xdead);

    /// Every statement begins with runId, round and attempt.
    uint256 private constant ATTEMPT_BYTES = 96;

    /// One word.
    struct Account {
        /// Wei, in the roster or resigned.
        uint96 stake;
        /// Seconds since 1970; 0 unless resigned.
        uint40 resignedAt;
        /// Index in the roster + 1; 0 outside it.
        uint16 place;
    }

    /// @notice Whose EIP-712 domain holders sign in: the contract that created this one.
    address public immutable rounds;

    bytes32 public rosterHash;
    /// @notice Evidence that has been used (CM9).
    mapping(bytes32 evidence => bool) public slashed;

    uint256[] private _roster;
    mapping(address aggregator => Account) private _accounts;

    constructor() {
        rounds = msg.sender;
        _renew();
    }

    function register(string calldata endpoint) external payable {
        uint256 length = bytes(endpoint).length;
        if (length > ENDPOINT_MAX) revert EndpointTooLong(length, ENDPOINT_MAX);
        Account storage account = _accounts[msg.sender];
        uint256 stake = account.stake + msg.value;
        if (stake < MIN_STAKE) revert StakeTooSmall(stake, MIN_STAKE);
        if (stake > type(uint96).max) revert StakeTooLarge(stake, type(uint96).max);

        account.stake = uint96(stake);
        uint256 word = uint256(uint160(msg.sender)) << 96 | stake;
        if (account.place > 0) {
            _roster[account.place - 1] = word;
        } else {
            if (_roster.length == ROSTER_MAX) _pushOut(stake);
            _roster.push(word);
            account.place = uint16(_roster.length);
            account.resignedAt = 0;
        }
        _renew();
        emit Registered(msg.sender, stake, endpoint);
    }

    function resign() external {
        if (_accounts[msg.sender].place == 0) revert NotRegistered(msg.sender);
        _resign(msg.sender);
        _renew();
    }

    function withdraw() external {
        Account memory account = _accounts[msg.sender];
        if (account.resignedAt == 0) revert NotResigned(msg.sender);
        uint256 need = account.resignedAt + WITHDRAW_DELAY;
        if (block.timestamp < need) revert TooEarly(block.timestamp, need);
        delete _accounts[msg.sender];
        emit Withdrawn(msg.sender, account.stake);
        _pay(msg.sender, account.stake);
    }

    function slashEquivocation(address holder, bytes32 typeHash, Statement calldata a, Statement calldata b) external {
        if (!RoundMessages.isStatement(typeHash)) revert UnknownStatement(typeHash);
        bytes calldata attempt = _attemptOf(a);
        bytes32 have = keccak256(_attemptOf(b));
        if (have != keccak256(attempt)) revert DifferentAttempts(have, keccak256(attempt));
        bytes32 first = keccak256(bytes.concat(typeHash, a.data));
        bytes32 second = keccak256(bytes.concat(typeHash, b.data));
        if (first == second) revert SameStatement();
        bytes32 domain = Signatures.domainOf(rounds);
        Signatures.requireSigned(Signatures.digestOf(domain, first), holder, a.signature);
        Signatures.requireSigned(Signatures.digestOf(domain, second), holder, b.signature);
        _slash(holder, keccak256(bytes.concat(abi.encode(holder, typeHash), attempt)));
    }

    function slashWithheld(address holder, bytes32 evidence) external {
        if (msg.sender != address(IRounds(rounds).COURT())) revert NotCourt(msg.sender);
        _slash(holder, evidence);
    }

    function roster() external view returns (uint256[] memory words) {
        return _roster;
    }

    function stakeOf(address account) external view returns (uint256) {
        return _accounts[account].stake;
    }

    function withdrawableAt(address account) external view returns (uint256) {
        uint256 resignedAt = _accounts[account].resignedAt;
        return resignedAt == 0 ? 0 : resignedAt + WITHDRAW_DELAY;
    }

    /// @dev Makes the first of the least entries resign, if it has less than `stake`.
    function _pushOut(uint256 stake) private {
        uint256 least = _roster[0];
        for (uint256 i = 1; i < ROSTER_MAX; ++i) {
            uint256 word = _roster[i];
            if (uint96(word) < uint96(least)) least = word;
        }
        if (stake <= uint96(least)) revert StakeTooSmall(stake, uint256(uint96(least)) + 1);
        _resign(_addressOf(least));
    }

    function _resign(address aggregator) private {
        _leave(aggregator);
        _accounts[aggregator].resignedAt = uint40(block.timestamp);
        emit Resigned(aggregator);
    }

    /// @dev The last entry takes the place of the one that leaves.
    function _leave(address aggregator) private {
        uint16 place = _accounts[aggregator].place;
        uint256 last = _roster[_roster.length - 1];
        _roster[place - 1] = last;
        _roster.pop();
        _accounts[_addressOf(last)].place = place;
        _accounts[aggregator].place = 0;
    }

    function _renew() private {
        rosterHash = keccak256(abi.encodePacked(_roster));
    }

    function _slash(address holder, bytes32 evidence) private {
        if (slashed[evidence]) revert AlreadySlashed(evidence);
        uint256 amount = _accounts[holder].stake;
        if (amount == 0) revert NothingAtStake(holder);
        slashed[evidence] = true;
        if (_accounts[holder].place > 0) {
            _leave(holder);
            _renew();
        }
        delete _accounts[holder];
        emit Slashed(holder, evidence, amount);
        _pay(BURN, amount);
    }

    /// @dev The last thing that a function does.
    function _pay(address to, uint256 amount) private {
        (bool paid,) = to.call{value: amount}("");
        if (!paid) revert PaymentRefused(to);
    }

    function _attemptOf(Statement calldata statement) private pure returns (bytes calldata) {
        uint256 length = statement.data.length;
        if (length < ATTEMPT_BYTES) revert StatementTooShort(length, ATTEMPT_BYTES);
        return statement.data[:ATTEMPT_BYTES];
    }

    function _addressOf(uint256 word) private pure returns (address) {
        return address(uint160(word >> 96));
    }
}
