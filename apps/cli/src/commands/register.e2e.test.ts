/** `concord model register` under a charter that sets a bar: a real chain, a finished run, a server that has its bytes. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { encodeRunState, type RunState, runStateHash } from '@concord/protocol';
import { cidOf, encodeDeployment, getFacts, type Hex } from '@concord/sdk';
import { type Devnet, runProgram, startDevnet } from '@concord/testing';
import { bytesToHex, sha256 } from 'viem';
import { smallTerms, smallText } from '../../../../packages/testing/src/charter.ts';
import { type FinishedRun, finishedRun } from '../../../../packages/testing/src/finishedRun.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

const text = {
  ...smallText,
  acceptance: { measure: 'accuracy', least: 0.75, records: 4 },
  use: { callers: 'anybody', price: '0', purpose: 'any', until: 0 },
};
/** Says 1 where column a is above zero. */
const state: RunState = {
  round: 2,
  optimizer: {
    model: { shape: { kind: 'logistic', inputs: 3 }, parameters: Int32Array.of(65_536, 0, 0, 0) },
    velocity: new BigInt64Array(4),
  },
  statistics: { recordCount: 9, constants: { mean: new Int32Array(3), deviation: new Int32Array(3).fill(65_536) } },
};
const RIGHT = ['0.5,1,1,1', '-0.5,1,1,0', '-0.25,1,1,0'];
const WRONG = ['-1,1,1,1'];

const folder = mkdtempSync(join(tmpdir(), 'concord-register-'));
let devnet: Devnet;
let run: FinishedRun;
let server: Server;

before(async () => {
  devnet = await startDevnet({ atOnce: true, blockMilliseconds: 100, accounts: 4 });
  const keys = devnet.accounts.map(({ privateKey }) => privateKey);
  const finalState = bytesToHex(runStateHash(state));
  const bytes = encodeRunState(state);
  run = await finishedRun({
    rpcUrl: devnet.rpcUrl,
    keys,
    text,
    terms: smallTerms(1, 3),
    finalState,
    finalBlob: sha256(bytes),
  });
  const blobs = new Map([bytes, run.textBytes].map((each) => [`/ipfs/${cidOf(sha256(each))}?format=raw`, each]));
  server = createServer(({ url = '' }, response) => {
    const found = blobs.get(url);
    if (found) response.end(found);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { charters, rounds, inference, chainId, block } = run.deployed;
  writeFileSync(
    join(folder, 'deployment.json'),
    encodeDeployment({ charters, rounds, inference, chainId, fromBlock: block }),
  );
  writeFileSync(join(folder, 'key'), `${devnet.accounts[0]!.privateKey}\n`, { mode: 0o600 });
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await devnet.stop();
  rmSync(folder, { recursive: true, force: true });
});

const register = (...args: readonly string[]) => {
  const source = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const common = [
    '--rpc',
    devnet.rpcUrl,
    '--deployment',
    'deployment.json',
    '--key',
    'key',
    '--source',
    source,
    '--json',
  ];
  return runProgram(MAIN, ['model', 'register', ...common, ...args], { cwd: folder });
};
const heldOut = (name: string, rows: readonly string[]): readonly [flag: string, name: string] => {
  writeFileSync(join(folder, name), `a,b,c,y\n${rows.join('\n')}\n`);
  return ['--held-out', name];
};
const registered = async (): Promise<readonly Hex[]> => {
  const { client, deployed } = run;
  const facts = await getFacts(client, deployed.block, await client.reader.getBlockNumber());
  return facts.flatMap((fact) => (fact.kind === 'registered' ? fact.modelId : []));
};

test('[CH12] below the bar, on too few records, or on none, nothing is registered and nothing is paid', async () => {
  const payer = devnet.accounts[0]!.address;
  const had = await run.client.reader.getBalance({ address: payer });
  const refused = async (says: RegExp, ...args: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await register(...args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /\n +at /, 'no stack');
    assert.equal(stdout, '');
  };
  await refused(/--held-out.*only if it reaches accuracy 0\.75: pass at least 4 records/s);
  await refused(
    /accuracy is 0\.500, need 0\.75\. Register nothing/,
    ...heldOut('poor.csv', [...RIGHT, ...WRONG, ...WRONG, ...WRONG]),
  );
  await refused(/3 held-out records, need 4/, ...heldOut('few.csv', RIGHT));
  await refused(
    /need both/,
    ...heldOut(
      'one.csv',
      Array.from({ length: 4 }, () => RIGHT[0]!),
    ),
  );
  await refused(/odd\.csv.*row 2.*column “b”/s, ...heldOut('odd.csv', [RIGHT[0]!, '0.5,much,1,1']));
  await refused(/absent\.csv is not there: pass --held-out FILE/, '--held-out', 'absent.csv');
  assert.deepEqual(await registered(), []);
  assert.equal(await run.client.reader.getBalance({ address: payer }), had);
});

test('[CH12] at the bar the model is registered, and what it reached is said', async () => {
  const { code, stdout, stderr } = await register(...heldOut('good.csv', [...RIGHT, ...WRONG]));
  assert.equal(code, 0, stderr);
  const said = JSON.parse(stdout);
  assert.deepEqual(said.acceptance, { value: 0.75, records: 4, accepted: true });
  assert.match(stderr, /accepted: accuracy 0\.750 on 4 held-out records, need 0\.75/);
  assert.deepEqual(await registered(), [said.modelId]);

  const payer = devnet.accounts[0]!.address;
  const had = await run.client.reader.getBalance({ address: payer });
  const again = await register(...heldOut('again.csv', [...RIGHT, ...WRONG]));
  assert.equal(again.code, 1);
  assert.match(again.stderr, /is registered already: nothing to do/);
  assert.equal(await run.client.reader.getBalance({ address: payer }), had);
});
