/** A relayer, put together from its configuration and the world it runs in. */
import { addressOf, publicKeyOf, Secret } from '@concord/protocol';
import type { Hex } from '@concord/sdk';
import { followChain } from '../adapters/chain.ts';
import { ipfsRoute } from '../api/ipfs.ts';
import { statusRoute } from '../api/status.ts';
import type { RelayerConfig, RunningNode } from '../config.ts';
import { bytesToHex, hexToBytes } from '../core/hex.ts';
import { Meter } from '../meter.ts';
import { createPeers } from '../peers.ts';
import type { Head } from '../ports.ts';
import { clientOf, follow, running } from '../running.ts';
import { describeRun } from '../status.ts';
import type { World } from '../world.ts';
import { appealDesk } from './appeals.ts';
import { answersRoute, joinsRoute, votesRoute } from './carry.ts';
import { runRelay } from './loop.ts';
import { createPurse } from './purse.ts';
import { Stops, stopsRoute } from './stops.ts';

/**
 * Starts a relayer in a world: it lands what members have signed and pays for it. It holds no secret of any run and may be killed,
 * replaced or run twice. Throws when the port is taken or nobody answers at `rpcUrl`.
 */
export async function createRelayer(config: RelayerConfig, world: World): Promise<RunningNode> {
  const { clock } = world;
  const log = config.log ?? (() => undefined);
  const client = await clientOf(world, config, config.privateKey);
  const controller = new AbortController();
  const meter = new Meter();
  const purse = createPurse(client, log, () => performance.now());
  let head: Head | undefined;
  let trouble: string | undefined;
  const status = (): object => {
    const at = head;
    return {
      relayer: bytesToHex(addressOf(publicKeyOf(new Secret(hexToBytes(config.privateKey))))),
      ...purse.status(),
      block: Number(head?.block ?? 0n),
      ...(trouble !== undefined && { chainTrouble: trouble }),
      runs: at ? [...at.view.runs.values()].map((run) => describeRun(run, at)) : [],
      bytesSent: meter.bytesSent,
      bytesReceived: meter.bytesReceived,
    };
  };
  const demandOf = (demandId: Hex) =>
    [...(head?.view.runs.values() ?? [])].flatMap(({ demands }) => demands.get(demandId) ?? [])[0];
  const desk = appealDesk(client, config.appealsPerDay ?? 0, () => performance.now());
  const stops = new Stops();
  const maxGasPrice = config.maxGasPrice === undefined ? undefined : BigInt(config.maxGasPrice);
  const runOf = (runId: Hex) => head?.view.runs.get(runId);
  const routes = [
    ...[
      votesRoute(client),
      joinsRoute(client),
      answersRoute(client, demandOf),
      stopsRoute(client, runOf, stops),
      statusRoute(status),
    ],
    ...[desk.route, ipfsRoute(desk.text)],
  ];
  const listening = await world.listen(routes, config, meter, (error) =>
    log('answer failed', { reason: String(error) }),
  );
  const transport = world.transport(meter);
  const onTrouble = (what: string): void => {
    trouble = what;
  };
  const heads = followChain(client, follow(world, config, log, controller.signal, onTrouble));
  const observe = (next: Head): void => {
    head = next;
    trouble = undefined;
    void purse.look(next);
  };
  const work = runRelay(
    { client, peers: createPeers(transport, clock), clock, log, stops, maxGasPrice },
    heads,
    observe,
    controller.signal,
  );
  return running(listening, `http://${config.host}:${listening.port}`, status, work, controller, () =>
    transport.close(),
  );
}
