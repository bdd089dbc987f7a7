// Written by packages/contracts/scripts/abi.ts: do not edit.
export const appealsAbi = [
  {"type":"constructor","inputs":[{"name":"rounds","type":"address"}],"stateMutability":"nonpayable"},
  {"type":"function","name":"ROUNDS","inputs":[],"outputs":[{"name":"","type":"address"}],"stateMutability":"view"},
  {"type":"function","name":"appeal","inputs":[{"name":"runId","type":"bytes32"},{"name":"account","type":"address"},{"name":"statement","type":"bytes32"},{"name":"signature","type":"bytes"}],"outputs":[],"stateMutability":"nonpayable"},
  {"type":"function","name":"statementOf","inputs":[{"name":"runId","type":"bytes32"},{"name":"account","type":"address"}],"outputs":[{"name":"statement","type":"bytes32"}],"stateMutability":"view"},
  {"type":"function","name":"withdraw","inputs":[{"name":"runId","type":"bytes32"},{"name":"account","type":"address"},{"name":"signature","type":"bytes"}],"outputs":[],"stateMutability":"nonpayable"},
  {"type":"event","name":"AppealWithdrawn","inputs":[{"name":"runId","type":"bytes32","indexed":true},{"name":"account","type":"address","indexed":true}],"anonymous":false},
  {"type":"event","name":"Appealed","inputs":[{"name":"runId","type":"bytes32","indexed":true},{"name":"account","type":"address","indexed":true},{"name":"statement","type":"bytes32","indexed":false}],"anonymous":false},
  {"type":"error","name":"AlreadyAppealed","inputs":[{"name":"runId","type":"bytes32"},{"name":"account","type":"address"}]},
  {"type":"error","name":"BadSignature","inputs":[{"name":"signer","type":"address"}]},
  {"type":"error","name":"NoStatement","inputs":[{"name":"statement","type":"bytes32"}]},
  {"type":"error","name":"NotAppealed","inputs":[{"name":"runId","type":"bytes32"},{"name":"account","type":"address"}]},
  {"type":"error","name":"NotFinished","inputs":[{"name":"runId","type":"bytes32"}]},
  {"type":"error","name":"NotPassed","inputs":[{"name":"runId","type":"bytes32"}]},
] as const;
