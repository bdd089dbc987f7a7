/**
 * The most that all windows together allow, by somebody who knows from the start which runs will come: a flow of greatest
 * value from runs through windows to aggregators, by augmenting along the best path left (Busacker and Gowen 1960).
 */
import type { Scenario } from './scenario.ts';

interface Edge {
  readonly to: number;
  /** Where the way back stands among the edges of `to`. */
  readonly back: number;
  room: number;
  readonly cost: number;
}

/** The welfare of the best allocation over all windows: no rule that does not know the future has more. */
export function bestOfAll({ asks, runs, windows }: Scenario): number {
  const source = 0;
  const sink = 1;
  const windowNode = (window: number): number => 2 + window;
  const runNode = (run: number): number => 2 + windows + run;
  const edges: Edge[][] = Array.from({ length: 2 + windows + runs.length }, () => []);
  const connect = (from: number, to: number, room: number, cost: number): void => {
    edges[from]!.push({ to, back: edges[to]!.length, room, cost });
    edges[to]!.push({ to: from, back: edges[from]!.length - 1, room: 0, cost: -cost });
  };
  runs.forEach(({ from, until, need, most, value }, run) => {
    connect(source, runNode(run), need, -Number(value));
    for (let window = from; window < Math.min(until, windows); window++)
      connect(runNode(run), windowNode(window), most, 0);
  });
  for (let window = 0; window < windows; window++)
    for (const { price, units } of asks) connect(windowNode(window), sink, units, Number(price));
  let welfare = 0;
  for (let gained = augment(edges, source, sink); gained > 0; gained = augment(edges, source, sink)) welfare += gained;
  return welfare;
}

/** Sends as much as fits along the cheapest path left; returns what it gains, 0 where none gains anything. */
function augment(edges: readonly Edge[][], source: number, sink: number): number {
  const cost = new Float64Array(edges.length).fill(Number.POSITIVE_INFINITY);
  const came: (Edge | undefined)[] = new Array(edges.length);
  const waiting = [source];
  const queued = new Uint8Array(edges.length);
  cost[source] = 0;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    queued[next] = 0;
    for (const edge of edges[next]!) {
      if (edge.room === 0 || cost[next]! + edge.cost >= cost[edge.to]!) continue;
      cost[edge.to] = cost[next]! + edge.cost;
      came[edge.to] = edges[edge.to]![edge.back];
      if (queued[edge.to] === 0) waiting.push(edge.to);
      queued[edge.to] = 1;
    }
  }
  if (cost[sink]! >= 0) return 0;
  const path: Edge[] = [];
  for (let node = sink; node !== source; node = came[node]!.to) path.push(came[node]!);
  const forward = path.map((back) => edges[back.to]![back.back]!);
  const room = Math.min(...forward.map((edge) => edge.room));
  path.forEach((back, i) => {
    back.room += room;
    forward[i]!.room -= room;
  });
  return -cost[sink]! * room;
}
