import type { BatchNormParams, BatchNormStats } from "../../../nn/batch-norm-layer.ts";
import { batchNormLayer, initBatchNorm } from "../../../nn/batch-norm-layer.ts";
import type { ConvLayerParams } from "../../../nn/conv-layer.ts";
import { convLayer } from "../../../nn/conv-layer.ts";
import { heNormal } from "../../../nn/initialize.ts";
import { relu } from "../../../tensor/ops/activations.ts";
import { zeros } from "../../../tensor/ops/creation.ts";
import { add, mul, sub, tanh } from "../../../tensor/ops/elementwise.ts";
import { matmul } from "../../../tensor/ops/matmul.ts";
import { maxPool2d } from "../../../tensor/ops/max-pool.ts";
import { reshape } from "../../../tensor/ops/reshape.ts";
import { slice } from "../../../tensor/ops/slice.ts";
import { foldIn } from "../../../tensor/random.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { hostLeaf } from "../../../tensor/tensor.ts";

/** Weights of a {@link initGenerator} network, layer by layer. */
export type GeneratorParams = readonly { readonly conv: ConvLayerParams; readonly bn: BatchNormParams }[];
export type GeneratorStats = readonly BatchNormStats[];

export interface Generator {
  readonly params: GeneratorParams;
  readonly stats: GeneratorStats;
}

const momentum = 0.05; // of the running statistics
/** The last convolution has so many channels at least, of which `out` are taken: fewer run several times slower on software GPUs. */
const lanes = 4;

/** Convolutions by stage: halved after each of the first three, doubled before each of the last three. */
function stagesOf(channels: number, width: number, out: number): readonly (readonly number[])[] {
  const w = width;
  return [
    [channels, w, w],
    [w, 2 * w, 2 * w],
    [2 * w, 4 * w, 4 * w],
    [4 * w, 4 * w],
    [4 * w, 4 * w, 2 * w],
    [2 * w, 2 * w, w],
    [w, w, Math.max(lanes, out)],
  ];
}

/**
 * An image-to-image network: 13 convolutions 3×3 with bias and batch norm, down to an eighth of the size and up again. Of width
 * 32 it is the input-aware attack's.
 *
 * @param options.out - channels of the result.
 */
export function initGenerator(
  key: AnyTensor,
  { channels, width, out }: { readonly channels: number; readonly width: number; readonly out: number },
): Generator {
  const sizes = stagesOf(channels, width, out).flatMap((stage) =>
    stage.slice(1).map((to, i) => [stage[i]!, to] as const),
  );
  const norms = sizes.map(([, to]) => initBatchNorm(to));
  const params = sizes.map(([from, to], i) => ({
    conv: { weight: heNormal(foldIn(key, i), [3, 3, from, to]), bias: zeros([to]) },
    bn: norms[i]!.params,
  }));
  return { params, stats: norms.map(({ stats }) => stats) };
}

/**
 * @param x - `(n, h, w, c)`, h and w ≥ 8.
 * @param options.out - as for {@link initGenerator}.
 * @returns tanh(y)/2 + ½, `(n, h, w, out)` in [0, 1]; and the statistics after this batch.
 */
export function applyGenerator(
  { params, stats }: Generator,
  x: AnyTensor,
  { train, out }: { readonly train: boolean; readonly out: number },
): { y: AnyTensor; stats: GeneratorStats } {
  const after: BatchNormStats[] = [];
  const layer = (input: AnyTensor): AnyTensor => {
    const { conv, bn } = params[after.length]!;
    const normed = batchNormLayer(bn, stats[after.length]!, convLayer(conv, input, { padding: 1 }), {
      train,
      momentum,
    });
    after.push(normed.stats);
    return after.length === params.length ? normed.y : relu(normed.y); // no ReLU after the last one
  };
  let y = x;
  const sizes: (readonly [number, number])[] = [];
  for (let stage = 0; stage < 3; stage++) {
    y = layer(layer(y));
    sizes.push([y.shape[1]!, y.shape[2]!]);
    y = maxPool2d(y, { size: 2 });
  }
  y = layer(y);
  for (const size of sizes.reverse()) y = layer(layer(enlarged(y, size)));
  return { y: add(mul(tanh(slice(y, { axis: 3, stop: out })), 0.5), 0.5), stats: after };
}

/** Bilinear enlargement as two matrix products, whose gradients are products too. Pixel centres are aligned. */
function enlarged(x: AnyTensor, [height, width]: readonly [number, number]): AnyTensor {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const tall = reshape(matmul(interpolation(h, height), reshape(x, [n, h, w * c])), [n, height, w, c]);
  return matmul(interpolation(w, width), tall);
}

/** `(to, from)`: row i weighs the two inputs around output i. */
function interpolation(from: number, to: number): AnyTensor {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const centre = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const lower = Math.floor(centre);
    weights[i * from + lower]! += 1 - (centre - lower);
    if (centre > lower) weights[i * from + lower + 1]! += centre - lower;
  }
  return hostLeaf({ shape: [to, from], dtype: "f32" }, weights);
}

/** tanh(20m − 10)/2 + ½: a mask that is nearly 0 or 1. */
export function threshold(m: AnyTensor): AnyTensor {
  return add(mul(tanh(sub(mul(m, 20), 10)), 0.5), 0.5);
}
