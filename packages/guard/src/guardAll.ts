/** Every wallet that announces itself in a page (EIP-6963), guarded before the page gets hold of it (GU11). */
import { guard, type Guard, type GuardOptions } from './guard.ts';
import type { Provider } from './provider.ts';

const ANNOUNCE = 'eip6963:announceProvider';
const REQUEST = 'eip6963:requestProvider';

export interface WalletInfo {
  readonly uuid: string;
  readonly name: string;
  readonly icon: string;
  readonly rdns: string;
}

export interface GuardedWallet {
  readonly info: WalletInfo;
  readonly guard: Guard;
}

export interface GuardedWallets {
  /** In the order in which they announced themselves; grows. */
  readonly wallets: readonly GuardedWallet[];
  /** Stops guarding wallets that announce themselves from now on. */
  stop(): void;
}

/**
 * Call it before anything else in the page runs: each announcement is caught, its wallet wrapped, and announced again.
 * `target` is the window.
 */
export function guardAll(
  options: GuardOptions,
  target: EventTarget = globalThis as unknown as EventTarget,
): GuardedWallets {
  const wallets: GuardedWallet[] = [];
  const known = new Map<Provider, GuardedWallet>();
  const ours = new WeakSet<Event>();
  const onAnnounce = (event: Event): void => {
    if (ours.has(event)) return;
    event.stopImmediatePropagation();
    const { info, provider } = (event as CustomEvent<{ info?: WalletInfo; provider?: Provider }>).detail ?? {};
    if (!info || typeof provider?.request !== 'function') return;
    const wallet = known.get(provider) ?? { info, guard: guard(provider, options) };
    if (!known.has(provider)) wallets.push(wallet);
    known.set(provider, wallet);
    const again = new CustomEvent(ANNOUNCE, { detail: Object.freeze({ info, provider: wallet.guard.provider }) });
    ours.add(again);
    target.dispatchEvent(again);
  };
  // The capture phase comes first, and so does who listens first.
  target.addEventListener(ANNOUNCE, onAnnounce, { capture: true });
  target.dispatchEvent(new Event(REQUEST));
  return { wallets, stop: () => target.removeEventListener(ANNOUNCE, onAnnounce, { capture: true }) };
}
