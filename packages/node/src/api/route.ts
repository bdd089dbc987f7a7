/** One thing that a node answers over HTTP: a path with named parts, a cap on the body, and a pure-looking handler. */
export interface Asked {
  /** The named parts of the path. */
  readonly parts: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
}

export interface Reply {
  readonly status: number;
  /** Bytes as they are, anything else as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** It says only that there is nothing yet, whatever was asked for: it uses up no caps [RD18]. */
  readonly nothing?: true;
}

export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** Segments; `:name` names a part, e.g. `/ipfs/:cid`. */
  readonly path: string;
  /** Most bytes of a body. */
  readonly most: () => number;
  readonly answer: (asked: Asked) => Promise<Reply> | Reply;
}

/** An answer that is not what was asked for: a stable code and a sentence that says what to do next. */
export const refusal = (status: number, code: string, message: string): Reply => ({ status, body: { code, message } });

/** Longest time that a caller may ask to be kept waiting for something to happen, milliseconds. */
const LONGEST_WAIT = 10_000;

/** `?wait=<ms>`: how long the caller wants to wait for what is not there yet. */
export function waitOf(query: URLSearchParams): number {
  const wait = Number(query.get('wait') ?? 0);
  return Number.isFinite(wait) ? Math.max(0, Math.min(LONGEST_WAIT, wait)) : 0;
}

/** The route of a request and its named parts; undefined when there is none. */
export function match(
  routes: readonly Route[],
  method: string,
  pathname: string,
): { readonly route: Route; readonly parts: Record<string, string> } | undefined {
  const have = pathname.split('/');
  for (const route of routes) {
    const want = route.path.split('/');
    if (route.method !== method || want.length !== have.length) continue;
    const parts: Record<string, string> = {};
    const fits = want.every((segment, i) => {
      if (!segment.startsWith(':')) return segment === have[i];
      parts[segment.slice(1)] = have[i] ?? '';
      return have[i] !== '';
    });
    if (fits) return { route, parts };
  }
  return undefined;
}
