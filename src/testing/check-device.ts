import type { Device } from "../tensor/device.ts";
import { KernelError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import type { Kind } from "../tensor/parameters.ts";
import { parameters } from "../tensor/parameters.ts";
import { captureSite } from "../tensor/site.ts";
import { hostLeaf } from "../tensor/tensor.ts";
import { flattenTree, mapTree } from "../tensor/tree.ts";
import { checkDerivatives } from "./check-derivatives.ts";
import { compareOnDevice } from "./compare-on-device.ts";
import { hostValues } from "./inner-product.ts";

export interface CheckDeviceOptions {
  /** Of the random cotangents. @defaultValue 0 */
  readonly seed?: number | undefined;
  /** As in `checkGrads`. @defaultValue "value" */
  readonly stopGradient?: "value" | "constant" | undefined;
}

const named = { info: kind.callback, compile: kind.callback, evaluate: kind.callback, put: kind.callback };
/** A device, or a scope. */
export const deviceKind: Kind = kind.fields(named);
const checkCall = parameters(
  "checkDevice",
  { device: deviceKind, f: kind.anything, inputs: kind.anything },
  { seed: kind.count, stopGradient: kind.oneOf("value", "constant") },
);

/**
 * Checks that a device computes a function and its gradient right: values and VJP against double precision, and that two runs are equal
 * to the bit, that compiled and eager calls agree, and that the inputs stay as they were. Then the rules are checked as `checkGrads`
 * does. So the error says who is wrong: a kernel, the compiled program, or a rule.
 *
 * Allowed is a running error bound: what the accuracy table of WGSL lets each function be off, n·2⁻²³·Σ|terms| for sums of n terms, and
 * what the ops behind make of both. Where rounding could turn a comparison or an index, either outcome is right.
 *
 * @param f - any function to a tree of tensors; its f32 outputs are projected by random weights for the VJP.
 * @param inputs - list of arguments; f32 tensors are rounded to f32 and differentiated.
 * @throws KernelError naming the output or argument, the element, the device's number and the right one, and the first op whose kernel is
 *   wrong, with its line; or that two runs differ, or that an input changed. GradientError where the device does what the rules say and a
 *   rule is wrong. ConfigError for arguments of a wrong kind.
 * @see WGSL, "Accuracy of Concrete Floating Point Expressions"
 * @example
 * ```ts
 * import { mul, referenceDevice, sum, tanh, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 * import { checkDevice } from "deconfound/testing";
 *
 * const device = referenceDevice(); // or await openDevice()
 * const loss = (w: Tensor, x: Tensor): Tensor => sum(tanh(mul(w, x)));
 * await checkDevice(device, loss, [tensor([0.5, -2]), tensor([1e-3, 40])]);
 * console.log("right"); // right
 * await device.close();
 * ```
 */
export async function checkDevice<A extends readonly unknown[]>(
  device: Device,
  f: (...args: A) => unknown,
  inputs: A,
  options: CheckDeviceOptions = {},
): Promise<void> {
  checkCall(arguments);
  const site = captureSite();
  const { seed = 0, stopGradient = "value" } = options;
  const args = await hostArguments(inputs);
  const { tape, decided } = await compareOnDevice({ name: "checkDevice", site, seed, stopGradient }, device, f, args);
  if (decided === 0 && tape.roots.some(({ shape }) => !shape.includes(0))) {
    const lines = ["no value is finite, or rounding may turn every one of them", "take other inputs"];
    throw new KernelError("checkDevice: cannot decide", lines, site);
  }
  const verdict = ["the rule is wrong, not the kernels: the device agrees with the rules in double precision"];
  checkDerivatives({ name: "checkDevice", verdict, site }, f, args, { seed, stopGradient });
}

/** Arguments with host data: programs computed, f32 rounded as a device holds it. */
async function hostArguments<A>(inputs: A): Promise<A> {
  const leaves = flattenTree(inputs);
  const data = await Promise.all(
    leaves.map((x) => (x.node.op === undefined ? x.data() : Promise.resolve(hostValues(x)))),
  );
  let next = 0;
  return mapTree(inputs, (x) => {
    const values = data[next++]!;
    return hostLeaf(x, x.dtype === "f32" ? Float32Array.from(values) : values);
  }) as A;
}
