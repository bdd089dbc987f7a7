/** A small dApp that pays and signs through whatever wallet announces itself, with the guard before it. */
import {
  type Decision,
  guardAll,
  type Hex,
  type Level,
  type Provider,
  type Request,
  type Verdict,
} from '@concord/guard';
import { startWallet } from './wallet.ts';

interface Config {
  readonly place: { readonly chainId: number; readonly charters: Hex; readonly rounds: Hex; readonly appeals?: Hex };
  readonly charterId: Hex;
  readonly modelId: Hex;
  readonly model: {
    readonly warnAbove: number;
    readonly heldOut: { readonly accounts: number; readonly scamsFound: number; readonly falseAlarms: number };
  };
  readonly accounts: Readonly<Record<'me' | 'scam' | 'ordinary' | 'fresh' | 'appellant', Hex>>;
}

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const bytesAt = async (path: string): Promise<Uint8Array> => new Uint8Array(await (await fetch(path)).arrayBuffer());
const short = (hex: string): string => `${hex.slice(0, 8)}…${hex.slice(-6)}`;

const HEADINGS: Readonly<Record<Level, string>> = {
  allow: 'Checked: nothing unusual',
  warn: 'Warning',
  unknown: 'Not checked',
};
const READS =
  /^(eth_(accounts|call|chainId|getCode|getLogs|getTransactionCount|blockNumber|getBlockByNumber)|ots_|trace_)/;

const config = (await (await fetch('/config.json')).json()) as Config;
const { accounts, model } = config;
let asked: Request[] = [];

const patience = new URLSearchParams(location.search).get('patience');

// The guard first, then everything else: what announces itself from here on is handed out guarded.
const page = window;
guardAll(
  {
    model: {
      place: config.place,
      charterId: config.charterId,
      source: async () => ({ text: await bytesAt('/model/charter'), state: await bytesAt('/model/state') }),
    },
    warnAbove: model.warnAbove,
    // A test on a loaded machine brings more patience than a person has.
    limits: patience === null ? {} : { milliseconds: Number(patience) },
    decide: show,
  },
  page,
);
let provider: Provider | undefined;
page.addEventListener('eip6963:announceProvider', (event) => {
  provider = (event as CustomEvent<{ provider: Provider }>).detail.provider;
});
const wallet = startWallet(accounts.me, (request) => {
  asked.push(request);
});

/** The verdict in the page's own words; a warning and what was not checked wait for the person. */
function show({ level, reasons, score, modelId }: Verdict, request: Request): Promise<Decision> {
  const dialog = element<HTMLDialogElement>('verdict');
  dialog.dataset['level'] = level;
  element('heading').textContent = HEADINGS[level];
  element('request').textContent = request.method;
  element('reasons').replaceChildren(
    ...reasons.map((reason) => Object.assign(document.createElement('li'), { textContent: reason })),
  );
  element('score').textContent =
    score === undefined
      ? 'No score.'
      : `Score ${(score / 65_536).toFixed(2)}, warns above ${(model.warnAbove / 65_536).toFixed(2)}. Model ${short(modelId ?? '')}, computed on this device.`;
  if (level === 'allow') return Promise.resolve('continue');
  dialog.showModal();
  return new Promise((resolve) => {
    const done = (decision: Decision): void => {
      dialog.close();
      resolve(decision);
    };
    element('stop').onclick = () => done('reject');
    element('continue').onclick = () => done('continue');
    dialog.oncancel = () => done('reject');
  });
}

const pay = (to: Hex): Request => ({
  method: 'eth_sendTransaction',
  params: [{ from: accounts.me, to, value: '0xde0b6b3a7640000' }],
});
const permit: Request = {
  method: 'eth_signTypedData_v4',
  params: [
    accounts.me,
    JSON.stringify({
      domain: {
        name: 'Permit2',
        chainId: config.place.chainId,
        verifyingContract: '0x000000000022D473030F116dDEE9F6B43aC78BA3',
      },
      primaryType: 'PermitSingle',
      types: {
        EIP712Domain: [
          { name: 'name', type: 'string' },
          { name: 'chainId', type: 'uint256' },
          { name: 'verifyingContract', type: 'address' },
        ],
        PermitSingle: [
          { name: 'details', type: 'PermitDetails' },
          { name: 'spender', type: 'address' },
          { name: 'sigDeadline', type: 'uint256' },
        ],
        PermitDetails: [
          { name: 'token', type: 'address' },
          { name: 'amount', type: 'uint160' },
          { name: 'expiration', type: 'uint48' },
          { name: 'nonce', type: 'uint48' },
        ],
      },
      message: {
        details: {
          token: config.place.rounds,
          amount: (2n ** 160n - 1n).toString(),
          expiration: '281474976710655',
          nonce: '0',
        },
        spender: accounts.scam,
        sigDeadline: '99999999999',
      },
    }),
  ],
};
const foreignSignIn: Request = {
  method: 'personal_sign',
  params: [
    `bank.example wants you to sign in with your Ethereum account:\n${accounts.me}\n\nWelcome back.\n\nURI: https://bank.example/login\nVersion: 1\nChain ID: 1\nNonce: 8d1c0a7e\nIssued At: 2026-01-01T00:00:00Z`,
    accounts.me,
  ],
};

const ACTIONS: Readonly<Record<string, () => Request>> = {
  'pay-ordinary': () => pay(accounts.ordinary),
  'pay-scam': () => pay(accounts.scam),
  'pay-fresh': () => pay(accounts.fresh),
  'pay-appellant': () => pay(accounts.appellant),
  permit: () => permit,
  'sign-in': () => foreignSignIn,
};

async function act(name: string): Promise<void> {
  const outcome = element('outcome');
  asked = [];
  element('asked').replaceChildren();
  outcome.dataset['state'] = 'busy';
  outcome.textContent = 'Reading the request and looking the account up …';
  const began = performance.now();
  const took = (): string => `${Math.round(performance.now() - began)} ms`;
  try {
    const answer = await provider!.request(ACTIONS[name]!());
    const level =
      element('heading').textContent === HEADINGS.allow
        ? 'Checked, nothing unusual; it went on'
        : 'Continued because you said so; it went on';
    outcome.dataset['state'] = 'sent';
    outcome.textContent = `${level} to the wallet, which answered ${short(String(answer))} (${took()}).`;
  } catch (error) {
    const { code, message } = error as { code?: number; message: string };
    outcome.dataset['state'] = code === 4001 ? 'stopped' : 'failed';
    outcome.textContent = code === 4001 ? 'Stopped. The wallet was never asked (error 4001).' : message;
  }
  const counts = Map.groupBy(asked, ({ method }) => method);
  element('asked').replaceChildren(
    ...[...counts].map(([method, requests]) => {
      const row = document.createElement('li');
      row.textContent = requests.length > 1 ? `${method} × ${requests.length}` : method;
      row.className = READS.test(method) ? 'read' : 'act';
      return row;
    }),
  );
}

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-act]')) {
  const account = button.dataset['account'] as keyof Config['accounts'] | undefined;
  if (account) button.querySelector('code')!.textContent = short(accounts[account]);
  button.onclick = () => void act(button.dataset['act']!);
}
element<HTMLInputElement>('blind').onchange = (event) => {
  wallet.blind = (event.target as HTMLInputElement).checked;
};
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const { heldOut } = model;
element('model').textContent =
  `Model ${short(config.modelId)} of charter ${short(config.charterId)}, held against the hashes on chain ${config.place.chainId} before it is used. On ${heldOut.accounts.toLocaleString('en')} accounts that nobody trained on it finds ${percent(heldOut.scamsFound)} of the scams and warns of ${(100 * heldOut.falseAlarms).toFixed(1)} % of ordinary accounts.`;
document.body.dataset['ready'] = 'yes';
