/**
 * Whom a signature over typed data (EIP-712) gives something to (GU4). A message is known by the exact encoding of its
 * types, never by a name that a page chose: another encoding is another hash, and no contract takes it for this one.
 */
import { addressIn, type Address, bytesIn, type Json, objectIn, quantityIn } from '../provider.ts';
import { nothing, party, type Reading, short, together, unread } from '../verdict.ts';
import { approval, readCall, safe } from './calldata.ts';

/** The same address on every chain. */
const PERMIT2 = '0x000000000022d473030f116ddee9f6b43ac78ba3';
/** Accounts looked for in a message of unknown type, and fields looked at. */
const MOST_FIELDS = 512;
const MOST_TOKENS = 64;

const DETAILS = 'PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)';
const PERMISSIONS = 'TokenPermissions(address token,uint256 amount)';

type Read = (message: Json, about: { readonly contract: Address; readonly signer: Address | undefined }) => Reading;

const broken = unread('The message has a known type and values that do not fit it.');
const need = <T>(value: T | undefined, then: (value: T) => Reading): Reading =>
  value === undefined ? broken : then(value);
const spends = (message: Json, amount: bigint | undefined, token: string): Reading =>
  need(addressIn(message['spender']), (spender) => need(amount, (value) => approval(spender, token, value)));

/** Permit2 hands out what its owner allowed it once, for one token or for many; `named` holds them. */
const permit2 =
  (named: string): Read =>
  (message, { contract }) => {
    const value = message[named];
    const rows = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    const each = rows.slice(0, MOST_TOKENS).map((row) => {
      const [token, amount] = [addressIn(objectIn(row)?.['token']), quantityIn(objectIn(row)?.['amount'])];
      return token ? spends(message, amount, `${short(token)}, by way of Permit2`) : broken;
    });
    if (rows.length === 0 || rows.length > MOST_TOKENS) each.push(unread(`It names ${rows.length} tokens.`));
    if (contract !== PERMIT2) each.push(unread(`It looks like Permit2 and is for ${short(contract)}, which is not.`));
    return together(each);
  };

const moves: Read = (message) => need(addressIn(message['to']), (to) => party(to, 'receives tokens'));

const KNOWN: Readonly<Record<string, Read>> = {
  'Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)': (message, { contract }) =>
    spends(message, quantityIn(message['value']), short(contract)),
  'Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)': (message, { contract }) =>
    typeof message['allowed'] === 'boolean'
      ? spends(message, message['allowed'] ? 1n << 255n : 0n, short(contract))
      : broken,
  'Permit(address spender,uint256 tokenId,uint256 nonce,uint256 deadline)': (message, { contract }) =>
    spends(message, 1n, short(contract)),
  [`PermitSingle(PermitDetails details,address spender,uint256 sigDeadline)${DETAILS}`]: permit2('details'),
  [`PermitBatch(PermitDetails[] details,address spender,uint256 sigDeadline)${DETAILS}`]: permit2('details'),
  [`PermitTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline)${PERMISSIONS}`]:
    permit2('permitted'),
  [`PermitBatchTransferFrom(TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline)${PERMISSIONS}`]:
    permit2('permitted'),
  'TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)':
    moves,
  'ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)':
    moves,
  'SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)':
    (message, { contract }) => {
      const [to, receiver] = [addressIn(message['to']), addressIn(message['refundReceiver'])];
      const [value, operation, price] = ['value', 'operation', 'gasPrice'].map((name) => quantityIn(message[name]));
      const data = bytesIn(message['data']);
      if (!to || !receiver || value === undefined || operation === undefined || price === undefined || !data)
        return broken;
      const inner = (next: { to: Address; value: bigint; data: `0x${string}` }): Reading =>
        readCall({ ...next, from: contract });
      return safe({ to, value, data }, { operation: Number(operation), price, receiver }, inner);
    },
};

/** Parameters [signer, typed data as JSON text or object] of eth_signTypedData_v3 and _v4. Never throws. */
export function readTypedData(params: unknown): Reading {
  const [first, second] = Array.isArray(params) ? (params as readonly unknown[]) : [];
  const signer = addressIn(first);
  const typed = objectIn(typeof second === 'string' ? parsed(second) : second);
  const [domain, types, message] = [
    objectIn(typed?.['domain']),
    objectIn(typed?.['types']),
    objectIn(typed?.['message']),
  ];
  const primary = typed?.['primaryType'];
  if (!signer || !domain || !types || !message || typeof primary !== 'string')
    return unread('The typed data is not what the guard can read.');
  // What the domain's type leaves out is not signed, whatever the domain says.
  const signed = (name: string): unknown => (lists(types['EIP712Domain'], name) ? domain[name] : undefined);
  const chainId = quantityIn(signed('chainId'));
  const contract = addressIn(signed('verifyingContract'));
  const place =
    chainId === undefined ? unread('The message does not say for which chain it is.') : { ...nothing, chainId };
  const encoded = encodeType(primary, types);
  const known = encoded !== undefined && Object.hasOwn(KNOWN, encoded) ? KNOWN[encoded] : undefined;
  if (known === undefined)
    return together([
      place,
      unread(`It signs a “${primary.slice(0, 40)}”, which the guard does not know.`),
      ...accounts(message, signer).map((address) => party(address, 'is named in the message')),
    ]);
  return together([
    place,
    contract ? known(message, { contract, signer }) : unread('The message does not say for which contract it is.'),
  ]);
}

const lists = (fields: unknown, name: string): boolean =>
  Array.isArray(fields) && fields.some((field: unknown) => objectIn(field)?.['name'] === name);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** encodeType of EIP-712: the primary type, then, by name, those that it uses. Undefined for types that are none. */
function encodeType(primary: string, types: Json): string | undefined {
  const texts = new Map<string, string>();
  const open = [primary];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (texts.has(name)) continue;
    const fields: unknown = Object.hasOwn(types, name) ? types[name] : undefined;
    if (!Array.isArray(fields) || fields.length > 64 || texts.size > 16) return undefined;
    const parts: string[] = [];
    for (const field of fields.map(objectIn)) {
      const [type, label] = [field?.['type'], field?.['name']];
      if (typeof type !== 'string' || typeof label !== 'string') return undefined;
      parts.push(`${type} ${label}`);
      const base = type.replace(/(\[\d*\])+$/, '');
      if (Object.hasOwn(types, base)) open.push(base);
    }
    texts.set(name, `${name}(${parts.join(',')})`);
  }
  const others = [...texts.keys()].filter((name) => name !== primary).sort();
  return [primary, ...others].map((name) => texts.get(name)).join('');
}

/** Every account in a message, whatever its fields are called; the signer is not one. */
function accounts(message: Json, signer: Address): Address[] {
  const found = new Set<Address>();
  const open: unknown[] = [message];
  for (let looked = 0; open.length > 0 && looked < MOST_FIELDS; looked++) {
    const value = open.pop();
    const address = addressIn(value);
    if (address && address !== signer && BigInt(address) !== 0n) found.add(address);
    else if (Array.isArray(value)) open.push(...value.slice(0, MOST_FIELDS));
    else if (objectIn(value)) open.push(...Object.values(value as Json));
  }
  return [...found];
}
