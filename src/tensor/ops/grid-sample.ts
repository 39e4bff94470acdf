import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters } from "../parameters.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { clip } from "./activations.ts";
import { cast } from "./cast.ts";
import { checkRank } from "./conv-geometry.ts";
import { arange } from "./creation.ts";
import { add, floor, greaterEqual, lessEqual, logicalAnd, mul, sub } from "./elementwise.ts";
import { gather } from "./gather.ts";
import { expandDims, reshape, squeeze } from "./reshape.ts";
import { where } from "./select.ts";
import { slice } from "./slice.ts";

const checkGridSample = parameters(
  "gridSample",
  { x: kind.tensor, grid: kind.tensor },
  { padding: kind.oneOf("zeros", "edge") },
);

/**
 * Reads images at given points, bilinearly; −1 and 1 are the centres of the outermost pixels: `align_corners=True` of PyTorch.
 *
 * @param x - `(n, h, w, c)`, f32, h and w ≥ 1.
 * @param grid - `(n, oh, ow, 2)`, f32: column, then row, of each point. Its gradient is the slope between the pixels around.
 * @param options.padding - what lies outside: `"zeros"`, or `"edge"`, the nearest pixel (PyTorch's `"border"`). @defaultValue "zeros"
 * @returns `(n, oh, ow, c)`.
 * @throws ShapeError if the sizes do not fit.
 * @see torch.nn.functional.grid_sample
 * @example
 * ```ts
 * import { evaluateReference, gridSample, tensor } from "deconfound";
 *
 * const image = tensor([[[[1], [2]], [[3], [4]]]]);
 * const centre = tensor([[[[0, 0]]]]);
 * console.log(String(await evaluateReference(gridSample(image, centre)).data())); // 2.5
 * ```
 */
export function gridSample(x: AnyTensor, grid: AnyTensor, options?: { padding?: "zeros" | "edge" | undefined }): Tensor;
export function gridSample(
  x: AnyTensor,
  grid: AnyTensor,
  options: { padding?: "zeros" | "edge" | undefined } = {},
): AnyTensor {
  checkGridSample(arguments);
  checkRank("gridSample", "x", x.shape, ["n", "h", "w", "c"]);
  checkRank("gridSample", "grid", grid.shape, ["n", "oh", "ow", "2"]);
  const [n, height, width, c] = x.shape as [number, number, number, number];
  const [batch, oh, ow, two] = grid.shape as [number, number, number, number];
  if (batch !== n || two !== 2 || height === 0 || width === 0) {
    throw new ShapeError(
      "gridSample: x and grid do not fit",
      [`x  ${formatType(x)}   grid  ${formatType(grid)}   expects (n,h,w,c) with pixels, and (n,oh,ow,2)`],
      captureSite(),
    );
  }
  const edge = options.padding === "edge";
  const column = along(grid, 0, width, edge);
  const row = along(grid, 1, height, edge);
  const pixels = reshape(x, [n * height * width, c]);
  const image = reshape(mul(arange(n, { dtype: "i32" }), height * width), [n, 1, 1]);
  const read = (r: Neighbour, q: Neighbour): AnyTensor => {
    const at = add(image, add(mul(r.index, width), q.index)); // (n, oh, ow)
    const values = reshape(gather(pixels, reshape(at, [n * oh * ow]), { axis: 0 }), [n, oh, ow, c]);
    return mul(values, expandDims(mul(r.weight, q.weight), { axis: 3 }));
  };
  return add(
    add(read(row.lower, column.lower), read(row.lower, column.upper)),
    add(read(row.upper, column.lower), read(row.upper, column.upper)),
  );
}

/** One of the two pixels beside a point, along one axis: i32 index inside the image, and weight. Each `(n, oh, ow)`. */
interface Neighbour {
  readonly index: AnyTensor;
  readonly weight: AnyTensor;
}

function along(grid: AnyTensor, axis: 0 | 1, size: number, edge: boolean): { lower: Neighbour; upper: Neighbour } {
  const given = squeeze(slice(grid, { start: [0, 0, 0, axis], stop: [...grid.shape.slice(0, 3), axis + 1] }), {
    axis: 3,
  });
  const last = size - 1;
  const open = mul(add(given, 1), last / 2); // −1 … 1 → 0 … size − 1
  const point = edge ? clip(open, { min: 0, max: last }) : open;
  const below = floor(point);
  const inside = (position: AnyTensor): AnyTensor => logicalAnd(greaterEqual(position, 0), lessEqual(position, last));
  const beside = (position: AnyTensor, weight: AnyTensor): Neighbour => {
    const index = cast(clip(position, { min: 0, max: last }), "i32");
    return { index, weight: edge ? weight : where(inside(position), weight, 0) };
  };
  const share = sub(point, below);
  return { lower: beside(below, sub(1, share)), upper: beside(add(below, 1), share) };
}
