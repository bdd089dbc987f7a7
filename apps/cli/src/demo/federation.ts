import { type Federation, loadWallets, syntheticWallets, WALLET_SOURCE } from '@concord/datasets';

export interface NamedFederation extends Federation {
  /** Where the records come from, for people. */
  readonly source: string;
}

/** The wallets data from disk or its public source, else a synthetic stand-in that says so. */
export async function loadFederation(options: {
  readonly folder: string | undefined;
  readonly download: boolean;
}): Promise<NamedFederation> {
  const real = await loadWallets(options).catch((error: unknown) => {
    if (!options.download) throw error;
    return undefined;
  });
  if (real !== undefined) return { ...real, source: WALLET_SOURCE.url };
  return { ...syntheticWallets(1), source: 'made by this program: shaped like the real data, about nobody' };
}
