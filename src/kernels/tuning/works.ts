import type { Op } from "../../tensor/op.ts";
import { apply1 } from "../../tensor/op.ts";
import type { ConvParams } from "../../tensor/ops/conv-geometry.ts";
import { conv2dInputGradientOp, conv2dOp, conv2dWeightGradientOp } from "../../tensor/ops/conv2d.ts";
import { matmulOp } from "../../tensor/ops/matmul.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import type { ProductFamily } from "../adapter/product-shape.ts";

/** One product to measure: f32 inputs and the op between them. */
export interface ProductWork {
  readonly name: string;
  readonly family: ProductFamily;
  readonly inputs: readonly [Shape, Shape];
  readonly program: (a: AnyTensor, b: AnyTensor) => AnyTensor;
}

function work<P>(
  family: ProductFamily,
  name: string,
  op: Op<P>,
  inputs: readonly [Shape, Shape],
  params: P,
): ProductWork {
  return { family, name: `${family} ${name}`, inputs, program: (a, b) => apply1(op, [a, b], params) };
}

/** (m,k) × (k,n). */
export function matmulWork(m: number, k: number, n: number): ProductWork {
  return work(
    "matmul",
    `${m}x${k}x${n}`,
    matmulOp,
    [
      [1, m, k],
      [1, k, n],
    ],
    { transposeA: false, transposeB: false },
  );
}

/** A convolution of n square images with `same` padding, and its two gradients. */
export function convolutionWorks(
  n: number,
  size: number,
  [channels, results]: readonly [number, number],
  { window = 3, stride = 1 }: { readonly window?: number | undefined; readonly stride?: number | undefined } = {},
): ProductWork[] {
  const side = (window - 1) / 2;
  const params: ConvParams = {
    stride: [stride, stride],
    padding: [side, side, side, side],
    dilation: [1, 1],
    groups: 1,
  };
  const x = [n, size, size, channels];
  const w = [window, window, channels, results];
  const y = [n, Math.ceil(size / stride), Math.ceil(size / stride), results];
  const name = `${n}x${size}x${size}, ${channels} to ${results}, ${window}x${window}${stride > 1 ? `, stride ${stride}` : ""}`;
  return [
    work("conv2d", name, conv2dOp, [x, w], params),
    work("conv2dInputGradient", name, conv2dInputGradientOp, [y, w], { ...params, inputShape: x }),
    work("conv2dWeightGradient", name, conv2dWeightGradientOp, [x, y], { ...params, weightShape: w }),
  ];
}

// Batches of WRN and of ResNet-34, and the largest square product: seconds of work in all on an adapter of the class.
const sizes = {
  software: { images: 32, large: 2, square: 512 },
  integrated: { images: 64, large: 8, square: 2048 },
  discrete: { images: 128, large: 64, square: 4096 },
} as const;

/** What `tune` measures: square and skinny products, the convolutions of WRN-16-1 and of ResNet-34. */
export function tuneWorks(adapterClass: AdapterFacts["adapterClass"]): ProductWork[] {
  const { images, large, square } = sizes[adapterClass];
  const squares = [256, 512, 1024, 2048, 4096].filter((n) => n <= square).map((n) => matmulWork(n, n, n));
  return [
    ...squares,
    matmulWork(128, 784, 256), // layers of a perceptron
    matmulWork(128, 256, 128),
    matmulWork(images, 64, 10), // logits
    matmulWork(16, square, square), // few rows, few columns, few of both
    matmulWork(square, square, 16),
    matmulWork(64, 16 * square, 64),
    ...convolutionWorks(images, 32, [3, 16]),
    ...convolutionWorks(images, 32, [16, 16]),
    ...convolutionWorks(images, 32, [16, 32], { stride: 2 }),
    ...convolutionWorks(images, 32, [16, 32], { window: 1, stride: 2 }),
    ...convolutionWorks(images, 16, [32, 32]),
    ...convolutionWorks(images, 16, [32, 64], { stride: 2 }),
    ...convolutionWorks(images, 16, [32, 64], { window: 1, stride: 2 }),
    ...convolutionWorks(images, 8, [64, 64]),
    ...convolutionWorks(large, 56, [64, 64]),
    ...convolutionWorks(large, 56, [64, 128], { stride: 2 }),
    ...convolutionWorks(large, 28, [128, 128]),
    ...convolutionWorks(large, 28, [128, 256], { stride: 2 }),
    ...convolutionWorks(large, 14, [256, 256]),
    ...convolutionWorks(large, 7, [512, 512]),
  ];
}
