import type { BatchCall } from "../batch-rule.ts";
import type { Op } from "../op.ts";
import { apply1 } from "../op.ts";
import type { AnyTensor } from "../tensor.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";

/** The calls' axis and axis 0 as one: what an op does row by row, it does to the rows of all calls. (s, n, …) → (s·n, …). */
export function foldRows(x: AnyTensor): AnyTensor {
  const [size, n, ...rest] = x.shape;
  return reshape(x, [size! * n!, ...rest]);
}

/** The inverse of {@link foldRows}. */
export function unfoldRows(y: AnyTensor, size: number): AnyTensor {
  const [n, ...rest] = y.shape;
  return reshape(y, [size, n! / size, ...rest]);
}

/** The calls' axis beside the last one, as groups of channels. (s, …, c) → (…, s·c). */
export function foldChannels(x: AnyTensor): AnyTensor {
  const last = x.shape.length - 1;
  const moved = transpose(x, { axes: [...Array.from({ length: last - 1 }, (_, i) => i + 1), 0, last] });
  return reshape(moved, [...x.shape.slice(1, -1), x.shape[0]! * x.shape[last]!]);
}

/** The inverse of {@link foldChannels}. */
export function unfoldChannels(y: AnyTensor, size: number): AnyTensor {
  const last = y.shape.length;
  const apart = reshape(y, [...y.shape.slice(0, -1), size, y.shape[last - 1]! / size]);
  return transpose(apart, { axes: [last - 1, ...Array.from({ length: last - 1 }, (_, i) => i), last] });
}

/** A convolution of all calls: each is a group of channels of its own. @param change - params that name channels. */
export function groupPerCall<P extends { readonly groups: number }>(
  { whole, size, params }: BatchCall<P>,
  op: Op<P>,
  change: Partial<P> = {},
): AnyTensor[] {
  const merged = { ...params, ...change, groups: params.groups * size };
  return [unfoldChannels(apply1(op, whole.map(foldChannels), merged), size)];
}

/** The rule of an op that works image by image: rows of all inputs. @param change - params that name the number of rows. */
export function rowByRow<P>(
  apply: (inputs: readonly AnyTensor[], params: P) => AnyTensor,
  change: (params: P, size: number) => P = (params) => params,
): { outputs: (call: BatchCall<P>) => readonly AnyTensor[] } {
  return {
    outputs: ({ whole, size, params }) => [unfoldRows(apply(whole.map(foldRows), change(params, size)), size)],
  };
}
