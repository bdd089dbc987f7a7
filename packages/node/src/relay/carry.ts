/** Votes, joins and answers of members, carried to the chain by whoever pays for gas [CH6][CM10]. */
import {
  answer,
  castVote,
  type ConcordClient,
  type DemandView,
  type Hex,
  join,
  PIECE_BYTES,
  recover,
  type Statement,
  TransactionError,
} from '@concord/sdk';
import type { Address } from '@concord/sdk';
import { hexToBytes, sha256 } from 'viem';
import { isEndpoint } from '../endpoint.ts';
import { fields, isAddress, isBytes, isHash, isSignature } from './body.ts';
import { refusal, type Reply, type Route } from '../api/route.ts';

/** Checks the signature before gas is spent, then lands it. What has already landed is as good as landed now. */
async function carry(
  client: ConcordClient,
  statement: Statement<'Vote' | 'Join'>,
  signer: Address,
  signature: Hex,
  landIt: () => Promise<{ readonly transaction: Hex }>,
): Promise<Reply> {
  const found = await recover(client.deployment, statement, signature).catch(() => undefined);
  if (found?.toLowerCase() !== signer) return refusal(422, 'SIGNATURE', `the message is not signed by ${signer}`);
  try {
    const { transaction } = await landIt();
    return { status: 200, body: { transaction } };
  } catch (error) {
    if (!(error instanceof TransactionError)) throw error;
    if (error.code === 'AlreadyVoted' || error.code === 'AlreadyJoined')
      return { status: 200, body: { already: true } };
    return refusal(error.code === 'NOT_SENT' ? 503 : 422, error.code, error.message);
  }
}

/** POST /votes {charterId, voter, support, signature}. */
export const votesRoute = (client: ConcordClient): Route => ({
  method: 'POST',
  path: '/votes',
  most: () => 4_096,
  answer({ body }) {
    const { charterId, voter, support, signature } = fields(body);
    const fits = isHash(charterId) && isAddress(voter) && isSignature(signature);
    if (!fits || typeof support !== 'boolean')
      return refusal(400, 'BODY', 'need JSON {charterId, voter, support, signature} in lower-case hex');
    const vote = { charterId, voter, support, signature };
    return carry(client, { kind: 'Vote', charterId, support }, voter, signature, () => castVote(client, vote));
  },
});

/** POST /joins {charterId, member, endpoint, signature}. */
export const joinsRoute = (client: ConcordClient): Route => ({
  method: 'POST',
  path: '/joins',
  most: () => 4_096,
  answer({ body }) {
    const { charterId, member, endpoint, signature } = fields(body);
    const fits = isHash(charterId) && isAddress(member) && isSignature(signature);
    if (!fits || typeof endpoint !== 'string' || !isEndpoint(endpoint))
      return refusal(
        400,
        'BODY',
        'need JSON {charterId, member, endpoint, signature}: lower-case hex and an http(s) URL',
      );
    const entry = { charterId, member, endpoint, signature };
    return carry(client, { kind: 'Join', charterId, endpoint }, member, signature, () => join(client, entry));
  },
});

const OVER: ReadonlySet<string> = new Set(['NotDemanded', 'AlreadyPublished']);

/** POST /answers {demandId, data}. Of open demands only, whose bond pays for the gas: what is wrong is never sent. */
export const answersRoute = (client: ConcordClient, demandOf: (demandId: Hex) => DemandView | undefined): Route => ({
  method: 'POST',
  path: '/answers',
  most: () => 2 * PIECE_BYTES + 4_096,
  async answer({ body }) {
    const { demandId, data } = fields(body);
    if (!isHash(demandId) || !isBytes(data))
      return refusal(400, 'BODY', 'need JSON {demandId, data} in lower-case hex');
    const demand = demandOf(demandId);
    if (!demand) return refusal(404, 'NO_DEMAND', `I have not seen the demand ${demandId} yet: ask again`);
    if (demand.state !== 'open') return { status: 200, body: { already: true } };
    const bytes = hexToBytes(data);
    if (sha256(bytes) !== demand.piece)
      return refusal(422, 'WRONG_BYTES', `need the bytes with SHA-256 ${demand.piece}`);
    try {
      const { transaction } = await answer(client, demandId, bytes);
      return { status: 200, body: { transaction } };
    } catch (error) {
      if (!(error instanceof TransactionError)) throw error;
      if (OVER.has(error.code)) return { status: 200, body: { already: true } };
      return refusal(error.code === 'NOT_SENT' ? 503 : 422, error.code, error.message);
    }
  },
});
