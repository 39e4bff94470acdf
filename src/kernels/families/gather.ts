import type { gatherOp, scatterAddOp } from "../../tensor/ops/gather.ts";
import type { putAlongAxisOp, takeAlongAxisOp } from "../../tensor/ops/take-along-axis.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { FamilyCall, FamilyOf, Lowering } from "./family.ts";
import { input, output } from "./family.ts";
import { fill } from "./fill.ts";
import { segmentSum } from "./segment-sum.ts";

/** What the four records' params have in common. */
type Call = FamilyCall<{ readonly axis: number }>;

/** x (…a, n, …b), indices (…i) → (…a, …i, …b). */
export const gather: FamilyOf<typeof gatherOp> = (call) => read(call, sizeOf(call.inputs[1]!.shape), false);

/** y[…, k, …] = x[…, indices[…, k, …], …]. */
export const takeAlongAxis: FamilyOf<typeof takeAlongAxisOp> = (call) =>
  read(call, call.inputs[1]!.shape[call.params.axis]!, true);

/** x (…a, …i, …b), indices (…i) → (…a, size, …b). */
export const scatterAdd: FamilyOf<typeof scatterAddOp> = (call) => add(call, sizeOf(call.inputs[1]!.shape), false);

/** y[…, indices[…, k, …], …] += x[…, k, …]. */
export const putAlongAxis: FamilyOf<typeof putAlongAxisOp> = (call) =>
  add(call, call.inputs[1]!.shape[call.params.axis]!, true);

function read({ inputs, outputs, params, adapter }: Call, count: number, along: boolean): Lowering {
  const [x] = inputs;
  const { axis } = params;
  const size = sizeOf(outputs[0]!.shape);
  if (size === 0 || x!.shape[axis] === 0) return fill(outputs[0]!, adapter);
  const inner = sizeOf(x!.shape.slice(axis + 1));
  return {
    scratch: [],
    dispatches: [
      {
        file: "gather",
        constants: { SIZE: size, N: x!.shape[axis]!, COUNT: count, INNER: inner, ALONG: along },
        reads: { x: input(0), indices: input(1) },
        writes: { y: output(0) },
        workgroups: foldWorkgroups(Math.ceil(size / 64), adapter),
        elementsRead: { x: size },
      },
    ],
  };
}

/**
 * A scatter by one dispatch compares each element of the result with each index: where there are so few comparisons, or indices, the
 * fifteen or so dispatches of sorting take longer.
 */
const comparisons = 2 ** 20;
const fewIndices = 32;

function add(call: Call, count: number, along: boolean): Lowering {
  const { inputs, outputs, params, adapter } = call;
  const { axis } = params;
  const { shape } = outputs[0]!;
  const size = sizeOf(shape);
  if (size === 0 || count === 0) return fill(outputs[0]!, adapter);
  const inner = sizeOf(shape.slice(axis + 1));
  if (count * size > comparisons && count > fewIndices) {
    return segmentSum(call, { outer: size / (shape[axis]! * inner), count, inner, n: shape[axis]! }, along);
  }
  return {
    scratch: [],
    dispatches: [
      {
        file: "scatter",
        constants: { SIZE: size, N: shape[axis]!, COUNT: count, INNER: inner, ALONG: along },
        reads: { x: input(0), indices: input(1) },
        writes: { y: output(0) },
        workgroups: foldWorkgroups(Math.ceil(size / 64), adapter),
        flops: sizeOf(inputs[0]!.shape),
      },
    ],
  };
}
