import { describe } from "../tensor/describe.ts";
import { ConfigError, DTypeError, ShapeError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { apply } from "../tensor/op.ts";
import { zeros } from "../tensor/ops/creation.ts";
import { optional, parameters } from "../tensor/parameters.ts";
import type { Shape } from "../tensor/shape.ts";
import { sameShape } from "../tensor/shape.ts";
import type { Site } from "../tensor/site.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { formatType, isTensor, leaf } from "../tensor/tensor.ts";
import type { MapTree } from "../tensor/tree.ts";
import { flattenTree, leavesOf, mapTree, unflattenTree } from "../tensor/tree.ts";
import { captureBody } from "./body.ts";
import { scanOp } from "./scan-op.ts";

/** The tree `T` of one step: its tensors without their first axis. */
export type RowOf<T> =
  T extends Tensor<infer S, infer D>
    ? Tensor<S extends readonly [number, ...infer Row extends number[]] ? Row : Shape, D>
    : T extends object
      ? { [K in keyof T]: RowOf<T[K]> }
      : T;

/** The trees `T` of all steps, stacked: their tensors with one axis more, the first. */
export type RowsOf<T> =
  T extends Tensor<infer S, infer D>
    ? Tensor<[number, ...S], D>
    : T extends object
      ? { [K in keyof T]: RowsOf<T[K]> }
      : T;

export interface ScanOptions {
  /** Steps. @defaultValue the length of the first axis of `xs`; needed without `xs`. */
  readonly length?: number | undefined;
  /**
   * For the gradient, the carries before every so many steps are kept, and those between computed again: 1 keeps all, and computes least.
   * @defaultValue ⌈√length⌉, which needs least memory
   */
  readonly checkpointEvery?: number | undefined;
}

const checkScan = parameters(
  "scan",
  { body: kind.callback, init: kind.tree, xs: optional(kind.tree) },
  { length: kind.count, checkpointEvery: kind.atLeastOne },
);

/**
 * Runs `body` many times, each time with the carry of the time before: recurrent networks, iterations, chains of samples. The length is
 * fixed, the program does not grow with it, and neither does memory but for `xs`, the results and, for a gradient, the kept carries.
 *
 *     (cₜ₊₁, yₜ) = body(cₜ, xsₜ),  t = 0 … length − 1;  the result is (c_length, [y₀ … y_length₋₁])
 *
 * Gradients of any order go through it, and reach what `body` captures. `vmap` of a scan is one scan.
 *
 * @param body - `(carry, x) → [carry, y]`, called once. The new carry is a tree like `init`, of the same shapes and dtypes.
 * @param init - the first carry: a tree of tensors.
 * @param xs - a tree of tensors that all have `length` rows, axis 0; `body` gets one row of each. Without it, x is undefined.
 * @returns the last carry, and the tree of y with one axis more, the first, for the steps. With length 0 the carry is `init`.
 * @throws ShapeError if a tensor of `xs` has not `length` rows, `body` returns no pair or the carry changes its tree or a shape; DTypeError
 *   if the carry changes a dtype; ConfigError if nothing tells the length, or another leaf of the carry changes; TraceError if `body` is
 *   async.
 * @see lax.scan of JAX, whose function this is; and Griewank & Walther, "Algorithm 799: revolve", 2000, on saving carries.
 * @example
 * ```ts
 * import { evaluateReference, grad, mul, scan, sum, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 *
 * const products = (x: Tensor) => scan((c: Tensor, xt: Tensor) => [mul(c, xt), mul(c, xt)], tensor(1), x);
 * const [last, all] = products(tensor([2, 3, 4]));
 * console.log(await evaluateReference(last).item(), String(await evaluateReference(all).data())); // 24 2,6,24
 * const slope = grad((x: Tensor) => products(x)[0])(tensor([2, 3, 4]));
 * console.log(String(await evaluateReference(slope).data())); // 12,8,6
 * ```
 */
export function scan<C, Y, X = undefined>(
  body: (carry: C, x: RowOf<X>) => readonly [MapTree<C, AnyTensor>, Y],
  init: C,
  xs?: X,
  options: ScanOptions = {},
): [C, RowsOf<Y>] {
  checkScan(arguments);
  const site = captureSite();
  const length = lengthOf(xs, options.length, site);
  const row = mapTree(xs, (x) => leaf({ shape: x.shape.slice(1), dtype: x.dtype }, { kind: "input" }, x.node.site));
  const captured = captureBody("scan", body as (...args: never[]) => unknown, [init, row], site);
  const [next, y] = pairOf(captured.result, site);
  checkCarry(init, next, site);
  const [carries, rows] = [flattenTree(init), flattenTree(xs)];
  if (length === 0) {
    const none = flattenTree(y).map(({ shape, dtype }) => zeros([0, ...shape], { dtype }));
    return [init, unflattenTree(y, none) as RowsOf<Y>];
  }
  if (captured.body.outputs.length === 0) return [init, y as RowsOf<Y>];
  const inputs = [...carries, ...rows, ...captured.inputs.slice(carries.length + rows.length)];
  const every = Math.min(length, options.checkpointEvery ?? Math.ceil(Math.sqrt(length)));
  const loop = { body: captured.body, carries: carries.length, rows: rows.length, length, reverse: false, every };
  const outputs = apply(scanOp, inputs, loop, site);
  const count = flattenTree(y).length;
  return [
    unflattenTree(init, outputs.slice(0, carries.length)) as C,
    unflattenTree(y, outputs.slice(carries.length, carries.length + count)) as RowsOf<Y>,
  ];
}

function lengthOf(xs: unknown, given: number | undefined, site: Site): number {
  let length = given;
  let of = "length";
  for (const { path, value } of leavesOf(xs, "xs")) {
    if (!isTensor(value)) continue;
    const what = `${path}, ${formatType(value)}`;
    if (value.shape.length === 0)
      throw new ShapeError(`scan: ${what}, has no rows`, ["its first axis counts the steps"], site);
    const own = value.shape[0]!;
    if (length !== undefined && own !== length) {
      const other = of === "length" ? `length is ${length}` : `${of} has ${length}`;
      throw new ShapeError(`scan: ${what}, has ${own} rows, but ${other}`, ["one row per step"], site);
    }
    if (length === undefined) [length, of] = [own, path];
  }
  if (length !== undefined) return length;
  throw new ConfigError("scan: nothing tells how many steps", ["pass xs with a tensor, or { length }"], site);
}

function pairOf(result: unknown, site: Site): readonly [unknown, unknown] {
  if (Array.isArray(result) && result.length === 2) return result as [unknown, unknown];
  throw new ShapeError("scan: the body returns no pair", ["expects [carry, y]; [carry, null] without a y"], site);
}

function checkCarry(init: unknown, next: unknown, site: Site): void {
  const found = new Map(leavesOf(next).map(({ path, value }) => [path, value]));
  const first = leavesOf(init);
  const known = new Set(first.map(({ path }) => path));
  const extra = [...found.keys()].find((path) => !known.has(path));
  for (const { path, value } of first) {
    const [now, what] = [found.get(path), path === "" ? "the carry" : `${path} of the carry`];
    if (!isTensor(value)) {
      if (Object.is(value, now)) continue;
      const mend = ["only tensors change from step to step: wrap it with tensor(…)"];
      throw new ConfigError(`scan: ${what} is ${describe(value)}, and ${describe(now)} after a step`, mend, site);
    }
    if (isTensor(now) && now.dtype === value.dtype && sameShape(now.shape, value.shape)) continue;
    const line = `scan: ${what} is ${formatType(value)}, and ${describe(now)} after a step`;
    if (isTensor(now) && now.dtype !== value.dtype) throw new DTypeError(line, [`cast it to ${value.dtype}`], site);
    throw new ShapeError(line, ["a carry keeps its tree, shapes and dtypes"], site);
  }
  if (extra === undefined) return;
  const where = extra === "" ? "a carry that is no tree" : `${extra} in the carry`;
  throw new ShapeError(`scan: the body adds ${where}`, ["a carry keeps its tree, shapes and dtypes"], site);
}
