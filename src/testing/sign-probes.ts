import type { NumericArray } from "../tensor/dtype.ts";
import { isFloat } from "../tensor/dtype.ts";
import { threefryBlock } from "../tensor/threefry.ts";
import { runKernel } from "./forward-kernel.ts";
import type { KernelCall } from "./kernel-call.ts";

const probes = 8;

/**
 * How far errors of its inputs move the outputs of an op about which nothing else is known: the largest of eight runs with each input
 * element at a random end of its interval, doubled. An index or truth value that changes in any of them may be anything.
 */
export function movedBySigns(
  call: KernelCall,
  outputs: readonly NumericArray[],
  errors: readonly Float64Array[],
): Float64Array[] {
  const found = outputs.map((data) => new Float64Array(data.length));
  const lost = call.node.inputs.some(({ dtype }, i) => {
    const uncertain = (e: number): boolean =>
      e === Number.POSITIVE_INFINITY || (!isFloat(dtype) && dtype !== "bool" && e > 0);
    return errors[i]!.some(uncertain);
  });
  if (lost) return found.map((error) => error.fill(Number.POSITIVE_INFINITY));
  for (let k = 0; k < probes; k++) {
    let next = 0;
    const ahead = (): boolean => (threefryBlock([k, 0x51675], [0, next++])[0] & 1) === 1;
    const moved = call.values.map((data, i) => {
      if (!errors[i]!.some((e) => e > 0)) return data;
      const isTruth = call.node.inputs[i]!.dtype === "bool";
      return Float64Array.from(data, (x, at) => {
        const sign = ahead();
        if (errors[i]![at] === 0) return x;
        return isTruth ? Number(sign) : x + (sign ? 1 : -1) * errors[i]![at]!;
      });
    });
    runKernel(call, moved).forEach((data, output) => {
      const isReal = isFloat(call.node.outputs[output]!.dtype);
      data.forEach((value: number, i: number) => {
        const apart = 2 * Math.abs(value - outputs[output]![i]!);
        const error = apart === 0 || isReal ? apart : Number.POSITIVE_INFINITY;
        found[output]![i] = Math.max(found[output]![i]!, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
      });
    });
  }
  return found;
}
