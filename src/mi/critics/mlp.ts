import type { DenseParams } from "../../nn/dense.ts";
import { dense } from "../../nn/dense.ts";
import { heUniform, torchUniform } from "../../nn/initialize.ts";
import { relu } from "../../tensor/ops/activations.ts";
import { zeros } from "../../tensor/ops/creation.ts";
import { split } from "../../tensor/random.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

/** Dense layers with ReLU between them. */
export type MlpParams = readonly DenseParams[];

/** @param sizes - of the input, of each hidden layer, of the output. */
export function initMlp(key: AnyTensor, sizes: readonly number[]): MlpParams {
  const keys = split(key, sizes.length - 1) as unknown as readonly AnyTensor[];
  return keys.map((own, i) => {
    const shape = [sizes[i]!, sizes[i + 1]!];
    const isLast = i === sizes.length - 2;
    return { weight: isLast ? torchUniform(own, shape) : heUniform(own, shape), bias: zeros([shape[1]!]) };
  });
}

/** (n, sizes[0]) → (n, last size). */
export function applyMlp(layers: MlpParams, x: AnyTensor): AnyTensor {
  return layers.reduce<AnyTensor>((z, layer, i) => dense(layer, i === 0 ? z : relu(z)), x);
}
