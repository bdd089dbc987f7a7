// Written by packages/contracts/scripts/abi.ts: do not edit.
export const inferenceAbi = [
  {"type":"constructor","inputs":[{"name":"rounds","type":"address"}],"stateMutability":"nonpayable"},
  {"type":"function","name":"ROUNDS","inputs":[],"outputs":[{"name":"","type":"address"}],"stateMutability":"view"},
  {"type":"function","name":"pointerOf","inputs":[{"name":"modelId","type":"bytes32"}],"outputs":[{"name":"","type":"address"}],"stateMutability":"view"},
  {"type":"function","name":"predict","inputs":[{"name":"modelId","type":"bytes32"},{"name":"features","type":"int32[]"}],"outputs":[{"name":"","type":"int32"}],"stateMutability":"view"},
  {"type":"function","name":"register","inputs":[{"name":"runId","type":"bytes32"},{"name":"round","type":"uint32"},{"name":"velocityHash","type":"bytes32"},{"name":"constantsHash","type":"bytes32"},{"name":"encodedModel","type":"bytes"}],"outputs":[{"name":"modelId","type":"bytes32"}],"stateMutability":"nonpayable"},
  {"type":"event","name":"Registered","inputs":[{"name":"runId","type":"bytes32","indexed":true},{"name":"modelId","type":"bytes32","indexed":true}],"anonymous":false},
  {"type":"error","name":"BadModel","inputs":[{"name":"header","type":"bytes8"},{"name":"length","type":"uint256"}]},
  {"type":"error","name":"FeatureRange","inputs":[]},
  {"type":"error","name":"ModelTooLarge","inputs":[{"name":"packedLength","type":"uint256"}]},
  {"type":"error","name":"NotFinal","inputs":[{"name":"have","type":"bytes32"},{"name":"need","type":"bytes32"}]},
  {"type":"error","name":"UnknownModel","inputs":[{"name":"modelId","type":"bytes32"}]},
  {"type":"error","name":"WrongFeatureCount","inputs":[{"name":"have","type":"uint256"},{"name":"need","type":"uint256"}]},
] as const;
