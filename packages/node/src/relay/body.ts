/** Bodies of what is handed to a relayer: JSON objects whose fields are looked at one by one. */
import type { Address, Hex } from '@concord/sdk';

/** A JSON object's fields; none where the bytes are no object. */
export const fields = (body: Uint8Array): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
};

const matching =
  <T extends string>(pattern: RegExp) =>
  (value: unknown): value is T =>
    typeof value === 'string' && pattern.test(value);

export const isHash = matching<Hex>(/^0x[0-9a-f]{64}$/);
export const isAddress = matching<Address>(/^0x[0-9a-f]{40}$/);
export const isSignature = matching<Hex>(/^0x[0-9a-f]{130}$/);
/** Lower-case hex, whole bytes. */
export const isBytes = matching<Hex>(/^0x([0-9a-f]{2})*$/);
export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
