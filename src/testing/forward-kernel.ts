import type { NumericArray } from "../tensor/dtype.ts";
import { allocate, isFloat } from "../tensor/dtype.ts";
import type { Op } from "../tensor/op.ts";
import { conv2dInputGradientOp, conv2dOp, conv2dWeightGradientOp } from "../tensor/ops/conv2d.ts";
import { matmulOp } from "../tensor/ops/matmul.ts";
import { maxPool2dGatherOp, maxPool2dGradientOp } from "../tensor/ops/max-pool.ts";
import { computeValues, valueOf } from "../tensor/reference.ts";
import { sizeOf } from "../tensor/shape.ts";
import { hostLeaf } from "../tensor/tensor.ts";
import { extrapolate } from "./differences.ts";
import { choices } from "./forward-choice.ts";
import { isMatrixOp, moveMatrices } from "./forward-matrix.ts";
import type { KernelCall } from "./kernel-call.ts";
import type { MaybeMotion, Motion } from "./motion.ts";
import { zeros } from "./motion.ts";

/** Ops that are linear in each of these inputs alone; the places that the others stand for do not move. */
const multilinear = new Map<unknown, readonly number[]>([
  [matmulOp, [0, 1]],
  [conv2dOp, [0, 1]],
  [conv2dInputGradientOp, [0, 1]],
  [conv2dWeightGradientOp, [0, 1]],
  [maxPool2dGradientOp, [1]],
  [maxPool2dGatherOp, [1]],
]);

/** Whether forward mode knows this op with a kernel of its own; of others it takes differences. */
export function knowsKernel(op: Op): boolean {
  return multilinear.has(op) || choices.has(op) || isMatrixOp(op) || op.linear !== undefined;
}

/** The inputs in which an op is linear, each by itself; undefined if there are none. */
export function linearInputs(op: Op): readonly number[] | undefined {
  return multilinear.get(op) ?? op.linear;
}

/** How an op moves whose value comes from its reference loop. */
export function moveKernel(call: KernelCall): readonly MaybeMotion[] {
  const choose = choices.get(call.op);
  if (choose !== undefined) return choose(call);
  if (isMatrixOp(call.op)) return moveMatrices(call, runKernel(call, call.values));
  const inputs = multilinear.get(call.op);
  if (inputs !== undefined) return [moveMultilinear(call, inputs)];
  if (call.op.linear === undefined) return moveByDifferences(call);
  const others = call.inputs.some((motion, i) => motion !== null && !call.op.linear!.includes(i));
  return others ? moveByDifferences(call) : [moveLinear(call, call.op.linear)];
}

/** An op on other values of its inputs, in double precision. */
export function runKernel({ node, op }: KernelCall, inputs: readonly NumericArray[]): readonly NumericArray[] {
  if (op.reference === undefined) {
    const leaves = inputs.map((data, i) => hostLeaf(node.inputs[i]!, data));
    const roots = op.expand!(leaves, node.params);
    const values = computeValues(roots, "f64");
    return roots.map((root) => valueOf(values, root));
  }
  const outputs = node.outputs.map(({ dtype, shape }) =>
    isFloat(dtype) ? new Float64Array(sizeOf(shape)) : allocate(dtype, sizeOf(shape), "f64"),
  );
  const call = { inputs, outputs, inputTypes: node.inputs, outputTypes: node.outputs };
  op.reference({ ...call, params: node.params, precision: "f64" });
  return outputs;
}

function moveLinear(call: KernelCall, linear: readonly number[]): Motion {
  const through = (lane: keyof Motion): Float64Array => {
    const lanes = call.values.map((value, i) =>
      linear.includes(i) ? (call.inputs[i]?.[lane] ?? zeros(call.node.inputs[i]!)) : value,
    );
    return runKernel(call, lanes)[0] as Float64Array;
  };
  return { tangent: through("tangent"), doubt: through("doubt") };
}

/** The product rule: a term for each input that moves, the others standing still. */
function moveMultilinear(call: KernelCall, inputs: readonly number[]): Motion {
  const sum = { tangent: zeros(call.node.outputs[0]!), doubt: zeros(call.node.outputs[0]!) };
  const absolute = call.values.map((value, i) => (inputs.includes(i) ? value.map(Math.abs) : value));
  for (const index of inputs) {
    const motion = call.inputs[index]!;
    if (motion === null) continue;
    const put = (lanes: readonly NumericArray[], lane: Float64Array): NumericArray =>
      runKernel(
        call,
        lanes.map((value, i) => (i === index ? lane : value)),
      )[0]!;
    put(call.values, motion.tangent).forEach((x, i) => (sum.tangent[i]! += x));
    put(absolute, motion.doubt).forEach((x, i) => (sum.doubt[i]! += x));
  }
  return sum;
}

/** An op from outside the library: adaptive differences along the motion, whose error is doubt. */
function moveByDifferences(call: KernelCall): readonly MaybeMotion[] {
  const scale = call.inputs.reduce(
    (least, motion, i) => Math.min(least, ...(motion?.tangent ?? []).map((t, k) => reach(call.values[i]![k]!, t))),
    Number.POSITIVE_INFINITY,
  );
  if (!Number.isFinite(scale)) return call.node.outputs.map(() => null);
  const at = (t: number): readonly NumericArray[] =>
    runKernel(
      call,
      call.values.map((value, i) => {
        const motion = call.inputs[i]!;
        return motion === null ? value : Float64Array.from(value, (x, k) => x + t * scale * motion.tangent[k]!);
      }),
    );
  return call.node.outputs.map(({ dtype }, output) => {
    if (!isFloat(dtype)) return null;
    const noise = Float64Array.from(at(0)[output]!, (y) => (Math.abs(y) * 2 ** -46) / scale);
    const { value, error } = extrapolate((t) => {
      const [left, right] = [at(-t)[output]!, at(t)[output]!];
      return Float64Array.from(right, (y, i) => (y - left[i]!) / (2 * t * scale));
    }, noise);
    return { tangent: value, doubt: error };
  });
}

/** The step along a motion t that takes x through its own size. */
function reach(x: number, t: number): number {
  return t === 0 ? Number.POSITIVE_INFINITY : (x === 0 ? 1 : Math.abs(x)) / Math.abs(t);
}
