import { ConfigError, ShapeError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { moveAxis } from "../tensor/ops/axes.ts";
import { parameters } from "../tensor/parameters.ts";
import { normalizeAxis } from "../tensor/shape.ts";
import type { Site } from "../tensor/site.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor, Node, Tensor } from "../tensor/tensor.ts";
import { formatType, isTensor, leaf } from "../tensor/tensor.ts";
import { refuseAsync } from "../tensor/trace.ts";
import type { MapTree } from "../tensor/tree.ts";
import { flattenTree, leavesOf, mapTree, unflattenTree } from "../tensor/tree.ts";
import { batchProgram, withAxis } from "./batch-program.ts";

export interface VmapOptions {
  /**
   * Along which axis of an argument's tensors the calls lie; null: every call gets the whole argument. One for all arguments, or one per
   * argument. @defaultValue 0
   */
  readonly inAxes?: number | null | readonly (number | null)[] | undefined;
  /** Where the calls' axis lies in the results. @defaultValue 0 */
  readonly outAxes?: number | undefined;
}

const checkVmap = parameters("vmap", { f: kind.callback }, { inAxes: kind.inAxes, outAxes: kind.integer });

/**
 * A function of one example as a function of many: f is called once, on stand-ins, and its program becomes that of all calls, each op at
 * once for all of them. Matrix products become batched ones, convolutions with a kernel per call grouped ones. Gradients of any order go
 * through it, and it goes through gradients: `vmap(grad(loss), { inAxes: [null, 0] })` gives a gradient per example.
 *
 *     vmap(f)(x)[i] = f(x[i])
 *
 * An op without a rule of its own runs call by call. Tensors that `f` captures are the same for every call, random keys too: split one.
 *
 * @param f - a function of trees of tensors. Strings, booleans, numbers and null in them are the same for every call.
 * @returns a function of the same trees, whose tensors have one axis more.
 * @throws ShapeError if calls' axes differ in length or a tensor has no such axis; ConfigError if no tensor has a calls' axis, or it has
 *   length 0; TraceError if `f` is async.
 * @example
 * ```ts
 * import { evaluateReference, grad, mul, square, sum, tensor, vmap } from "deconfound";
 * import type { Tensor } from "deconfound";
 *
 * const loss = (w: Tensor, x: Tensor) => square(sum(mul(w, x)));
 * const perExample = vmap(grad(loss), { inAxes: [null, 0] });
 * console.log(String(await evaluateReference(perExample(tensor([1, 2]), tensor([[1, 0], [0, 3]]))).data())); // 2,0,0,36
 * ```
 */
export function vmap<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  options: VmapOptions = {},
): (...args: { [K in keyof A]: MapTree<A[K], AnyTensor> }) => MapTree<R, Tensor> {
  checkVmap(arguments);
  return (...args) => {
    const site = captureSite();
    const axes = axesOf(options.inAxes === undefined ? 0 : options.inAxes, args.length, site);
    const size = sizeOfCalls(args, axes, site);
    const batched = new Map<Node, readonly AnyTensor[]>();
    const given = args.map((arg, i) => {
      const axis = axes[i]!;
      if (axis === null) return arg;
      return mapTree(arg as unknown, (x) => {
        const at = normalizeAxis("vmap", axis, x.shape.length);
        const shape = x.shape.filter((_, other) => other !== at);
        const stand = leaf({ shape, dtype: x.dtype }, { kind: "input" }, x.node.site);
        batched.set(stand.node, [moveAxis(x, { from: at, to: 0 })]);
        return stand;
      });
    });
    const result = f(...(given as unknown as A));
    refuseAsync("vmap", result, site);
    const roots = flattenTree(result);
    const outputs = batchProgram(roots, batched, size).map((y, i) => {
      const whole = y ?? withAxis(roots[i]!, size);
      return moveAxis(whole, { from: 0, to: normalizeAxis("vmap", options.outAxes ?? 0, whole.shape.length) });
    });
    return unflattenTree(result, outputs) as MapTree<R, Tensor>;
  };
}

function axesOf(
  inAxes: number | null | readonly (number | null)[],
  count: number,
  site: Site,
): readonly (number | null)[] {
  const axes = typeof inAxes === "object" && inAxes !== null ? inAxes : new Array<number | null>(count).fill(inAxes);
  if (axes.length !== count) {
    throw new ConfigError(
      `vmap: inAxes has ${axes.length} entries for ${count} arguments`,
      ["one per argument, or one for all"],
      site,
    );
  }
  return axes;
}

/** The number of calls. */
function sizeOfCalls(args: readonly unknown[], axes: readonly (number | null)[], site: Site): number {
  let first: { readonly size: number; readonly where: string } | undefined;
  for (const [i, axis] of axes.entries()) {
    if (axis === null) continue;
    for (const { path, value } of leavesOf(args[i], `argument ${i}`)) {
      if (!isTensor(value)) continue;
      const size = value.shape[axis < 0 ? axis + value.shape.length : axis];
      const where = `${path}, ${formatType(value)}`;
      if (size === undefined) {
        throw new ShapeError(
          `vmap: ${where}, has no axis ${axis}`,
          ["say null in inAxes for what is the same in every call"],
          site,
        );
      }
      first ??= { size, where };
      if (size === first.size) continue;
      throw new ShapeError(
        `vmap: ${size} calls along axis ${axis} of ${where}, but ${first.size} of ${first.where}`,
        ["say null in inAxes for what is the same in every call"],
        site,
      );
    }
  }
  if (first === undefined) {
    throw new ConfigError(
      "vmap: no argument has a tensor with an axis of calls",
      ["inAxes names one for at least one argument"],
      site,
    );
  }
  if (first.size === 0) throw new ConfigError(`vmap: no calls: ${first.where}, has length 0 along the axis`, [], site);
  return first.size;
}
