/** An argument lay outside the range in which the bounds of spec/privacy.md hold. */
export class PrivacyRangeError extends Error {
  override readonly name = 'PrivacyRangeError';
  readonly code = 'PRIVACY_RANGE';
  readonly parameter: string;
  readonly actual: number | bigint;
  readonly allowed: string;

  constructor(parameter: string, actual: number | bigint, allowed: string) {
    super(`${parameter} is ${actual}: choose it ${allowed}`);
    this.parameter = parameter;
    this.actual = actual;
    this.allowed = allowed;
  }
}

/** @throws PrivacyRangeError unless `holds`; `allowed` completes “choose it …”. */
export function requireRange(holds: boolean, parameter: string, actual: number | bigint, allowed: string): void {
  if (!holds) throw new PrivacyRangeError(parameter, actual, allowed);
}
