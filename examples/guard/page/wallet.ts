/** A test wallet in the page: announces itself (EIP-6963), keeps no key, and lets the embedded chain sign for its account. */
import type { Hex, Request } from '@concord/guard';

export interface TestWallet {
  /** Refuses what lists histories, as most public nodes do. */
  blind: boolean;
}

/** Starts it; `onAsked` hears every request that reaches it. */
export function startWallet(account: Hex, onAsked: (request: Request) => void): TestWallet {
  const wallet: TestWallet = { blind: false };
  let id = 0;
  const request = async (asked: Request): Promise<unknown> => {
    onAsked(asked);
    const { method, params = [] } = asked;
    if (method === 'eth_requestAccounts' || method === 'eth_accounts') return [account];
    if (wallet.blind && /^(ots|trace)_/.test(method))
      throw Object.assign(new Error('the method does not exist'), { code: -32601 });
    const body = JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params });
    const response = await fetch('/rpc', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { result, error } = (await response.json()) as {
      result?: unknown;
      error?: { code: number; message: string };
    };
    if (error) throw Object.assign(new Error(error.message), { code: error.code });
    return result;
  };
  const info = {
    uuid: crypto.randomUUID(),
    name: 'Test wallet',
    icon: 'data:image/svg+xml,<svg/>',
    rdns: 'example.concord.wallet',
  };
  const announce = (): void =>
    void window.dispatchEvent(
      new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider: { request } }) }),
    );
  window.addEventListener('eip6963:requestProvider', announce);
  announce();
  return wallet;
}
