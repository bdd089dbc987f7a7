/** A run's final state as named tensors: weights as PyTorch's Linear has them, and the standardisation before them. */
import { FRACTION_BITS, leavesAt, type RunState, treeWidth } from '@concord/protocol';
import type { Tensor } from './safetensors.ts';

const real = (fixed: Int32Array): number[] => Array.from(fixed, (each) => each / 2 ** FRACTION_BITS);

/**
 * logistic: output.weight [1, inputs], output.bias [1]; mlp: also hidden.weight [hidden, inputs], hidden.bias [hidden];
 * both: standardization.mean and .deviation [inputs], once the statistics round is settled (LR1, LR7; on gated
 * waves a wave is 0 where its column is absent, whatever these say). trees: feature and
 * threshold [trees, nodes] from the root down, leaf [trees, leaves] (LR30); right where value / bound ≥ threshold.
 */
export function tensorsOf({ optimizer: { model }, statistics }: RunState): Tensor[] {
  const { shape } = model;
  const values = real(model.parameters);
  const constants = statistics
    ? (['mean', 'deviation'] as const).map((name) => ({
        name: `standardization.${name}`,
        shape: [shape.inputs],
        values: real(statistics.constants[name]),
      }))
    : [];
  if (shape.kind === 'logistic')
    return [
      { name: 'output.weight', shape: [1, shape.inputs], values: values.slice(0, shape.inputs) },
      { name: 'output.bias', shape: [1], values: values.slice(shape.inputs) },
      ...constants,
    ];
  if (shape.kind === 'trees') {
    const { trees, depth } = shape;
    const [width, leaves] = [treeWidth(depth), leavesAt(depth)];
    const pick = (wanted: (place: number) => boolean): number[] => values.filter((_, i) => wanted(i % width));
    const features = pick((place) => place < leaves && place % 2 === 0).map((value) => value * 2 ** FRACTION_BITS);
    return [
      { name: 'feature', shape: [trees, leaves / 2], values: features },
      { name: 'threshold', shape: [trees, leaves / 2], values: pick((place) => place < leaves && place % 2 === 1) },
      { name: 'leaf', shape: [trees, 2 ** depth], values: pick((place) => place >= leaves) },
    ];
  }
  const { hidden, inputs } = shape;
  const biases = hidden * inputs;
  return [
    { name: 'hidden.weight', shape: [hidden, inputs], values: values.slice(0, biases) },
    { name: 'hidden.bias', shape: [hidden], values: values.slice(biases, biases + hidden) },
    { name: 'output.weight', shape: [1, hidden], values: values.slice(biases + hidden, biases + 2 * hidden) },
    { name: 'output.bias', shape: [1], values: values.slice(biases + 2 * hidden) },
    ...constants,
  ];
}
