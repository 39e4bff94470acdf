import type { ConvParams } from "../../tensor/ops/conv-geometry.ts";
import { convFlops } from "../../tensor/ops/conv-geometry.ts";
import type { conv2dInputGradientOp, conv2dOp } from "../../tensor/ops/conv2d.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { Constant, DispatchSpec, FamilyOf, Lowering, Sizes4 } from "./family.ts";
import { input, output, scratch, sizes4 } from "./family.ts";
import { fill } from "./fill.ts";
import { partTerms, sumParts } from "./sum-parts.ts";
import { tileColumns, tileConstants, tileRows, tileStep } from "./tile-sizes.ts";
import { chooseVariant } from "./variants.ts";

/** (n,h,w,c) ∗ (kh,kw,c/groups,k) → (n,oh,ow,k). */
export const conv2d: FamilyOf<typeof conv2dOp> = ({ inputs, outputs, params, adapter }) => {
  const [kh, kw] = sizes4(inputs[1]!);
  return gather({ source: sizes4(inputs[0]!), result: sizes4(outputs[0]!), kernel: [kh, kw] }, params, false, adapter);
};

/** Its transpose in the image: (n,oh,ow,k), (kh,kw,c/groups,k) → (n,h,w,c), gathered at each image pixel. */
export const conv2dInputGradient: FamilyOf<typeof conv2dInputGradientOp> = ({ inputs, outputs, params, adapter }) => {
  const [kh, kw] = sizes4(inputs[1]!);
  return gather({ source: sizes4(inputs[0]!), result: sizes4(outputs[0]!), kernel: [kh, kw] }, params, true, adapter);
};

/** Pixels of a tile of the broadcast kernel. */
const broadcastPixels = 16;

interface Shapes {
  readonly source: Sizes4;
  readonly result: Sizes4;
  readonly kernel: readonly [number, number];
}

function gather(
  { source, result, kernel }: Shapes,
  params: ConvParams,
  transposed: boolean,
  adapter: AdapterFacts,
): Lowering {
  if (sizeOf(source) === 0 || kernel[0] * kernel[1] === 0) return fill({ shape: result, dtype: "f32" }, adapter);
  if (sizeOf(result) === 0) return { scratch: [], dispatches: [] };
  const { stride, dilation, padding, groups } = params;
  const phases = transposed ? stride : ([1, 1] as const);
  const grid = [Math.ceil(result[1] / phases[0]), Math.ceil(result[2] / phases[1])] as const;
  const taps = [0, 1].map((axis) =>
    tapsOf(transposed, kernel[axis]!, stride[axis]!, dilation[axis]!, padding[axis * 2]!),
  );
  const width = result[3] / groups;
  const depth = source[3] / groups;
  const geometry: Record<string, Constant> = {
    ...{ TRANSPOSED: transposed, N: result[0], H: result[1], W: result[2], C: result[3] },
    ...{ SOURCE_H: source[1], SOURCE_W: source[2], SOURCE_C: source[3], KH: kernel[0], KW: kernel[1] },
    ...{ GROUPS: groups, DEPTH: depth, WIDTH: width, GRID_H: grid[0], GRID_W: grid[1] },
    ...{ PHASES_H: phases[0], PHASES_W: phases[1] },
    ...{ GRID_STEP_H: { i32: transposed ? 1 : stride[0] }, GRID_STEP_W: { i32: transposed ? 1 : stride[1] } },
    ...{ STRIDE_H: { i32: stride[0] }, STRIDE_W: { i32: stride[1] } },
    ...{ DILATION_H: { i32: dilation[0] }, DILATION_W: { i32: dilation[1] } },
    ...{ TOP: { i32: padding[0] }, LEFT: { i32: padding[2] } },
    ...{ TAP_START_H: { u32: taps[0]!.starts }, TAP_STEP_H: taps[0]!.step },
    ...{ TAP_START_W: { u32: taps[1]!.starts }, TAP_STEP_W: taps[1]!.step },
  };
  const operands = { reads: { s: input(0), w: input(1) }, writes: { y: output(0) } };
  const [weight, small] = transposed ? [width, source] : [depth, result]; // channels of a tap, and the smaller image
  const flops = convFlops([...kernel, weight], small);
  const pixels = result[0] * grid[0] * grid[1];
  const terms = taps[0]!.most * taps[1]!.most * Math.ceil(depth / 4) * 4; // of the residue that meets most taps
  const shape = { count: groups * phases[0] * phases[1], rows: pixels, depth: terms, columns: width };
  const variant = chooseVariant(transposed ? "conv2dInputGradient" : "conv2d", shape, adapter);
  if (variant.kind === "broadcast") {
    const { lanes } = variant;
    const offsetStep = (axis: 0 | 1): { i32: number } =>
      transposed ? { i32: -(taps[axis]!.step * dilation[axis]) / stride[axis] } : { i32: dilation[axis] };
    const columns = Math.ceil(width / (4 * lanes));
    const tiles = 2 * Math.ceil(pixels / (2 * broadcastPixels)); // even, so that the two quads of a workgroup share a residue
    const count = (columns * groups * tiles * phases[0] * phases[1]) / (8 / lanes);
    return {
      scratch: [],
      dispatches: [
        {
          file: "conv2d-subgroup",
          constants: {
            LANES: lanes,
            ROWS: broadcastPixels,
            TRANSPOSED: transposed,
            STRIDED: transposed && phases[0] * phases[1] > 1,
            ALIGNED: depth % 4 === 0,
            DEPTH: depth < 4 ? depth : 0,
          },
          sizes: {
            ...{ n: result[0], h: result[1], w: result[2], channels: result[3], width },
            ...{ source_h: source[1], source_w: source[2], source_channels: source[3], depth, groups },
            ...{ kh: kernel[0], kw: kernel[1], tap_step_h: taps[0]!.step, tap_step_w: taps[1]!.step },
            ...{ grid_h: grid[0], grid_w: grid[1], phases_h: phases[0], phases_w: phases[1] },
            ...{ grid_step_h: transposed ? 1 : stride[0], grid_step_w: transposed ? 1 : stride[1] },
            ...{ top: { i32: padding[0] }, left: { i32: padding[2] } },
            ...{ stride_h: { i32: stride[0] }, stride_w: { i32: stride[1] } },
            ...{ dilation_h: { i32: dilation[0] }, dilation_w: { i32: dilation[1] } },
            ...{ offset_step_h: offsetStep(0), offset_step_w: offsetStep(1) },
            ...{
              lanes_n: Math.floor(lanes / grid[1] / grid[0]),
              lanes_h: Math.floor(lanes / grid[1]) % grid[0],
              lanes_w: lanes % grid[1],
            },
            ...{ column_tiles: columns, pixel_tiles: tiles },
          },
          ...operands,
          flops,
          workgroups: foldWorkgroups(count, adapter),
          enables: ["subgroups"],
        },
      ],
    };
  }
  const columns = Math.ceil(width / tileColumns(variant.size));
  const tiles = Math.ceil(pixels / tileRows(variant.size));
  const part = partTerms(terms, variant.parts, tileStep);
  const parts = Math.max(1, Math.ceil(terms / part));
  const tile = {
    ...tileConstants(variant.size),
    ...{
      A_TERMS_ADJACENT: true,
      B_TERMS_ADJACENT: false,
      DEPTH_QUADS: 1,
      PART: part,
      PARTS: parts,
      COLUMN_TILES: columns,
      PIXEL_TILES: tiles,
    },
  };
  const product: DispatchSpec = {
    file: "conv2d",
    constants: { ...geometry, ...tile },
    ...operands,
    writes: { y: parts === 1 ? output(0) : scratch(0) },
    wholeQuads: width % 4 === 0,
    flops,
    workgroups: foldWorkgroups(columns * groups * tiles * phases[0] * phases[1] * parts, adapter),
  };
  return parts === 1 ? { scratch: [], dispatches: [product] } : sumParts(product, parts, sizeOf(result), adapter);
}

/**
 * Taps that meet output rows of each residue: those with residue + before − tap·dilation divisible by the stride. They
 * repeat every stride/gcd(stride, dilation) taps; a residue without any starts past the kernel's end. `most`: of any residue.
 */
function tapsOf(
  transposed: boolean,
  size: number,
  stride: number,
  dilation: number,
  before: number,
): { starts: readonly number[]; step: number; most: number } {
  if (!transposed) return { starts: [0], step: 1, most: size };
  const starts = Array.from({ length: stride }, (_, residue) => {
    const first = Array.from({ length: size }, (_, tap) => tap).find(
      (tap) => (residue + before - tap * dilation) % stride === 0,
    );
    return first ?? size;
  });
  const step = stride / greatestCommonDivisor(stride, dilation);
  return { starts, step, most: Math.ceil((size - Math.min(...starts)) / step) };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
