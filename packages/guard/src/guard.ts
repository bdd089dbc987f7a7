/**
 * A wallet with a guard before it (GU1): requests that sign or send are read, judged on this device and shown before the
 * wallet sees them; everything else passes as it came.
 */
import { type ColumnSource, type HistorySource, type Limits, LIMITS } from './history/history.ts';
import { sourcesWith } from './history/read.ts';
import { judge } from './judge.ts';
import { holdModel, type ModelOptions } from './model/holder.ts';
import type { ModelSource, VerifiedModel } from './model/model.ts';
import { asking, type Hex, type Provider, RejectedError, type Request } from './provider.ts';
import { isGuarded, readRequest } from './read/request.ts';
import type { Verdict } from './verdict.ts';

export type Decision = 'continue' | 'reject';

export interface GuardOptions {
  readonly model: ModelOptions;
  /**
   * Shown every verdict before the wallet is asked. Anything but 'continue', a throw too, ends the request with error
   * 4001. A page must show “unknown” as “not checked”.
   */
  readonly decide: (verdict: Verdict, request: Request) => Decision | Promise<Decision>;
  /** Logits above it warn, 2^-16; 0 unless told: more likely a scam than not. */
  readonly warnAbove?: number;
  /** Where histories may also come from, if the wallet's node has none; none unless a person switched one on. */
  readonly sources?: readonly HistorySource[];
  /** What the application knows of accounts itself: asked first, and the verdict says whose columns they are. */
  readonly columns?: ColumnSource;
  readonly limits?: Partial<Limits>;
  /** Host of the page, against which sign-ins are held; the page's own unless told. */
  readonly host?: string;
  /** Seconds since 1970; the device's clock unless told. */
  readonly now?: () => number;
}

export interface Guard<P extends Provider = Provider> {
  /** Stands in for the wallet: same methods, events and properties. */
  readonly provider: P;
  /** The verdict on a request without sending it. Never rejects. */
  check(request: Request): Promise<Verdict>;
  /** Uses the model of another charter from the moment it is verified. Rejects with UnverifiedModelError. */
  change(charterId: Hex, source: ModelSource): Promise<VerifiedModel>;
}

/** Wraps an EIP-1193 provider. The wrapped one is asked about the chain and histories, and nobody else is. */
export function guard<P extends Provider>(provider: P, options: GuardOptions): Guard<P> {
  const { now = () => Date.now() / 1000, warnAbove = 0, decide, sources = [], columns } = options;
  const limits = { ...LIMITS, ...options.limits };
  const host = options.host ?? (globalThis as { location?: { host?: string } }).location?.host;
  const holder = holdModel(options.model, now);
  const { appeals } = options.model.place;
  const bench = {
    holder,
    sources: sourcesWith(sources),
    limits,
    warnAbove,
    ...(columns && { columns }),
    ...(appeals && { appeals }),
  };
  const timed = () => asking(provider, AbortSignal.timeout(limits.milliseconds));
  const check = (request: Request): Promise<Verdict> => judge(timed(), readRequest(request, host), bench);

  /** Resolves once the request may go on. What was judged is what goes on: the page keeps no hold on it. */
  const admit = async (request: Request): Promise<Request> => {
    const kept = structuredClone(request);
    const verdict = await check(kept);
    const decided = async (): Promise<Decision> => decide(verdict, structuredClone(kept));
    if ((await decided().catch(() => 'reject')) !== 'continue') throw new RejectedError(verdict.reasons);
    return kept;
  };
  return {
    provider: standIn(provider, admit),
    check,
    change: (charterId, source) => holder.change(timed(), charterId, source),
  };
}

type Callback = (error: unknown, answer?: unknown) => void;

/** The provider with its ways to ask guarded, also those from before EIP-1193; all else is the provider's own. */
function standIn<P extends Provider>(provider: P, admit: (request: Request) => Promise<Request>): P {
  const request = async (asked: unknown): Promise<unknown> => {
    // Read once: a page could answer differently the second time.
    const { method, params } = (asked ?? {}) as { method?: unknown; params?: unknown };
    if (!isGuarded(method))
      return provider.request(
        asked === null || typeof asked !== 'object' ? (asked as Request) : ({ ...asked, method } as Request),
      );
    return provider.request(await admit({ method, params }));
  };
  const sendAsync = (payload: unknown, callback: Callback): void => {
    const { id, jsonrpc } = (payload ?? {}) as { id?: unknown; jsonrpc?: unknown };
    const batch = Array.isArray(payload);
    const answer = batch
      ? Promise.reject(new RejectedError(['Batches of requests cannot be checked.']))
      : request(payload);
    answer.then(
      (result) => callback(null, { id, jsonrpc, result }),
      (error: unknown) => callback(error),
    );
  };
  const send = (first: unknown, second: unknown): unknown => {
    if (typeof first === 'string') return request({ method: first, params: second });
    return typeof second === 'function' ? sendAsync(first, second as Callback) : request(first);
  };
  const replaced: Readonly<Record<PropertyKey, unknown>> = { request, sendAsync, send };
  const bound = new Map<unknown, unknown>();
  // The stand-in's own target is empty, so that a frozen wallet forbids nothing.
  const proxy: P = new Proxy({} as P, {
    get(_, key) {
      const value: unknown = Reflect.get(provider, key, provider);
      if (typeof value !== 'function') return value === provider ? proxy : value;
      if (Object.hasOwn(replaced, key)) return replaced[key];
      // Bound to the wallet, whose private fields a stand-in cannot reach; and what returns the wallet returns this.
      if (!bound.has(value))
        bound.set(value, (...args: unknown[]) => {
          const result: unknown = Reflect.apply(value, provider, args);
          return result === provider ? proxy : result;
        });
      return bound.get(value);
    },
    has: (_, key) => Reflect.has(provider, key),
    ownKeys: () => Reflect.ownKeys(provider),
    getPrototypeOf: () => Reflect.getPrototypeOf(provider),
    getOwnPropertyDescriptor(_, key) {
      const found = Reflect.getOwnPropertyDescriptor(provider, key);
      return (
        found && {
          value: proxy[key as keyof P],
          writable: true,
          enumerable: found.enumerable ?? false,
          configurable: true,
        }
      );
    },
    // A page that sets its own way to ask would have it asked past the guard: it cannot.
    set: (_, key, value) => !Object.hasOwn(replaced, key) && Reflect.set(provider, key, value, provider),
    defineProperty: (_, key, descriptor) =>
      !Object.hasOwn(replaced, key) && Reflect.defineProperty(provider, key, descriptor),
    deleteProperty: (_, key) => !Object.hasOwn(replaced, key) && Reflect.deleteProperty(provider, key),
  });
  return proxy;
}
