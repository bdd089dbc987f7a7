/**
 * A model that is only used once the chain vouches for it (GU8): the charter's id is the hash of the charter, the charter
 * holds the hash of its text, and the run that it started ended with the hash of this state.
 */
import {
  decodeRunState,
  inputRules,
  modelHash,
  parameterCount,
  runStateHash,
  type CharterText,
  type InputRules,
  type Model,
  type ModelShape,
  type RunState,
  type Standardization,
} from '@concord/protocol';
import { readCharterText } from '@concord/sdk';
import { bytesToHex, encodeFunctionData, keccak256, parseAbi, toEventSelector } from 'viem';
import { COLUMN_NAMES } from '../features.ts';
import { type Address, type Ask, bytesIn, type Hex, isLate, objectIn, quantityIn, within } from '../provider.ts';

/** Where charters and runs are; the model speaks about this chain and no other. */
export interface Place {
  readonly chainId: number;
  readonly charters: Address;
  readonly rounds: Address;
  /** Where accounts appeal against models; without it nobody is asked (GU16). */
  readonly appeals?: Address;
}

/** What the chain says the bytes must hash to. */
export interface Wanted {
  readonly charterId: Hex;
  /** SHA-256 of the charter's text. */
  readonly textDigest: Hex;
  /** The run state's hash (LR10). */
  readonly stateHash: Hex;
  /**
   * SHA-256 of the state's bytes, under which gateways have them, as the wallet's node tells it: only a way to find them,
   * for they must hash to `stateHash`. Rejects with UnverifiedModelError.
   */
  stateDigest(): Promise<Hex>;
}

/** The bytes that an application brings along, or gets from wherever it likes: they are checked, their origin is not. */
export interface ModelBytes {
  readonly text: Uint8Array;
  /** The run's final state (LR10): model, velocities and the constants to standardise with. */
  readonly state: Uint8Array;
}
export type ModelSource = (wanted: Wanted) => Promise<ModelBytes>;

export interface VerifiedModel {
  readonly charterId: Hex;
  /** SHA-256 of the model (LR2): what a contract knows it by. */
  readonly modelId: Hex;
  readonly stateHash: Hex;
  readonly model: Model;
  /** How features are standardised, and how the model sees them then (LR7); absent for trees, which see them as they are (LR31). */
  readonly standardization?: {
    readonly constants: Standardization;
    readonly inputs: InputRules;
  };
  readonly text: CharterText;
  /** Seconds since 1970: when its charter was voted in. */
  readonly passedAt: number;
}

export type ModelErrorCode =
  | 'CHAIN'
  | 'NO_ANSWER'
  | 'CHARTER'
  | 'NOT_FINISHED'
  | 'BYTES'
  | 'KIND'
  | 'COLUMNS'
  | 'UNTRAINED'
  | 'STALE';

/** The guard will not use a model. The message is a sentence for a person, and says what to do next. */
export class UnverifiedModelError extends Error {
  readonly code: ModelErrorCode;
  constructor(code: ModelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnverifiedModelError';
    this.code = code;
  }
}

const refuse = (code: ModelErrorCode, message: string, cause?: unknown): UnverifiedModelError =>
  new UnverifiedModelError(code, message, cause === undefined ? {} : { cause });

const ABI = parseAbi([
  'function charterOf(bytes32 charterId) view returns (bytes)',
  'function passedAt(bytes32 charterId) view returns (uint64)',
  'function finalModel(bytes32 runId) view returns (bytes32)',
]);

/** The raw answer of a view function of one bytes32. */
async function call(
  ask: Ask,
  to: Address,
  functionName: 'charterOf' | 'passedAt' | 'finalModel',
  id: Hex,
): Promise<Hex> {
  const data = encodeFunctionData({ abi: ABI, functionName, args: [id] });
  const answer = await ask('eth_call', [{ to, data }, 'latest']).catch((cause: unknown) => {
    throw refuse('NO_ANSWER', 'The wallet’s node did not say which model the charter ended with; try again.', cause);
  });
  const bytes = bytesIn(answer);
  if (bytes === undefined) throw refuse('NO_ANSWER', 'The wallet’s node answered no bytes about the model; try again.');
  return bytes;
}

/** Throws CHAIN when the wallet is on another chain than the model. */
export async function onChain(ask: Ask, { chainId }: Place): Promise<void> {
  const have = quantityIn(await ask('eth_chainId', []));
  if (have !== BigInt(chainId))
    throw refuse('CHAIN', `The wallet is on chain ${have ?? 'unknown'}, and the model is for chain ${chainId}.`);
}

async function finalHash(ask: Ask, { rounds }: Place, charterId: Hex): Promise<Hex> {
  const hash = await call(ask, rounds, 'finalModel', charterId);
  if (hash.length !== 66 || BigInt(hash) === 0n)
    throw refuse('NOT_FINISHED', 'The charter’s run has not ended with a model; use another charter or wait.');
  return hash;
}

/** keccak256("Settled(bytes32,uint32,uint32,bytes32,bytes32,bytes32)"). */
const SETTLED = toEventSelector('event Settled(bytes32 indexed, uint32, uint32, bytes32, bytes32, bytes32)');

/** The digest that the run's holders published this state under (RD11): the last word of its event, after the state's hash. */
async function settledBlob(ask: Ask, { rounds }: Place, charterId: Hex, stateHash: Hex): Promise<Hex> {
  const filter = { address: rounds, fromBlock: '0x0', toBlock: 'latest', topics: [SETTLED, charterId] };
  const answer = await ask('eth_getLogs', [filter]).catch((cause: unknown) =>
    isLate(cause) ? Promise.reject(cause) : [],
  );
  for (const log of Array.isArray(answer) ? answer.toReversed() : []) {
    const words = bytesIn(objectIn(log)?.['data'])?.slice(2).match(/.{64}/g);
    if (words?.length === 5 && `0x${words[3]}` === stateHash) return `0x${words[4]}`;
  }
  throw refuse(
    'BYTES',
    'The wallet’s node does not say under which name the model’s bytes are published; use another node, or bring the bytes.',
  );
}

/**
 * Where the text's digest stands in abi.encode(charter), in hex digits: after the offset, the version and the charter that
 * it succeeds. The id binds all of those bytes, so nothing else of the struct has to be understood here.
 */
const TEXT_DIGEST = 2 + 3 * 64;

/** The model of a charter, checked from its id down. Rejects with UnverifiedModelError. */
export async function verifyModel(ask: Ask, place: Place, charterId: Hex, source: ModelSource): Promise<VerifiedModel> {
  const [, charter, passedAt, stateHash] = await Promise.all([
    onChain(ask, place),
    call(ask, place.charters, 'charterOf', charterId),
    call(ask, place.charters, 'passedAt', charterId),
    finalHash(ask, place, charterId),
  ]);
  if (charter.length < TEXT_DIGEST + 64 || keccak256(charter) !== charterId)
    throw refuse('CHARTER', 'What the wallet’s node calls the charter does not hash to its id; use another node.');
  const textDigest: Hex = `0x${charter.slice(TEXT_DIGEST, TEXT_DIGEST + 64)}`;
  const passed = Number(quantityIn(passedAt) ?? 0n);
  if (passed === 0) throw refuse('CHARTER', 'The charter was not voted in; use another.');
  const stateDigest = (): Promise<Hex> => settledBlob(ask, place, charterId, stateHash);
  const wanted = { charterId, textDigest, stateHash, stateDigest };
  const bytes = await within(ask.signal, source(wanted)).catch((cause: unknown) => {
    if (cause instanceof UnverifiedModelError) throw cause;
    if (isLate(cause)) throw refuse('BYTES', 'The bytes of the model have not arrived yet; try again.', cause);
    throw refuse('BYTES', 'Nobody gave the bytes of the model; add a source that has them.', cause);
  });
  return { charterId, stateHash, passedAt: passed, ...opened(bytes, textDigest, stateHash) };
}

function standardizationIn({ statistics }: RunState, text: CharterText): VerifiedModel['standardization'] {
  if (!statistics || text.model.kind === 'trees') return undefined;
  return { constants: statistics.constants, inputs: inputRules(text) };
}

/** Rounds before which every account has the score of a model that never trained: statistics, or trees without leaves. */
const leastRounds = (shape: ModelShape): number => (shape.kind === 'trees' ? shape.depth : 2);

function opened(
  { text: textBytes, state: stateBytes }: ModelBytes,
  textDigest: Hex,
  stateHash: Hex,
): Pick<VerifiedModel, 'model' | 'modelId' | 'standardization' | 'text'> {
  try {
    const text = readCharterText(textBytes, textDigest);
    const state = decodeRunState(stateBytes);
    if (bytesToHex(runStateHash(state)) !== stateHash) throw new RangeError('a state with another hash');
    const { model } = state.optimizer;
    const { inputs, kind } = text.model;
    const fits = model.shape.inputs === inputs && model.shape.kind === kind;
    if (!fits || parameterCount(model.shape) !== parameterCount(text.model))
      throw new RangeError('a state that does not fit the charter');
    if (state.round < leastRounds(text.model))
      throw refuse('UNTRAINED', 'The charter’s run ended before its model had learned anything; use another charter.');
    const standardization = standardizationIn(state, text);
    if (!standardization && kind !== 'trees')
      throw refuse('KIND', 'The model is of a kind that this guard does not run; use another charter.');
    const strange = text.schema.columns.find(({ name }) => !COLUMN_NAMES.has(name));
    if (strange)
      throw refuse(
        'COLUMNS',
        `The model asks for “${strange.name}”, which the guard cannot compute; use another charter.`,
      );
    return { model, modelId: bytesToHex(modelHash(model)), ...(standardization && { standardization }), text };
  } catch (error) {
    if (error instanceof UnverifiedModelError) throw error;
    throw refuse(
      'BYTES',
      'The model’s bytes are not those that the chain holds the hash of; get them again from another source.',
      error,
    );
  }
}

/** Asks again whether the chain still says so: a node may have been wrong, or a block undone. */
export async function confirmModel(ask: Ask, place: Place, { charterId, stateHash }: VerifiedModel): Promise<void> {
  const hash = await finalHash(ask, place, charterId);
  if (hash !== stateHash)
    throw refuse('BYTES', 'The chain no longer says that the run ended with this model; load it again.');
}
