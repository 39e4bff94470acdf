import type { DType, NumericArray } from "../tensor/dtype.ts";
import { differentiate } from "../tensor/scalar/differentiate.ts";
import { evaluateScalar } from "../tensor/scalar/evaluate.ts";
import type { Expr } from "../tensor/scalar/expression.ts";
import { arg, call, fold } from "../tensor/scalar/expression.ts";
import type { ScalarFn } from "../tensor/scalar/table.ts";
import type { MaybeMotion, Motion } from "./motion.ts";

interface Lane {
  readonly data: NumericArray;
  readonly dtype: DType;
  readonly motion: MaybeMotion;
}

/** Beyond a tie these move as they do with their arguments' motions for arguments: they are linear on each side of it. */
const bentAtTies: Partial<Record<ScalarFn, (args: readonly NumericArray[], i: number) => boolean>> = {
  maximum: ([a, b], i) => a![i] === b![i],
  minimum: ([a, b], i) => a![i] === b![i],
  abs: ([a], i) => a![i] === 0,
};

/** How a scalar expression moves, element by element: Σ ∂f/∂xᵢ·ẋᵢ by the functions' own derivatives. */
export function moveScalar(expr: Expr, inputs: readonly Lane[], size: number, ahead: boolean): MaybeMotion {
  const still = (data: NumericArray): Lane => ({ data, dtype: dtypeOf(data), motion: null });
  return fold<Lane>(expr, inputs, {
    constant: (value) => still(new Float64Array(size).fill(value)),
    call: (fn, args) => {
      const own = call(fn, ...args.map((_, i) => arg(i)));
      const data = evaluateScalar(own, args, size, "f64");
      return { data, dtype: dtypeOf(data), motion: moveCall(fn, own, args, data, ahead) };
    },
  }).motion;
}

/** In double precision floats are Float64Arrays; of the others only truth values matter here. */
const dtypeOf = (data: NumericArray): DType =>
  data instanceof Float64Array ? "f32" : data instanceof Int32Array ? "i32" : "bool";

function moveCall(fn: ScalarFn, own: Expr, args: readonly Lane[], data: NumericArray, ahead: boolean): MaybeMotion {
  if (args.every(({ motion }) => motion === null)) return null;
  if (!(data instanceof Float64Array)) return ahead ? moveTruth(own, args, data) : null;
  const size = data.length;
  const sum: Motion = { tangent: new Float64Array(size), doubt: new Float64Array(size) };
  const beyond = args.map((lane) => (lane.dtype === "bool" ? { ...lane, data: after(lane) } : lane));
  args.forEach(({ dtype, motion }, index) => {
    const derivative = dtype === "f32" && motion !== null ? differentiate(own, index) : null;
    if (derivative === null) return;
    const factor = evaluateScalar(derivative, beyond, size, "f64");
    for (let i = 0; i < size; i++) {
      // 0·∞ adds nothing: not what stands still at a pole, not a pole in the branch that is not taken
      if (factor[i] === 0) continue;
      if (motion!.tangent[i] !== 0) sum.tangent[i]! += factor[i]! * motion!.tangent[i]!;
      if (motion!.doubt[i] !== 0) sum.doubt[i]! += Math.abs(factor[i]!) * motion!.doubt[i]!;
    }
  });
  const tied = ahead ? bentAtTies[fn] : undefined;
  if (tied !== undefined) {
    const motions = args.map(({ motion }) => ({
      data: motion?.tangent ?? new Float64Array(size),
      dtype: "f32" as const,
    }));
    const turned = evaluateScalar(own, motions, size, "f64");
    const values = args.map((lane) => lane.data);
    for (let i = 0; i < size; i++) if (tied(values, i)) sum.tangent[i] = turned[i]!;
  }
  return sum;
}

/** A truth value beyond the place where it stands. */
function after({ data, motion }: Lane): NumericArray {
  return motion === null ? data : data.map((value, i) => value + motion.tangent[i]!);
}

/** Comparisons of equal numbers become comparisons of their motions; logic follows its arguments. */
function moveTruth(own: Expr, args: readonly Lane[], data: NumericArray): MaybeMotion {
  const size = data.length;
  const logic = args.every(({ dtype }) => dtype !== "f32");
  const moved = args.map((lane) => ({
    data: logic ? after(lane) : (lane.motion?.tangent ?? new Float64Array(size)),
    dtype: lane.dtype,
  }));
  if (!logic && args.length !== 2) return null;
  const beyond = evaluateScalar(own, moved, size, "f64");
  const tangent = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    if (logic || args[0]!.data[i] === args[1]!.data[i]) tangent[i] = beyond[i]! - data[i]!;
  }
  return { tangent, doubt: new Float64Array(size) };
}
