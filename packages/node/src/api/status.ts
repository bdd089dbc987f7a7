import type { Route } from './route.ts';

/** GET /status: what this process is doing, for people. Nothing in it is a proof of anything. */
export const statusRoute = (status: () => object): Route => ({
  method: 'GET',
  path: '/status',
  most: () => 0,
  answer: () => ({ status: 200, body: status(), headers: { 'cache-control': 'no-store' } }),
});
