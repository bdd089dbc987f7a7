/** What a member says about itself on `/status`, as far as the demo shows it. Total: missing numbers count as 0. */
export interface MemberStatus {
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly proofsChecked: number;
}

export async function memberStatus(endpoint: string): Promise<MemberStatus> {
  const json: unknown = await fetch(`${endpoint}/status`, { signal: AbortSignal.timeout(5_000) })
    .then((response) => response.json())
    .catch(() => ({}));
  const field = (name: string): number => {
    const value = typeof json === 'object' && json !== null ? (json as Record<string, unknown>)[name] : undefined;
    return typeof value === 'number' ? value : 0;
  };
  return { bytesSent: field('bytesSent'), bytesReceived: field('bytesReceived'), proofsChecked: field('proofsChecked') };
}
