// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice The part of Concord's Inference that a vault calls.
interface IUse {
    function use(bytes32 runId, string calldata purpose, int32[] calldata features) external payable returns (int32);
}

/// @title A vault that delays transfers to risky counterparties
/// @notice The owner's transfers go out at once where a jointly trained model finds the counterparty ordinary. Otherwise –
/// risky, or not checked – they wait, and the owner can take them back. The vault never refuses one for good.
/// @dev What the model is told about a counterparty comes from `oracle`, whom the vault's founder chose. The vault trusts
/// it: an oracle that lies decides what is delayed. It cannot move anything.
contract CautiousVault {
    enum Verdict {
        NOT_CHECKED,
        ORDINARY,
        RISKY
    }

    struct Report {
        uint64 time;
        int32[] features;
    }

    struct Waiting {
        address payable to;
        uint96 amount;
        uint64 until;
    }

    event Checked(address indexed to, Verdict verdict, int32 score);
    event Sent(address indexed to, uint256 amount);
    event Delayed(uint256 indexed id, address indexed to, uint256 amount, uint64 until);
    event Canceled(uint256 indexed id);

    error NotOwner(address have, address need);
    error NotOracle(address have, address need);
    /// @notice Send the transaction with more gas: with so little the model could be cut short, and that must not pass
    /// for a model that has nothing to say.
    error TooLittleGas(uint256 have, uint256 need);
    error TooLittleEther(uint256 have, uint256 need);
    error NothingWaits(uint256 id);
    error TooEarly(uint256 time, uint256 until);
    error NotTaken(address to);

    IUse public immutable INFERENCE;
    bytes32 public immutable RUN_ID;
    address public immutable OWNER;
    address public immutable ORACLE;
    /// Logit in 2⁻¹⁶ from which on a counterparty is risky.
    int32 public immutable LIMIT;
    /// Gas that the model gets: more than it needs, by measure.
    uint256 public immutable MODEL_GAS;
    /// wei that the charter asks for one use.
    uint256 public immutable PRICE;
    uint64 public constant DELAY = 2 days;
    /// Older reports count as none.
    uint64 public constant FRESH = 1 days;
    /// What the call costs before the model runs: a cold account and the ether that goes along.
    uint256 private constant CALL_GAS = 40_000;
    /// As the charter's terms of use name it.
    string public purpose;

    mapping(address counterparty => Report) private _reports;
    mapping(uint256 id => Waiting) public waiting;
    uint256 private _ids;

    constructor(
        IUse inference,
        bytes32 runId,
        string memory purpose_,
        uint256 price,
        address owner,
        address oracle,
        int32 limit,
        uint256 modelGas
    ) payable {
        (INFERENCE, RUN_ID, purpose, PRICE) = (inference, runId, purpose_, price);
        (OWNER, ORACLE, LIMIT, MODEL_GAS) = (owner, oracle, limit, modelGas);
    }

    receive() external payable {}

    /// @notice What the oracle knows of a counterparty: Q16 features, as the charter's schema has them.
    function report(address counterparty, int32[] calldata features) external {
        if (msg.sender != ORACLE) revert NotOracle(msg.sender, ORACLE);
        _reports[counterparty] = Report(uint64(block.timestamp), features);
    }

    /// @notice Sends at once to whom the model finds ordinary; otherwise the transfer waits.
    /// @return id 0 when it was sent, otherwise what it waits under.
    function send(address payable to, uint96 amount) external returns (uint256 id) {
        if (msg.sender != OWNER) revert NotOwner(msg.sender, OWNER);
        Verdict verdict = _check(to);
        if (verdict == Verdict.ORDINARY) {
            _pay(to, amount);
            return 0;
        }
        id = ++_ids;
        waiting[id] = Waiting(to, amount, uint64(block.timestamp) + DELAY);
        emit Delayed(id, to, amount, uint64(block.timestamp) + DELAY);
    }

    /// @notice Sends what has waited long enough. Anybody may call.
    function release(uint256 id) external {
        Waiting memory it = waiting[id];
        if (it.until == 0) revert NothingWaits(id);
        if (block.timestamp < it.until) revert TooEarly(block.timestamp, it.until);
        delete waiting[id];
        _pay(it.to, it.amount);
    }

    /// @notice Takes a waiting transfer back.
    function cancel(uint256 id) external {
        if (msg.sender != OWNER) revert NotOwner(msg.sender, OWNER);
        if (waiting[id].until == 0) revert NothingWaits(id);
        delete waiting[id];
        emit Canceled(id);
    }

    /// @dev A model that does not answer – past its sunset, at another price, with features that do not fit – is no reason
    /// to send, and none to be stuck: NOT_CHECKED. But a caller who picks the gas (a relayer, a bundler) must not be able
    /// to choose that. A call passes on at most 63/64 of what is left (EIP-150), and silently less than was asked for; so
    /// what is left must be enough before the call. (Delaying costs more than the 1/64 that a starved call of this size
    /// leaves, so this vault would run dry anyway; one with a cheaper way on, or a larger model, would not.)
    function _check(address to) private returns (Verdict verdict) {
        Report memory known = _reports[to];
        int32 score;
        if (known.time != 0 && block.timestamp - known.time <= FRESH && address(this).balance >= PRICE) {
            bytes memory call = abi.encodeCall(IUse.use, (RUN_ID, purpose, known.features));
            uint256 need = MODEL_GAS * 64 / 63 + CALL_GAS;
            if (gasleft() < need) revert TooLittleGas(gasleft(), need);
            (bool answered, bytes memory answer) = address(INFERENCE).call{value: PRICE, gas: MODEL_GAS}(call);
            // An account without code "succeeds" and answers nothing.
            if (answered && answer.length == 32) {
                score = abi.decode(answer, (int32));
                verdict = score < LIMIT ? Verdict.ORDINARY : Verdict.RISKY;
            }
        }
        emit Checked(to, verdict, score);
    }

    function _pay(address payable to, uint256 amount) private {
        if (address(this).balance < amount) revert TooLittleEther(address(this).balance, amount);
        emit Sent(to, amount);
        (bool taken,) = to.call{value: amount}("");
        if (!taken) revert NotTaken(to);
    }
}
