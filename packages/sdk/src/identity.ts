/** Names that are hashes of ABI-encoded structs (spec/charter.md). */
import { chartersAbi, roundsAbi } from '@concord/contracts';
import { encodeAbiParameters, getAbiItem, getContractAddress, keccak256 } from 'viem';
import type { Address, Aggregation, Charter, CommitteeSeat, Deployment, Hex, Seat } from './facts.ts';

/** Addresses are lowercase in facts, so that they compare and sort as the numbers that they are. */
export const lowercase = (address: Address): Address => address.toLowerCase() as Address;

const CHARTER = getAbiItem({ abi: chartersAbi, name: 'propose' }).inputs;
const AGGREGATION = [CHARTER[0].components[8]] as const;
/** The registry of staked aggregators: the first contract that this deployment's Rounds made, in its constructor (CM1). */
export const aggregatorsOf = ({ rounds }: Pick<Deployment, 'rounds'>): Address =>
  lowercase(getContractAddress({ from: rounds, nonce: 1n }));

/** Where withheld bytes are asked for: the second contract that Rounds made (CM10). */
export const courtOf = ({ rounds }: Pick<Deployment, 'rounds'>): Address =>
  lowercase(getContractAddress({ from: rounds, nonce: 2n }));

const COMMITTEE_SEATS = [getAbiItem({ abi: roundsAbi, name: 'seatCommittee' }).inputs[2]] as const;
const SEATS = [getAbiItem({ abi: roundsAbi, name: 'seat' }).inputs[1]] as const;

/** keccak256(abi.encode(charter)): the charter's and its run's id. */
export const charterIdOf = (charter: Charter): Hex => keccak256(encodeAbiParameters(CHARTER, [charter]));

/** keccak256(abi.encode(aggregation)): part of every report's context [AG1][AG4]. */
export const paramsHashOf = (aggregation: Aggregation): Hex =>
  keccak256(encodeAbiParameters(AGGREGATION, [aggregation]));

/** abi.encode(seats), as the court is shown who sits [CM10]. */
export const encodeSeats = (seats: readonly Seat[]): Hex => encodeAbiParameters(SEATS, [seats]);
export const encodeCommitteeSeats = (seats: readonly CommitteeSeat[]): Hex =>
  encodeAbiParameters(COMMITTEE_SEATS, [seats]);

/** keccak256(abi.encode(seats)), seats ascending by holder [RD9]. */
export const committeeHashOf = (seats: readonly Seat[]): Hex => keccak256(encodeSeats(seats));

/** keccak256(abi.encode(seats)) of a drawn committee, in the order of the draw (CM5). */
export const drawnCommitteeHashOf = (seats: readonly CommitteeSeat[]): Hex => keccak256(encodeCommitteeSeats(seats));
