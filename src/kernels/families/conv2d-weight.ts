import type { ConvWeightGradientParams } from "../../tensor/ops/conv2d.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Constant, DispatchSpec, Family } from "../family.ts";
import { foldWorkgroups, input, output, scratch } from "../family.ts";
import { tileColumns, tileConstants, tileRows, tileStep } from "../tile-sizes.ts";
import { chooseVariant } from "../variants.ts";
import { fill } from "./fill.ts";
import { partTerms, sumParts } from "./sum-parts.ts";

/**
 * Images (n,h,w,c) and cotangent (n,oh,ow,k) to weights (kh,kw,c/groups,k). The sum over pixels is cut into parts, so that
 * few weights still fill the adapter; a second dispatch adds the parts in a fixed order.
 */
export const conv2dWeightGradient: Family = ({ inputs, outputs, params, adapter }) => {
  const [x, g] = inputs.map((type) => type.shape);
  const { stride, dilation, padding, groups, weightShape } = params as ConvWeightGradientParams;
  const size = sizeOf(weightShape);
  const pixels = g![0]! * g![1]! * g![2]!;
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
  const geometry: Record<string, Constant> = {
    ...{ N: x![0]!, H: x![1]!, W: x![2]!, C: x![3]!, GH: g![1]!, GW: g![2]!, K: g![3]! },
    ...{ KW: weightShape[1]!, DEPTH: weightShape[2]!, WIDTH: width, GROUPS: groups, ROWS: rows },
    ...{ STRIDE_H: { i32: stride[0] }, STRIDE_W: { i32: stride[1] } },
    ...{ DILATION_H: { i32: dilation[0] }, DILATION_W: { i32: dilation[1] } },
    ...{ TOP: { i32: padding[0] }, LEFT: { i32: padding[2] } },
    ...{ PIXELS: pixels, PART: part, SPLIT: split, COLUMN_TILES: columnTiles, ROW_TILES: rowTiles },
  };
  const product: DispatchSpec = {
    reads: { x: input(0), g: input(1) },
    writes: { w: split === 1 ? output(0) : scratch(0) },
    flops: 2 * size * pixels,
    ...(variant.kind === "broadcast"
      ? {
          file: "conv2d-weight-subgroup",
          constants: geometry,
          workgroups: foldWorkgroups(Math.ceil((tiles * split) / 2), adapter),
          enables: ["subgroups"],
        }
      : {
          file: "conv2d-weight",
          constants: { ...geometry, ...tileConstants(variant.size), TERMS_ADJACENT: false },
          wholeQuads: width % 4 === 0,
          workgroups: foldWorkgroups(tiles * split, adapter),
        }),
  };
  return split === 1 ? { scratch: [], dispatches: [product] } : sumParts(product, split, size, adapter);
};
