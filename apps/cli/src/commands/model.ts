import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CharterText, encodeModel } from '@concord/protocol';
import {
  type BlobSource,
  type ChainView,
  decodeArchive,
  type Deployment,
  emptyView,
  endpointsOf,
  type Fact,
  type FinalModel,
  finalModelOf,
  fold,
  type Hex,
  registerModel,
  type RunView,
} from '@concord/sdk';
import type { Records } from '@concord/trainer';
import { defineCommand } from 'citty';
import { sha256 } from 'viem';
import { readArchive } from '../audit.ts';
import { connect, type Now, runMeant, viewNow } from '../connect.ts';
import { requireAccepted } from '../model/acceptance.ts';
import { cardOf } from '../model/card.ts';
import { cardText } from '../model/cardText.ts';
import { evaluateModel } from '../model/evaluation.ts';
import { encodeOnnx } from '../model/onnx.ts';
import { encodeSafetensors } from '../model/safetensors.ts';
import { tensorsOf } from '../model/tensors.ts';
import { readData, readTable } from '../refusals.ts';
import { createRenderer } from '../render.ts';
import { SettingError } from '../settings/checks.ts';
import { readKey } from '../settings/keyFile.ts';
import { readSettings, settingArgs } from '../settings/settings.ts';
import { verb } from '../verb.ts';

const common = {
  run: { type: 'string', description: 'run id; needless where there is only one' },
  source: {
    type: 'string',
    description: 'where to ask for bytes instead of the announced endpoints, such as an IPFS gateway',
  },
  json: { type: 'boolean', description: 'write the facts as JSON, alone on stdout' },
} as const;

/** Where bytes are asked for: the announced endpoints, or the source that was named. */
const endpointsIn = (run: RunView, view: ChainView, source: string | undefined): readonly string[] =>
  source === undefined ? [...new Set([...run.endpoints.values(), ...view.endpoints.values()])] : [source];

/** The final model. Throws FinalModelError. */
const finalModel = (
  run: RunView,
  { view, time }: Pick<Now, 'view' | 'time'>,
  source: string | undefined,
): Promise<FinalModel> => finalModelOf(run, endpointsOf(endpointsIn(run, view, source)), time);

const isRegistered = (facts: readonly Fact[], runId: Hex): boolean =>
  facts.some((fact) => fact.kind === 'registered' && fact.runId === runId);

/**
 * An archive where one is named, else the chain; an archive brings its bytes along, and the chain's time when it was
 * written, which tells a run that its sunset ended. Throws ArchiveError, SettingError.
 */
async function sourceOf(
  args: Readonly<Record<string, unknown>>,
): Promise<Pick<Now, 'facts' | 'view' | 'time'> & { readonly deployment: Deployment; readonly blobs?: BlobSource }> {
  const { archive } = args;
  if (typeof archive !== 'string') {
    const { client, fromBlock } = await connect(readSettings(args));
    return { ...(await viewNow(client, fromBlock)), deployment: client.deployment };
  }
  const { facts, now: time, deployment, blobs } = decodeArchive(readArchive(archive));
  return { facts, view: facts.reduce(fold, emptyView), time, deployment, blobs: async (digest) => blobs.get(digest) };
}

const exportModel = verb(
  {
    example: 'concord model export --rpc http://10.0.0.5:8545 --deployment deployment.json --out model --onnx',
    next: 'model.safetensors is for PyTorch and friends, model.onnx takes raw columns, model.bin is what contracts and verifiers know by its SHA-256. card.json goes wherever the model goes.',
  },
  defineCommand({
    meta: {
      name: 'export',
      description:
        'Write the final model of a finished run: canonical bytes, safetensors, a model card, and ONNX if asked. Checked against the chain first.',
    },
    args: {
      ...settingArgs('rpc', 'deployment'),
      ...common,
      out: { type: 'string', default: 'model', description: 'folder to write to' },
      onnx: { type: 'boolean', description: 'also write model.onnx, from raw columns to a probability' },
    },
    run: async ({ args }) => {
      const { client, fromBlock } = await connect(readSettings(args));
      const now = await viewNow(client, fromBlock);
      const run = runMeant(now, { id: args.run });
      const final = await finalModel(run, now, args.source);
      const { state, text } = final;
      const files: Record<string, Uint8Array> = {
        'model.bin': encodeModel(state.optimizer.model),
        'model.safetensors': encodeSafetensors(tensorsOf(state), {
          'concord.run': run.charterId,
          'concord.state': run.model,
          'concord.basis': text.schema.basis,
        }),
        ...(args.onnx === true && { 'model.onnx': encodeOnnx(state, text) }),
      };
      const registered = isRegistered(now.facts, run.charterId);
      const card = {
        ...cardOf(run, client.deployment, final, { registered }),
        files: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)])),
      };
      for (const name of [...Object.keys(files), 'card.json', 'card.md'])
        if (existsSync(join(args.out, name)))
          throw new SettingError('--out', `${join(args.out, name)} is there already: name another folder`);
      mkdirSync(args.out, { recursive: true });
      for (const [name, bytes] of Object.entries(files)) writeFileSync(join(args.out, name), bytes, { flag: 'wx' });
      writeFileSync(join(args.out, 'card.json'), `${JSON.stringify(card, undefined, 2)}\n`, { flag: 'wx' });
      writeFileSync(join(args.out, 'card.md'), cardText(card), { flag: 'wx' });
      const render = createRenderer({ json: args.json === true });
      for (const [name, bytes] of Object.entries(files))
        render.line(`  ${join(args.out, name)}: ${bytes.length} bytes, SHA-256 ${sha256(bytes)}`);
      render.line(
        `  ${join(args.out, 'card.json')} and card.md: what it is, under which charter, ε ${card.privacy.epsilon.toFixed(3)} at δ = ${card.privacy.delta}`,
      );
      if (args.json === true) render.document(card);
    },
  }),
);

/** What the charter's bar is held against. */
function heldOut(path: string | undefined, text: CharterText): Records {
  if (path === undefined)
    throw new SettingError(
      '--held-out',
      `the charter serves a model only if it reaches ${text.acceptance?.measure} ${text.acceptance?.least}: pass at least ${text.acceptance?.records} records that nobody trained on`,
    );
  return readData(path, text, 'held-out');
}

const register = verb(
  {
    example: 'concord model register --folder relayer --rpc http://10.0.0.5:8545',
    next: 'Contracts can use it now, as the charter says. “concord verify” finds the run complete.',
  },
  defineCommand({
    meta: {
      name: 'register',
      description:
        'Put the final model on chain, where contracts can call it under the terms of its charter. Anybody may; the key pays the gas.',
    },
    args: {
      ...settingArgs('rpc', 'deployment', 'key'),
      ...common,
      'held-out': {
        type: 'string',
        description:
          'records that nobody trained on (CSV): needed where the charter sets a bar that the model must reach',
      },
    },
    run: async ({ args }) => {
      const settings = readSettings(args);
      const { privateKey } = readKey(settings.need('key'));
      const { client, fromBlock } = await connect(settings, privateKey);
      const now = await viewNow(client, fromBlock);
      const run = runMeant(now, { id: args.run });
      if (isRegistered(now.facts, run.charterId))
        throw new SettingError('--run', `the model of ${run.charterId} is registered already: nothing to do`);
      const { state, text, textBytes } = await finalModel(run, now, args.source);
      const judged = text.acceptance && requireAccepted(state, text, heldOut(args['held-out'], text));
      const { modelId, gas, block } = await registerModel(client, run.charterId, state, textBytes);
      const render = createRenderer({ json: args.json === true });
      if (judged && text.acceptance)
        render.line(
          `  accepted: ${text.acceptance.measure} ${judged.value.toFixed(3)} on ${judged.records} held-out records, need ${text.acceptance.least}`,
        );
      render.line(`  registered as ${modelId} in block ${block} for ${gas} gas`, 'good');
      if (args.json === true) render.document({ modelId, block, gas, ...(judged && { acceptance: judged }) });
    },
  }),
);

const card = verb(
  {
    example: 'concord model card --rpc http://10.0.0.5:8545 --deployment deployment.json --data held-out.csv',
    next: 'Pass it on wherever the model goes. “concord verify” checks the run that it names.',
  },
  defineCommand({
    meta: {
      name: 'card',
      description:
        'Say what a model is, whom it was learned from, under which privacy, and where it comes from; with labeled records of your own also what it gets wrong.',
    },
    args: {
      ...settingArgs('rpc', 'deployment'),
      ...common,
      archive: { type: 'string', description: 'a file that “concord archive” wrote, instead of a chain' },
      data: {
        type: 'string',
        description: 'labeled records that nobody trained on, CSV: measured here, they do not leave this process',
      },
    },
    run: async ({ args }) => {
      const { deployment, facts, view, blobs, time } = await sourceOf(args);
      const run = runMeant({ view }, { id: args.run });
      const final = await finalModelOf(run, blobs ?? endpointsOf(endpointsIn(run, view, args.source)), time);
      const table = args.data === undefined ? undefined : readTable(args.data, final.text);
      const evaluation = table && evaluateModel(final, table, { data: `the records of ${args.data}` });
      const written = cardOf(run, deployment, final, {
        readFrom: args.archive === undefined ? 'chain' : 'archive',
        registered: isRegistered(facts, run.charterId),
        ...(evaluation && { evaluation }),
      });
      const render = createRenderer({ json: args.json === true });
      if (args.json === true) render.document(written);
      else render.line(cardText(written));
    },
  }),
);

/** `concord model`: the model that a run ended with. */
export const model = defineCommand({
  meta: { name: 'model', description: 'Export the final model of a run, say what it is, or put it on chain.' },
  subCommands: { export: exportModel, card, register },
});
