export interface TurnedAway {
  readonly member: string;
  readonly round: number;
  readonly type: string;
  readonly code: string;
  readonly why: string;
}

const isTurnedAway = (value: unknown): value is TurnedAway => {
  const { member, round, type, code, why } = (value ?? {}) as Partial<Record<keyof TurnedAway, unknown>>;
  return typeof round === 'number' && [member, type, code, why].every((each) => typeof each === 'string');
};

/** What a member says about itself on `/status`, as far as the demo shows it. Total: missing numbers count as 0. */
export interface MemberStatus {
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly proofsChecked: number;
  /** Why it takes no part, where it does not. */
  readonly objection?: string;
  /** Reports that it refused for good. */
  readonly turnedAway: readonly TurnedAway[];
}

export async function memberStatus(endpoint: string): Promise<MemberStatus> {
  const json: unknown = await fetch(`${endpoint}/status`, { signal: AbortSignal.timeout(5_000) })
    .then((response) => response.json())
    .catch(() => ({}));
  const fields = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  const field = (name: string): number => {
    const value = fields[name];
    return typeof value === 'number' ? value : 0;
  };
  const { objection, turnedAway } = fields;
  return {
    ...(typeof objection === 'string' && { objection }),
    turnedAway: Array.isArray(turnedAway) ? turnedAway.filter(isTurnedAway) : [],
    bytesSent: field('bytesSent'),
    bytesReceived: field('bytesReceived'),
    proofsChecked: field('proofsChecked'),
  };
}
