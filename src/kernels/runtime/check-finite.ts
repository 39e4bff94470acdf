import { DeviceError } from "../../tensor/errors.ts";
import { topologicalOrder } from "../../tensor/graph.ts";
import { isFinite } from "../../tensor/ops/elementwise.ts";
import { all } from "../../tensor/ops/index.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { formatType, outputOf } from "../../tensor/tensor.ts";

/** A flag for each f32 value of a program, in the order of computation: true while all elements are finite. */
export function finiteFlags(roots: readonly AnyTensor[]): { of: AnyTensor; flag: AnyTensor }[] {
  return topologicalOrder(roots).flatMap((node) =>
    node.outputs.flatMap((type, index) => {
      if (type.dtype !== "f32" || node.source?.kind === "host") return [];
      const of = outputOf(node, index);
      return [{ of, flag: all(isFinite(of)) }];
    }),
  );
}

/** @throws DeviceError naming the first op that made a non-finite value, and the line that called it. */
export async function reportNonFinite(checked: readonly AnyTensor[], flags: readonly AnyTensor[]): Promise<void> {
  for (const [i, flag] of flags.entries()) {
    if ((await flag.item()) === 1) continue;
    const { node } = checked[i]!;
    throw new DeviceError(
      `checkFinite: ${node.op?.name ?? "an argument"} made a value that is not finite in ${formatType(checked[i]!)}`,
      node.inputs.map((input, at) => `input ${at}: ${formatType(input)} from ${input.node.op?.name ?? "a leaf"}`),
      node.site,
    );
  }
}
