import type { DType, NumericArray } from "../tensor/dtype.ts";
import { allocate, isFloat } from "../tensor/dtype.ts";
import { evaluateScalar } from "../tensor/scalar/evaluate.ts";
import type { Expr } from "../tensor/scalar/expression.ts";
import { arg, call, fold } from "../tensor/scalar/expression.ts";
import type { ScalarFn } from "../tensor/scalar/table.ts";
import { scalarTable } from "../tensor/scalar/table.ts";

/** Values, and how far a device may have put each of them off. A truth value or integer with an error may be any other. */
export interface ErrorLane {
  readonly data: NumericArray;
  readonly dtype: DType;
  readonly error: Float64Array;
}

/** The smallest normal f32: WGSL may take numbers below for 0. */
export const smallestNormal: number = 2 ** -126;
/** The largest f32: WGSL may give anything beyond. */
export const largestFloat: number = 3.4028234663852886e38;

/**
 * How far a device may put the values of a scalar expression off, element by element: for each function of it, what WGSL's table
 * allows there, and what the errors of its operands make of it.
 */
export function scalarErrors(expr: Expr, inputs: readonly ErrorLane[], size: number): Float64Array {
  const numeric = inputs.find(({ dtype }) => dtype !== "bool")?.dtype ?? "bool";
  return fold<ErrorLane>(expr, inputs, {
    constant: (value) => ({
      data: allocate(numeric, size, "f64").fill(value),
      dtype: numeric,
      error: new Float64Array(size),
    }),
    call: (fn, args) => callErrors(fn, args, size),
  }).error;
}

function callErrors(fn: ScalarFn, args: readonly ErrorLane[], size: number): ErrorLane {
  const { form } = scalarTable[fn];
  const own = call(fn, ...args.map((_, i) => arg(i)));
  const at = (lanes: readonly Omit<ErrorLane, "error">[]): NumericArray => evaluateScalar(own, lanes, size, "f64");
  const data = at(args);
  const dtype = form === "comparison" || form === "test" ? "bool" : args.at(-1)!.dtype;
  const error = new Float64Array(size);
  for (const moved of corners(args)) {
    at(moved).forEach((value: number, i: number) => {
      // a corner outside the function's domain, where the value itself is inside
      const apart = Object.is(value, data[i]) ? 0 : Math.abs(value - data[i]!);
      error[i] = Math.max(error[i]!, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
    });
  }
  const beyond = beyondCorners[fn];
  for (let i = 0; i < size; i++) {
    const errors = args.map((lane) => lane.error[i]!);
    if (beyond !== undefined) {
      const values = args.map((lane) => lane.data[i]!);
      error[i] = Math.max(error[i]!, beyond(values, errors));
    }
    if (args.some((lane, k) => isInteger(lane.dtype) && errors[k]! > 0)) error[i] = Number.POSITIVE_INFINITY;
    if (isFloat(dtype)) error[i]! += ownError(fn, data[i]!, args, i);
  }
  return { data, dtype, error };
}

const isInteger = (dtype: DType): boolean => !isFloat(dtype) && dtype !== "bool";

/** The operands at the ends of their intervals, in every combination: where functions that rise or fall have their extremes. */
function corners(args: readonly ErrorLane[]): Omit<ErrorLane, "error">[][] {
  const open = args.map(({ error, dtype }) => !isInteger(dtype) && error.some((e) => e > 0));
  return args.reduce<Omit<ErrorLane, "error">[][]>(
    (all, lane, k) => {
      if (!open[k]) return all.map((row) => [...row, lane]);
      return [-1, 1].flatMap((sign) => {
        const end = lane.data.map((x: number, i: number) => {
          if (lane.error[i] === 0) return x;
          return lane.dtype === "bool" ? Number(sign > 0) : x + sign * lane.error[i]!;
        });
        return all.map((row) => [...row, { data: end, dtype: lane.dtype }]);
      });
    },
    open.includes(true) ? [[]] : [],
  );
}

/** What the ends of an interval do not show: extremes, poles and jumps inside. */
const beyondCorners: Partial<Record<ScalarFn, (x: readonly number[], error: readonly number[]) => number>> = {
  sin: (_, [e]) => Math.min(e!, 2),
  cos: (_, [e]) => Math.min(e!, 2),
  equal: ([a, b], [d, e]) => (d! + e! > 0 && Math.abs(a! - b!) <= d! + e! ? 1 : 0),
  notEqual: ([a, b], [d, e]) => (d! + e! > 0 && Math.abs(a! - b!) <= d! + e! ? 1 : 0),
  div: ([, b], [, e]) => (e! > 0 && Math.abs(b!) <= e! ? Number.POSITIVE_INFINITY : 0),
  floorDiv: ([, b], [, e]) => (e! > 0 && Math.abs(b!) <= e! ? Number.POSITIVE_INFINITY : 0),
  mod: ([a, b], [d, e]) => {
    const reach = d! + Math.abs(Math.floor(a! / b!)) * e!;
    const rest = a! - Math.floor(a! / b!) * b!;
    return reach > 0 && Math.min(Math.abs(rest), Math.abs(b! - rest)) <= reach ? Math.abs(b!) + e! : 0;
  },
};

/** Functions whose accuracy does not depend on how large the operands are, besides arithmetic. */
const steady: ReadonlySet<ScalarFn> = new Set<ScalarFn>(["log", "log1p", "sqrt", "rsqrt", "tanh", "erf", "softplus"]);
const fewUnits = 3; // the rows' figures hold for operands up to this

/** The table's figure, which is for operands of a few units: exp's 3 + 2|x| ulp, and what is made of it, grow with the operand. */
function ownError(fn: ScalarFn, y: number, args: readonly ErrorLane[], i: number): number {
  const isInfinite = ({ data, error }: ErrorLane): boolean =>
    Math.abs(data[i]!) === Number.POSITIVE_INFINITY && error[i] === 0;
  if (!(Math.abs(y) <= largestFloat)) return args.some(isInfinite) ? 0 : Number.POSITIVE_INFINITY;
  const { accuracy, form } = scalarTable[fn];
  const exponent = fn === "pow" ? (args[1]!.data[i]! * Math.log2(Math.abs(args[0]!.data[i]!))) / 2 : args[0]!.data[i]!;
  const grows = fn === "pow" || (form === "unary" && !steady.has(fn));
  const growth = grows && Number.isFinite(exponent) ? Math.max(1, Math.abs(exponent) / fewUnits) : 1;
  return growth * (accuracy.relative * Math.abs(y) + accuracy.absolute) + (y === 0 ? 0 : smallestNormal);
}
