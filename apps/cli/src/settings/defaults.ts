/** Ports where nobody says otherwise: fixed, because what is announced on chain should be the same after a restart. */
export const MEMBER_PORT = 7700;
export const AGGREGATOR_PORT = 7800;
export const RELAYER_PORT = 7600;
