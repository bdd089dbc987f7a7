/** `npm run example guard`: everything started, and a page to try the guard on until Ctrl-C. */
import { serveGuardPage } from './serve.ts';
import { setGuardStage } from './stage.ts';

const PORT = 8_642;

console.log('Guard: a model before a wallet, in a page');
const stage = await setGuardStage((text) => console.log(`  ${text}`));
const served = await serveGuardPage(stage, PORT).catch(() => serveGuardPage(stage));
console.log(`\n  Open ${served.url} in a browser. Ctrl-C stops everything.`);
await new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});
await served.stop();
await stage.stop();
