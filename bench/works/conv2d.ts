import type { ConvParams } from "../../src/tensor/ops/conv-geometry.ts";
import { conv2d, convInputGradient, convWeightGradient } from "../../src/tensor/ops/conv2d.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { hostLeaf } from "../../src/tensor/tensor.ts";
import { spreadIndices, uniformInput } from "../random-values.ts";
import { exactly, leafOf } from "../reference.ts";
import type { Check, Input, Work } from "../work.ts";

/** A convolution of square images: taps along an edge, channels in and out, pixels along an image's edge. */
interface Geometry {
  readonly batch: number;
  readonly taps: 1 | 3;
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly stride: 1 | 2;
}

const directions = ["forward", "input-gradient", "weight-gradient"] as const;
type Direction = (typeof directions)[number];

/** The three directions of one convolution. */
function convolutions(label: string, geometry: Geometry, heavy = false): Work[] {
  return directions.map((direction) => convolution(label, geometry, direction, heavy));
}

function convolution(label: string, geometry: Geometry, direction: Direction, heavy: boolean): Work {
  const { batch, taps, from, to, at, stride } = geometry;
  const padding = (taps - 1) / 2;
  const out = at / stride;
  const shapes = {
    x: [batch, at, at, from],
    w: [taps, taps, from, to],
    g: [batch, out, out, to],
  } as const;
  const x = uniformInput(shapes.x, 11);
  const w = uniformInput(shapes.w, 12);
  const g = uniformInput(shapes.g, 13);
  const params: ConvParams = {
    stride: [stride, stride],
    padding: [padding, padding, padding, padding],
    dilation: [1, 1],
    groups: 1,
  };
  const forward = (images: AnyTensor, weights: AnyTensor): AnyTensor => conv2d(images, weights, { stride, padding });
  const inputGradient = (arriving: AnyTensor, weights: AnyTensor): AnyTensor =>
    convInputGradient(arriving, weights, { ...params, inputShape: [arriving.shape[0]!, at, at, from] });
  const weightGradient = (images: AnyTensor, arriving: AnyTensor): AnyTensor =>
    convWeightGradient(images, arriving, {
      ...params,
      weightShape: [taps, taps, images.shape[3]!, arriving.shape[3]!],
    });
  const common = {
    name: `${label}-${direction}-${from}x${to}-at-${at}${stride === 1 ? "" : `-stride-${stride}`}`,
    task: { kind: `conv2d-${direction}`, stride, padding, inputShape: shapes.x, weightShape: shapes.w },
    initial: () => ({}),
    flops: 2 * batch * out * out * taps * taps * from * to,
    bytes: 4 * (sizeOf(shapes.x) + sizeOf(shapes.w) + sizeOf(shapes.g)),
    heavy,
  };
  switch (direction) {
    case "forward":
      return {
        ...common,
        inputs: { x, w },
        run: (state, inputs) => ({ state, outputs: { y: forward(inputs["x"]!, inputs["w"]!) } }),
        reference: async () => lastImage(forward(oneImage(x, batch - 1), leafOf(w)), batch),
      };
    case "input-gradient":
      return {
        ...common,
        inputs: { g, w },
        run: (state, inputs) => ({ state, outputs: { y: inputGradient(inputs["g"]!, inputs["w"]!) } }),
        reference: async () => lastImage(inputGradient(oneImage(g, batch - 1), leafOf(w)), batch),
      };
    case "weight-gradient":
      return {
        ...common,
        inputs: { x, g },
        run: (state, inputs) => ({ state, outputs: { y: weightGradient(inputs["x"]!, inputs["g"]!) } }),
        reference: async () => someChannels(weightGradient, x, g, shapes.w),
      };
  }
}

function oneImage({ shape: [, height, width, channels], values }: Input, index: number): AnyTensor {
  const size = height! * width! * channels!;
  const shape = [1, height!, width!, channels!];
  return hostLeaf({ shape, dtype: "f32" }, values().slice(index * size, (index + 1) * size));
}

/** Many places of the last image. */
async function lastImage(expected: AnyTensor, batch: number): Promise<Check[][]> {
  const size = sizeOf(expected.shape);
  const all = await exactly(expected);
  const places = spreadIndices(size, 4096);
  const indices = places.map((i) => (batch - 1) * size + i);
  return [[{ output: "y", indices, values: places.map((i) => all[i]!), tolerance: 1e-4 }]];
}

/** Every tap of some channels: each weight reads two channels alone, of all images. */
async function someChannels(
  gradient: (x: AnyTensor, g: AnyTensor) => AnyTensor,
  x: Input,
  g: Input,
  [rows, columns, from, to]: Shape,
): Promise<Check[][]> {
  const inner = spreadIndices(from!, 4);
  const outer = spreadIndices(to!, 4);
  const values = await exactly(gradient(channels(x, inner), channels(g, outer)));
  const indices: number[] = [];
  for (let tap = 0; tap < rows! * columns!; tap++) {
    for (const c of inner) for (const k of outer) indices.push((tap * from! + c) * to! + k);
  }
  return [[{ output: "y", indices, values, tolerance: 1e-4 }]];
}

function channels({ shape, values }: Input, chosen: readonly number[]): AnyTensor {
  const all = values();
  const [n, height, width, depth] = shape as [number, number, number, number];
  const pixels = n * height * width;
  const picked = new Float32Array(pixels * chosen.length);
  for (let p = 0; p < pixels; p++) {
    for (let i = 0; i < chosen.length; i++) picked[p * chosen.length + i] = all[p * depth + chosen[i]!]!;
  }
  return hostLeaf({ shape: [n, height, width, chosen.length], dtype: "f32" }, picked);
}

/** ResNet-34's 3×3 convolutions: channels, and pixels along the edge. */
const resNet34 = [
  [64, 56],
  [128, 28],
  [256, 14],
  [512, 7],
] as const;

export const convolutionWorks: readonly Work[] = [
  // the convolutions of WRN-16-1 at batch 32
  ...convolutions("conv3x3", { batch: 32, taps: 3, from: 16, to: 16, at: 32, stride: 1 }),
  ...convolutions("conv3x3", { batch: 32, taps: 3, from: 32, to: 32, at: 16, stride: 1 }),
  ...convolutions("conv3x3", { batch: 32, taps: 3, from: 64, to: 64, at: 8, stride: 1 }),
  ...convolutions("conv3x3", { batch: 32, taps: 3, from: 16, to: 32, at: 32, stride: 2 }),
  ...convolutions("conv3x3", { batch: 32, taps: 3, from: 32, to: 64, at: 16, stride: 2 }),
  ...convolutions("conv1x1", { batch: 32, taps: 1, from: 16, to: 16, at: 32, stride: 1 }),
  ...convolutions("conv1x1", { batch: 32, taps: 1, from: 64, to: 64, at: 8, stride: 1 }),
  ...convolutions("conv1x1", { batch: 32, taps: 1, from: 16, to: 32, at: 32, stride: 2 }),
  ...convolutions("conv1x1", { batch: 32, taps: 1, from: 32, to: 64, at: 16, stride: 2 }),
  ...resNet34.flatMap(([channels, at]) =>
    convolutions("resnet34-b4", { batch: 4, taps: 3, from: channels, to: channels, at, stride: 1 }),
  ),
  ...resNet34.flatMap(([channels, at]) =>
    convolutions("resnet34-b128", { batch: 128, taps: 3, from: channels, to: channels, at, stride: 1 }, true),
  ),
];
