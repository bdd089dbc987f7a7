/** Whom a transaction, or a batch of calls (EIP-5792), gives something to (GU2, GU3, GU4). */
import { addressIn, bytesIn, type Json, objectIn, quantityIn } from '../provider.ts';
import { noted, nothing, party, type Reading, short, together, unread } from '../verdict.ts';
import { readCall } from './calldata.ts';

/** The only parameter of eth_sendTransaction and eth_signTransaction. */
export function readTransaction(params: unknown): Reading {
  const transaction = Array.isArray(params) ? objectIn(params[0]) : undefined;
  if (!transaction) return unread('The transaction is not one that the guard can read.');
  const chainId = quantityIn(transaction['chainId']);
  if (transaction['chainId'] !== undefined && chainId === undefined)
    return unread('The transaction names a chain that the guard cannot read.');
  return together([
    chainId === undefined ? nothing : { ...nothing, chainId },
    authorizations(transaction['authorizationList']),
    readOne(transaction),
  ]);
}

/** The only parameter of wallet_sendCalls. */
export function readCalls(params: unknown): Reading {
  const batch = Array.isArray(params) ? objectIn(params[0]) : undefined;
  const calls = batch?.['calls'];
  if (!batch || !Array.isArray(calls)) return unread('The calls are not ones that the guard can read.');
  const chainId = quantityIn(batch['chainId']);
  const each = calls.slice(0, 64).map((call: unknown) => {
    const object = objectIn(call);
    return object ? readOne(object) : unread('A call is not one that the guard can read.');
  });
  if (calls.length > 64) each.push(unread('There are more than 64 calls; the rest was not looked at.'));
  if (each.length === 0) each.push(noted('It carries no call.'));
  return together([
    chainId === undefined ? unread('The calls do not say for which chain they are.') : { ...nothing, chainId },
    ...each,
  ]);
}

function readOne(call: Json): Reading {
  const { to: rawTo, value: rawValue, data: rawData, input } = call;
  const value = rawValue === undefined || rawValue === null ? 0n : quantityIn(rawValue);
  const payloads = [rawData, input].filter((each) => each !== undefined && each !== null);
  const [data = '0x', other = data] = payloads.map(bytesIn);
  if (value === undefined || payloads.some((each) => bytesIn(each) === undefined))
    return unread('The transaction has an amount or data that the guard cannot read.');
  if (data !== other) return unread('The transaction carries two payloads that differ; the wallet would take one.');
  if (rawTo === undefined || rawTo === null || rawTo === '') return unread('It creates a contract.');
  const to = addressIn(rawTo);
  if (!to) return unread('Its recipient is not an address that the guard can read.');
  // A page may name any sender, and some wallets take their own: who oneself is, the wallet says (GU3).
  return readCall({ to, value, data });
}

/** EIP-7702: whoever is named becomes the code of the account. */
function authorizations(list: unknown): Reading {
  if (list === undefined || list === null) return nothing;
  if (!Array.isArray(list) || list.length > 16)
    return unread('It changes the code of accounts in a way that is not readable.');
  return together(
    list.map((entry: unknown) => {
      const object = objectIn(entry);
      const delegate = addressIn(object?.['address'] ?? object?.['contractAddress']);
      if (!delegate) return unread('It changes the code of an account in a way that is not readable.');
      if (BigInt(delegate) === 0n) return noted('It takes back a delegation of your account.');
      return party(
        delegate,
        'takes control of your account',
        `Your account would from then on run the code of ${short(delegate)}, which can move all you have.`,
      );
    }),
  );
}
