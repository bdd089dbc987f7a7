/** What holders have signed, asked of themselves: evidence where two of their words differ, or one from the records. */
import type { Address, Deployment, Hex } from './facts.ts';
import { type HolderStatement, recover, type Statement, TYPES } from './signing.ts';

type Kind = HolderStatement['kind'];

/** A statement, and whose signature it carries. */
export interface Said<K extends Kind = Kind> {
  readonly holder: Address;
  readonly statement: Statement<K>;
  readonly signature: Hex;
}

export interface AttemptName {
  readonly runId: Hex;
  readonly round: number;
  readonly attempt: number;
}

/**
 * Asks each endpoint once for its statement of a kind about an attempt. Whose it is follows from the signature, whoever
 * lies behind the endpoint; silence and nonsense are no statement.
 */
export async function heardFrom<K extends Kind>(
  endpoints: readonly string[],
  deployment: Deployment,
  kind: K,
  { runId, round, attempt }: AttemptName,
): Promise<readonly Said<K>[]> {
  const asked = endpoints.map(async (endpoint): Promise<Said<K>> => {
    const url = `${endpoint}/posts/${runId}/${round}/${attempt}/${kind}`;
    const post = (await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).json()) as Record<string, unknown>;
    const fields = Object.fromEntries(TYPES[kind].map(({ name }) => [name, post[name]]));
    const statement = { ...fields, kind, runId, round, attempt } as unknown as Statement<K>;
    const signature = post['signature'] as Hex;
    return { holder: await recover(deployment, statement, signature), statement, signature };
  });
  const heard = await Promise.allSettled(asked);
  return heard.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

/** Whether the holder behind an endpoint has said its post; undefined: it does not answer within two seconds. */
export async function hasSaid(
  endpoint: string | undefined,
  { runId, round, attempt }: AttemptName,
  post: string,
): Promise<boolean | undefined> {
  if (endpoint === undefined) return undefined;
  try {
    const url = `${endpoint}/posts/${runId}/${round}/${attempt}/${post}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok ? true : response.status === 404 ? false : undefined;
  } catch {
    return undefined;
  }
}
