/** What a run may cost each member, as the charter's text says it: its node stops taking part before it is more (CH8). */
import { CharterTextError, integer, object } from './charterFields.ts';

export interface Caps {
  /** Bytes that a member's node sends for the run. */
  readonly memberBytes: number;
  /** Seconds that it computes for the run. */
  readonly memberSeconds: number;
}

/** Decodes `caps` of a text of version 2. Throws CharterTextError naming the first field that does not fit. */
export function decodeCaps(value: unknown, version: 1 | 2): Caps {
  if (version === 1) throw new CharterTextError('caps', 'none: a text that has caps is of version 2');
  const json = object(value, 'caps', ['memberBytes', 'memberSeconds']);
  return {
    memberBytes: integer(json['memberBytes'], 'caps.memberBytes', 1, Number.MAX_SAFE_INTEGER),
    memberSeconds: integer(json['memberSeconds'], 'caps.memberSeconds', 1, 0xffff_ffff),
  };
}
