import { convFlops } from "../../tensor/ops/conv-geometry.ts";
import type { conv2dWeightGradientOp } from "../../tensor/ops/conv2d.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { DispatchSpec, FamilyOf } from "./family.ts";
import { input, output, scratch, sizes4 } from "./family.ts";
import { fill } from "./fill.ts";
import { blocksOf, partTerms, sumParts } from "./sum-parts.ts";
import { tileColumns, tileConstants, tileRows, tileStep } from "./tile-sizes.ts";
import { chooseVariant } from "./variants.ts";

/**
 * Images (n,h,w,c) and cotangent (n,oh,ow,k) to weights (kh,kw,c/groups,k). The sum over pixels is cut into parts, so that
 * few weights still fill the adapter; a second dispatch adds the parts in a fixed order.
 */
export const conv2dWeightGradient: FamilyOf<typeof conv2dWeightGradientOp> = ({ inputs, outputs, params, adapter }) => {
  const [x, g] = [sizes4(inputs[0]!), sizes4(inputs[1]!)];
  const { stride, dilation, padding, groups, weightShape } = params;
  const size = sizeOf(weightShape);
  const pixels = g[0] * g[1] * g[2];
  if (size === 0) return { scratch: [], dispatches: [] };
  if (pixels === 0) return fill(outputs[0]!, adapter);
  const rows = weightShape[0]! * weightShape[1]! * weightShape[2]!;
  const width = weightShape[3]! / groups;
  const shape = { count: groups, rows, depth: pixels, columns: width };
  const variant = chooseVariant("conv2dWeightGradient", shape, adapter);
  const tile =
    variant.kind === "broadcast"
      ? { rows: 16, columns: 16, step: 4 }
      : { rows: tileRows(variant.size), columns: tileColumns(variant.size), step: tileStep };
  const part = partTerms(pixels, variant.parts, tile.step);
  const columnTiles = Math.ceil(width / tile.columns);
  const rowTiles = Math.ceil(rows / tile.rows);
  const tiles = columnTiles * rowTiles * groups;
  const split = Math.ceil(pixels / part);
  const [n, h, w, c] = x;
  const [, gh, gw, k] = g;
  const depth = weightShape[2]!;
  const shared = {
    reads: { x: input(0), g: input(1) },
    writes: { w: split === 1 ? output(0) : scratch(0) },
    flops: convFlops(weightShape, g),
  };
  const product: DispatchSpec =
    variant.kind === "broadcast"
      ? {
          ...shared,
          file: "conv2d-weight-subgroup",
          constants: {
            ROWS: tile.rows,
            DEPTH16: depth % 16 === 0,
            DEPTH4: depth % 4 === 0,
            RAGGED: pixels % part !== 0,
          },
          sizes: {
            ...{ h, w, c, gh, gw, k, kw: weightShape[1]!, depth, width, groups, rows },
            ...{ stride_h: stride[0], stride_w: stride[1] },
            ...{ dilation_h: { i32: dilation[0] }, dilation_w: { i32: dilation[1] } },
            ...{ top: { i32: padding[0] }, left: { i32: padding[2] } },
            ...{ pixels, part, split, column_tiles: columnTiles, row_tiles: rowTiles, ...blocksOf(part) },
            // four pixels on, in coordinates
            ...{ four_n: Math.floor(4 / (gw * gh)), four_h: Math.floor(4 / gw) % gh, four_w: 4 % gw },
          },
          workgroups: foldWorkgroups(Math.ceil((tiles * split) / 2), adapter),
          enables: ["subgroups"],
        }
      : {
          ...shared,
          file: "conv2d-weight",
          constants: {
            ...{ N: n, H: h, W: w, C: c, GH: gh, GW: gw, K: k },
            ...{ KW: weightShape[1]!, DEPTH: depth, WIDTH: width, GROUPS: groups, ROWS: rows },
            ...{ STRIDE_H: { i32: stride[0] }, STRIDE_W: { i32: stride[1] } },
            ...{ DILATION_H: { i32: dilation[0] }, DILATION_W: { i32: dilation[1] } },
            ...{ TOP: { i32: padding[0] }, LEFT: { i32: padding[2] } },
            ...{ PIXELS: pixels, PART: part, SPLIT: split, COLUMN_TILES: columnTiles, ROW_TILES: rowTiles },
            ...{ ...tileConstants(variant.size), A_TERMS_ADJACENT: false, B_TERMS_ADJACENT: false },
          },
          wholeQuads: width % 4 === 0,
          workgroups: foldWorkgroups(tiles * split, adapter),
        };
  return split === 1 ? { scratch: [], dispatches: [product] } : sumParts(product, split, size, adapter);
};
