/** Where a node is reached: what it announces on chain, and what a relayer lets it announce. */

/** Scheme, host with port, and perhaps a path, without a slash at the end; short, because it is stored on chain (WI7). */
const ENDPOINT = /^https?:\/\/[^\s/]{1,200}(\/[^\s]{0,50}[^\s/])?$/;

export const isEndpoint = (text: string): boolean => ENDPOINT.test(text) && URL.canParse(text);

/** A node was told to announce an address at which nobody can reach it. */
export class EndpointError extends Error {
  readonly code = 'ENDPOINT';
  readonly have: string;
  constructor(have: string, need: string) {
    super(`publicUrl: have ${have}, need ${need}`);
    this.name = 'EndpointError';
    this.have = have;
  }
}

const EVERYWHERE = ['0.0.0.0', '::', ''];

/**
 * The address that others use: `publicUrl` where there is one, else http://host:port. Throws EndpointError for what no
 * relayer would carry, and for a node that listens everywhere without saying where it is reached.
 */
export function endpointOf(
  { host, publicUrl }: { readonly host: string; readonly publicUrl?: string },
  port: number,
): string {
  if (publicUrl === undefined) {
    if (EVERYWHERE.includes(host))
      throw new EndpointError(
        'none',
        `the address that others reach this node by, because it listens on ${host || 'every address'}`,
      );
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }
  if (!isEndpoint(publicUrl))
    throw new EndpointError(
      publicUrl,
      'an http or https URL without a slash at its end, such as https://concord.hospital.example',
    );
  return publicUrl;
}
