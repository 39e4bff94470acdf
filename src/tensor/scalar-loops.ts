import type { DType, NumericArray, Precision } from "./dtype.ts";
import { allocate } from "./dtype.ts";
import { erf, erfInv } from "./error-function.ts";
import { roundHalfToEven } from "./half.ts";
import type { Expr, ScalarFn } from "./scalar.ts";
import { fold } from "./scalar.ts";

const comparisons = new Set<ScalarFn>([
  "equal",
  "notEqual",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
  "isFinite",
]);

/** Evaluates a scalar expression over whole arrays: the reference of every elementwise op. */
export function evaluateScalar(
  expr: Expr,
  inputs: readonly { readonly data: NumericArray; readonly dtype: DType }[],
  size: number,
  precision: Precision,
): NumericArray {
  type Lane = { data: NumericArray; dtype: DType };
  const numeric = inputs.find((input) => input.dtype !== "bool")?.dtype ?? "bool";
  return fold<Lane>(expr, inputs, {
    constant: (value) => ({ data: allocate(numeric, size, precision).fill(value), dtype: numeric }),
    call: (fn, args) => {
      const dtype: DType = comparisons.has(fn) ? "bool" : args[args.length - 1]!.dtype;
      const out = allocate(dtype, size, precision);
      loop(fn, dtype, out, args[0]!.data, args[1]?.data ?? out, args[2]?.data ?? out);
      return { data: out, dtype };
    },
  }).data;
}

// Integer arithmetic wraps by being stored into Int32Array and Uint32Array; only products need Math.imul.
function loop(fn: ScalarFn, dtype: DType, o: NumericArray, a: NumericArray, b: NumericArray, c: NumericArray): void {
  const n = o.length;
  const integer = dtype === "i32" || dtype === "u32";
  switch (fn) {
    case "add":
      for (let i = 0; i < n; i++) o[i] = a[i]! + b[i]!;
      return;
    case "sub":
      for (let i = 0; i < n; i++) o[i] = a[i]! - b[i]!;
      return;
    case "mul":
      if (integer) for (let i = 0; i < n; i++) o[i] = Math.imul(a[i]!, b[i]!);
      else for (let i = 0; i < n; i++) o[i] = a[i]! * b[i]!;
      return;
    case "div":
      for (let i = 0; i < n; i++) o[i] = a[i]! / b[i]!;
      return;
    case "neg":
      for (let i = 0; i < n; i++) o[i] = -a[i]!;
      return;
    case "pow":
      for (let i = 0; i < n; i++) o[i] = a[i]! ** b[i]!;
      return;
    case "maximum":
      for (let i = 0; i < n; i++) o[i] = a[i]! >= b[i]! ? a[i]! : b[i]!;
      return;
    case "minimum":
      for (let i = 0; i < n; i++) o[i] = a[i]! <= b[i]! ? a[i]! : b[i]!;
      return;
    case "exp":
      for (let i = 0; i < n; i++) o[i] = Math.exp(a[i]!);
      return;
    case "expm1":
      for (let i = 0; i < n; i++) o[i] = Math.expm1(a[i]!);
      return;
    case "log":
      for (let i = 0; i < n; i++) o[i] = Math.log(a[i]!);
      return;
    case "log1p":
      for (let i = 0; i < n; i++) o[i] = Math.log1p(a[i]!);
      return;
    case "sqrt":
      for (let i = 0; i < n; i++) o[i] = Math.sqrt(a[i]!);
      return;
    case "rsqrt":
      for (let i = 0; i < n; i++) o[i] = 1 / Math.sqrt(a[i]!);
      return;
    case "square":
      if (integer) for (let i = 0; i < n; i++) o[i] = Math.imul(a[i]!, a[i]!);
      else for (let i = 0; i < n; i++) o[i] = a[i]! * a[i]!;
      return;
    case "abs":
      for (let i = 0; i < n; i++) o[i] = Math.abs(a[i]!);
      return;
    case "sign":
      for (let i = 0; i < n; i++) o[i] = Math.sign(a[i]!);
      return;
    case "floor":
      for (let i = 0; i < n; i++) o[i] = Math.floor(a[i]!);
      return;
    case "round":
      for (let i = 0; i < n; i++) o[i] = roundHalfToEven(a[i]!);
      return;
    case "sin":
      for (let i = 0; i < n; i++) o[i] = Math.sin(a[i]!);
      return;
    case "cos":
      for (let i = 0; i < n; i++) o[i] = Math.cos(a[i]!);
      return;
    case "tanh":
      for (let i = 0; i < n; i++) o[i] = Math.tanh(a[i]!);
      return;
    case "sigmoid":
      for (let i = 0; i < n; i++) o[i] = sigmoid(a[i]!);
      return;
    case "softplus":
      for (let i = 0; i < n; i++) o[i] = Math.max(a[i]!, 0) + Math.log1p(Math.exp(-Math.abs(a[i]!)));
      return;
    case "erf":
      for (let i = 0; i < n; i++) o[i] = erf(a[i]!);
      return;
    case "erfInv":
      for (let i = 0; i < n; i++) o[i] = erfInv(a[i]!);
      return;
    case "mod":
      for (let i = 0; i < n; i++) o[i] = a[i]! - b[i]! * Math.floor(a[i]! / b[i]!);
      return;
    case "floorDiv":
      for (let i = 0; i < n; i++) o[i] = Math.floor(a[i]! / b[i]!);
      return;
    case "equal":
      for (let i = 0; i < n; i++) o[i] = a[i]! === b[i]! ? 1 : 0;
      return;
    case "notEqual":
      for (let i = 0; i < n; i++) o[i] = a[i]! !== b[i]! ? 1 : 0;
      return;
    case "less":
      for (let i = 0; i < n; i++) o[i] = a[i]! < b[i]! ? 1 : 0;
      return;
    case "lessEqual":
      for (let i = 0; i < n; i++) o[i] = a[i]! <= b[i]! ? 1 : 0;
      return;
    case "greater":
      for (let i = 0; i < n; i++) o[i] = a[i]! > b[i]! ? 1 : 0;
      return;
    case "greaterEqual":
      for (let i = 0; i < n; i++) o[i] = a[i]! >= b[i]! ? 1 : 0;
      return;
    case "isFinite":
      for (let i = 0; i < n; i++) o[i] = Number.isFinite(a[i]!) ? 1 : 0;
      return;
    case "logicalAnd":
    case "bitAnd":
      for (let i = 0; i < n; i++) o[i] = a[i]! & b[i]!;
      return;
    case "logicalOr":
    case "bitOr":
      for (let i = 0; i < n; i++) o[i] = a[i]! | b[i]!;
      return;
    case "logicalNot":
      for (let i = 0; i < n; i++) o[i] = 1 - a[i]!;
      return;
    case "bitXor":
      for (let i = 0; i < n; i++) o[i] = a[i]! ^ b[i]!;
      return;
    case "shiftLeft":
      for (let i = 0; i < n; i++) o[i] = a[i]! << b[i]!;
      return;
    case "shiftRight":
      if (dtype === "u32") for (let i = 0; i < n; i++) o[i] = a[i]! >>> b[i]!;
      else for (let i = 0; i < n; i++) o[i] = a[i]! >> b[i]!;
      return;
    case "select":
      for (let i = 0; i < n; i++) o[i] = a[i]! !== 0 ? b[i]! : c[i]!;
      return;
  }
}

function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}
