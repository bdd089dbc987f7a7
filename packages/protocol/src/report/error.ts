/** Why a report, a seal or a sum is refused. Returned as data; the verbs throw only on a caller's mistake. */

export type ReportErrorCode =
  | 'LENGTH'
  | 'HEADER'
  | 'FIELD'
  | 'SHARES'
  | 'CONTEXT'
  | 'TYPE'
  | 'ELEMENT'
  | 'Y1_ROOT'
  | 'Y2_DIGEST'
  | 'PROOF_DIGEST'
  | 'COMMITMENT_ROOT'
  | 'SIGNATURE'
  | 'NORM'
  | 'WRAPAROUND'
  | 'SEAL_LENGTH'
  | 'SEAL_HEADER'
  | 'SEAL_SHARE'
  | 'SEAL_DIGEST'
  | 'SEAL_OPEN'
  | 'SEED'
  | 'VERIFIER_LENGTH'
  | 'NORM_OUTPUT'
  | 'NORM_GADGET'
  | 'VALIDITY_OUTPUT'
  | 'VALIDITY_GADGET'
  | 'COMMITMENT'
  | 'SUM_COMMITMENT'
  | 'SUM_NORM';

export class ReportError extends Error {
  readonly code: ReportErrorCode;
  readonly have: string;
  readonly need: string;
  constructor(code: ReportErrorCode, have: string | number | bigint, need: string | number | bigint) {
    super(`${code}: have ${have}, need ${need}`);
    this.name = 'ReportError';
    this.code = code;
    this.have = String(have);
    this.need = String(need);
  }
}
