import { zerosLike } from "../autodiff/independent.ts";
import { pullback } from "../autodiff/pullback.ts";
import type { Device } from "../tensor/device.ts";
import type { NumericArray } from "../tensor/dtype.ts";
import { KernelError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { identity } from "../tensor/ops/identity.ts";
import { parameters } from "../tensor/parameters.ts";
import { sizeOf } from "../tensor/shape.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { formatType, hostLeaf } from "../tensor/tensor.ts";
import { flattenTree, mapTree, unflattenTree } from "../tensor/tree.ts";
import { checkDerivatives } from "./check-derivatives.ts";
import { deviceErrors } from "./device-errors.ts";
import type { Comparison, Mismatch } from "./device-values.ts";
import { compareValues, differingBits, readAndFree, valuesOn } from "./device-values.ts";
import { directions } from "./directions.ts";
import { elementName } from "./finding.ts";
import { hostValues, innerProduct } from "./inner-product.ts";
import { describeKernelFault, findKernelFault } from "./kernel-fault.ts";
import type { Loss } from "./scalar-function.ts";
import { alongDirection, lossAt } from "./scalar-function.ts";
import { recordTape } from "./tape.ts";
import { variablesOf } from "./variables.ts";

export interface CheckDeviceOptions {
  /** Of the random cotangents. @defaultValue 0 */
  readonly seed?: number | undefined;
  /** As in `checkGrads`. @defaultValue "value" */
  readonly stopGradient?: "value" | "constant" | undefined;
}

const named = { info: kind.callback, compile: kind.callback, evaluate: kind.callback, put: kind.callback };
const checkCall = parameters(
  "checkDevice",
  { device: kind.fields(named), f: kind.anything, inputs: kind.anything },
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
  const { tensors, names, call } = variablesOf("checkDevice", f, args, site);
  const weights = directions(call(tensors), seed, 0).map((w) => hostLeaf(w, Float32Array.from(hostValues(w))));
  const valuesOf = (leaves: readonly AnyTensor[]): AnyTensor[] =>
    flattenTree(f(...(unflattenTree(args, leaves) as unknown as A)));
  const build = (leaves: readonly AnyTensor[], g: readonly AnyTensor[]): AnyTensor[] => {
    const variables = leaves.map((leaf) => (leaf.dtype === "f32" ? identity(leaf) : leaf));
    const values = valuesOf(variables);
    const own = variables.filter(({ dtype }) => dtype === "f32");
    const back = pullback(
      values.filter(({ dtype }) => dtype === "f32"),
      g,
      own,
    );
    return [...values, ...back.map((one, i) => one ?? zerosLike(own[i]!))];
  };
  const tape = recordTape(build(flattenTree(args), weights));
  const outputs = tape.roots.length - tensors.length;
  const where = ({ root, at }: { root: number; at: number }): string =>
    root < outputs
      ? elementName(`value of output ${root}`, tape.roots[root]!.shape, at)
      : elementName(`gradient by ${names[root - outputs]!}`, tape.roots[root]!.shape, at);
  const fail = (head: string, lines: readonly string[]): KernelError => {
    const types = tensors.map((tensor, i) => `${names[i]} ${formatType(tensor)}`).join(", ");
    const ends = [`inputs ${types}`, `device ${device.info().description}`, `replay with { seed: ${seed} }`];
    return new KernelError(`checkDevice: ${head}`, [...lines, ...ends], site);
  };
  const runs = await runOn(device, valuesOf, build, flattenTree(args), weights, fail, where);
  const errors = deviceErrors(tape);
  let decided = 0;
  for (const [how, got] of Object.entries(runs)) {
    const found: Comparison = compareValues(tape, errors, got);
    decided += found.decided;
    if (found.worst === undefined) continue;
    const { worst } = found;
    const lines = [
      `${how} ${worst.device}   float64 ${worst.exact}   |Δ| ${Math.abs(worst.device - worst.exact).toExponential(2)}, allowed ${worst.allowed.toExponential(2)}`,
      ...(worst.root < outputs
        ? []
        : [ruleBeside(worst, tensors, worst.root - outputs, (x) => innerProduct(call(x), weights), stopGradient)]),
      describeKernelFault(await findKernelFault(device, tape)),
    ];
    throw fail(`wrong ${where(worst)}, ${how}`, lines);
  }
  if (decided === 0 && tape.roots.some(({ shape }) => !shape.includes(0))) {
    throw fail("cannot decide: no value is finite, or rounding may turn every one of them", ["take other inputs"]);
  }
  const verdict = ["the rule is wrong, not the kernels: the device agrees with the rules in double precision"];
  checkDerivatives({ name: "checkDevice", verdict, site }, f, args, { seed, stopGradient });
}

/** Forward mode's number for a wrong element of the gradient: it tells the kernels from the rules. */
function ruleBeside(
  mismatch: Mismatch,
  tensors: readonly AnyTensor[],
  t: number,
  loss: Loss,
  stop: "value" | "constant",
): string {
  const basis = tensors.map(({ shape }) => new Float64Array(sizeOf(shape)));
  basis[t]![mismatch.at] = 1;
  const { value } = alongDirection(lossAt(loss, tensors), basis, { stopGradient: stop });
  const agree = Math.abs(value - mismatch.exact) <= 1e-6 * Math.max(Math.abs(value), Math.abs(mismatch.exact));
  return `forward mode ${value}: ${agree ? "the rule is right, the kernel is wrong" : "the rule is wrong here too"}`;
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

/** The results of compiled and eager calls, and of the values alone, after the laws that need no numbers: same bits again, inputs untouched. */
async function runOn(
  device: Device,
  valuesOf: (leaves: readonly AnyTensor[]) => AnyTensor[],
  build: (leaves: readonly AnyTensor[], g: readonly AnyTensor[]) => AnyTensor[],
  leaves: readonly AnyTensor[],
  weights: readonly AnyTensor[],
  fail: (head: string, lines: readonly string[]) => KernelError,
  where: (place: { root: number; at: number }) => string,
): Promise<Readonly<Record<string, NumericArray[]>>> {
  const held = device.put({ leaves, weights });
  const before = await Promise.all(flattenTree({ leaves, weights }).map((x) => x.data()));
  const program = device.compile(build);
  const run = async (): Promise<NumericArray[]> => readAndFree(device, await program(held.leaves, held.weights));
  const [compiled, again] = [await run(), await run()];
  const eager = await valuesOn(device, build(held.leaves, held.weights));
  const alone = await valuesOn(device, valuesOf(held.leaves)); // without variables between the inputs and the first ops
  const unequal = differingBits(compiled, again);
  if (unequal !== undefined) {
    const { root, at } = unequal;
    const numbers = `${compiled[root]![at]}, then ${again[root]![at]}`;
    throw fail(`two runs differ in the ${where(unequal)}`, [numbers, "a kernel must not depend on what ran before it"]);
  }
  const changed = differingBits(before, await Promise.all(flattenTree(held).map((x) => x.data())));
  if (changed !== undefined) throw fail(`a run changed input ${changed.root}`, [`element ${changed.at}`]);
  device.free(held);
  return { compiled, eager, alone };
}
