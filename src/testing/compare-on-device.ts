import { pullback } from "../autodiff/pullback.ts";
import type { Device } from "../tensor/device.ts";
import type { NumericArray } from "../tensor/dtype.ts";
import { KernelError } from "../tensor/errors.ts";
import { identity } from "../tensor/ops/identity.ts";
import { zerosLike } from "../tensor/ops/like.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { formatType, hostLeaf } from "../tensor/tensor.ts";
import { flattenTree, unflattenTree } from "../tensor/tree.ts";
import { deviceErrors } from "./device-errors.ts";
import type { Mismatch } from "./device-values.ts";
import { compareValues, differingBits, readAndFree, valuesOn } from "./device-values.ts";
import { directions } from "./directions.ts";
import { elementName } from "./finding.ts";
import { hostValues, innerProduct } from "./inner-product.ts";
import { describeKernelFault, findKernelFault } from "./kernel-fault.ts";
import type { Loss } from "./scalar-function.ts";
import { alongDirection, lossAt } from "./scalar-function.ts";
import type { SeededCheck } from "./seeded-check.ts";
import type { Tape } from "./tape.ts";
import { recordTape } from "./tape.ts";
import { variablesOf } from "./variables.ts";

/** Who compares, for errors, and how. */
export interface DeviceCheck extends SeededCheck {
  readonly stopGradient: "value" | "constant";
}

/** What a comparison came to that found nothing wrong. */
export interface Agreement {
  /** Values, then the gradient, of the function on its inputs. */
  readonly tape: Tape;
  /** Elements that were compared, of all runs together. */
  readonly decided: number;
}

/**
 * Compares values and VJP of a function on a device, compiled and eager, with double precision.
 *
 * @param args - arguments with host data.
 * @throws KernelError, as `checkDevice` does.
 */
export async function compareOnDevice<A extends readonly unknown[]>(
  { name, site, seed, stopGradient }: DeviceCheck,
  device: Device,
  f: (...args: A) => unknown,
  args: A,
): Promise<Agreement> {
  const { tensors, names, call } = variablesOf(name, f, args, site);
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
    return new KernelError(`${name}: ${head}`, [...lines, ...ends], site);
  };
  const runs = await runOn(device, valuesOf, build, flattenTree(args), weights, fail, where);
  const errors = deviceErrors(tape);
  let decided = 0;
  for (const [how, got] of Object.entries(runs)) {
    const found = compareValues(tape, errors, got);
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
  return { tape, decided };
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
  const run = async (): Promise<NumericArray[]> =>
    readAndFree(device, await program(held.leaves, held.weights), held.leaves);
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
