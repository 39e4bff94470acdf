import type { Device } from "../tensor/device.ts";
import type { NumericArray } from "../tensor/dtype.ts";
import { KernelError } from "../tensor/errors.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { formatType } from "../tensor/tensor.ts";
import { compareOnDevice } from "./compare-on-device.ts";
import { deviceErrors } from "./device-errors.ts";
import type { Comparison } from "./device-values.ts";
import { compareValues, differingBits, valuesOn } from "./device-values.ts";
import { elementName } from "./finding.ts";
import type { OpCall } from "./op-call.ts";
import { functionOf, inputsOf, isDifferentiable } from "./op-call.ts";
import type { SeededCheck } from "./seeded-check.ts";
import { recordTape } from "./tape.ts";

/** A device's values of two runs beside those in double precision. */
export interface KernelComparison extends Comparison {
  readonly runs: readonly [readonly NumericArray[], readonly NumericArray[]];
  /** The first element whose bits differ from run to run. */
  readonly unequal: { readonly root: number; readonly at: number } | undefined;
}

/** Runs a program's roots on a device twice, eagerly, and compares with the float64 reference. */
export async function compareKernels(device: Device, roots: readonly AnyTensor[]): Promise<KernelComparison> {
  const tape = recordTape(roots);
  const runs = [await valuesOn(device, tape.roots), await valuesOn(device, tape.roots)] as const;
  return { ...compareValues(tape, deviceErrors(tape), runs[0]), runs, unequal: differingBits(...runs) };
}

/**
 * The law of kernels: a device's values are the float64 reference's, within the running error bound, and those of a second run the
 * first one's, to the bit. The VJP and the compiled record as `checkDevice` does.
 *
 * @throws KernelError naming the output or argument, the element, and both numbers.
 */
export async function compareRecord(check: SeededCheck, call: OpCall, device: Device): Promise<void> {
  const [inputs, f] = [inputsOf(call), functionOf(call)];
  const roots = f(...inputs);
  const { runs, unequal, worst, decided } = await compareKernels(device, roots);
  const where = (root: number, at: number): string => elementName(`value of output ${root}`, roots[root]!.shape, at);
  const fail = (head: string, lines: readonly string[]): KernelError => {
    const ends = [
      `inputs ${inputs.map(formatType).join(", ")}`,
      `device ${device.info().description}`,
      `replay with { seed: ${check.seed} }`,
    ];
    return new KernelError(`${check.name}: ${head}`, [...lines, ...ends], check.site);
  };
  if (unequal !== undefined) {
    const { root, at } = unequal;
    throw fail(`two runs differ in the ${where(root, at)}`, [`${runs[0][root]![at]}, then ${runs[1][root]![at]}`]);
  }
  if (worst !== undefined) {
    const apart = Math.abs(worst.device - worst.exact).toExponential(2);
    throw fail(`wrong ${where(worst.root, worst.at)}`, [
      `eager ${worst.device}   float64 ${worst.exact}   |Δ| ${apart}, allowed ${worst.allowed.toExponential(2)}`,
    ]);
  }
  if (decided === 0 && roots.some(({ shape }) => !shape.includes(0))) {
    throw fail("cannot decide: rounding may turn every value", ["give the record a tolerance, or other samples"]);
  }
  if (isDifferentiable(call)) await compareOnDevice({ ...check, stopGradient: "constant" }, device, f, inputs);
}
