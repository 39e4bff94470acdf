import type { Device } from "../tensor/device.ts";
import type { Op } from "../tensor/op.ts";
import { apply } from "../tensor/op.ts";
import { valueOf } from "../tensor/reference.ts";
import { formatSite } from "../tensor/site.ts";
import type { AnyTensor, Node } from "../tensor/tensor.ts";
import { formatType, hostLeaf } from "../tensor/tensor.ts";
import { deviceErrors } from "./device-errors.ts";
import type { Mismatch } from "./device-values.ts";
import { compareValues, valuesOn } from "./device-values.ts";
import type { Tape } from "./tape.ts";
import { recordTape } from "./tape.ts";

/** An op whose kernel gives something else than its definition. */
export interface KernelFault {
  readonly node: Node;
  readonly mismatch: Mismatch;
}

/**
 * The first op of a program that a device computes wrongly by itself, from inputs that are right. undefined: every op is right, so
 * what is wrong is how the compiled program joins them.
 */
export async function findKernelFault(device: Device, tape: Tape): Promise<KernelFault | undefined> {
  for (const node of tape.order) {
    if (node.op === undefined) continue;
    const leaves = node.inputs.map((input) => rounded(input, tape));
    const alone = recordTape(apply(node.op as unknown as Op, leaves, node.params));
    const { worst } = compareValues(alone, deviceErrors(alone), await valuesOn(device, alone.roots));
    if (worst === undefined) continue;
    const definition = tape.definitions.get(node);
    const inner = definition === undefined ? undefined : await findKernelFault(device, definition.tape);
    return inner ?? { node, mismatch: worst };
  }
  return undefined;
}

/** A value of the program as a device holds it. */
function rounded(input: AnyTensor, { values }: Tape): AnyTensor {
  const data = valueOf(values, input);
  return hostLeaf(input, input.dtype === "f32" ? Float32Array.from(data) : data);
}

/** `first op whose kernel is wrong: exp of f32[2] at loss (my-file.ts:3:4): 2.5 for 2.7` */
export function describeKernelFault(fault: KernelFault | undefined): string {
  if (fault === undefined) {
    return "each op is right by itself: the compiled program joins them wrongly (program.dump() shows its kernels)";
  }
  const { node, mismatch } = fault;
  const where = node.site === undefined ? undefined : formatSite(node.site);
  const types = node.inputs.map(formatType).join(", ");
  const at = where === undefined ? "" : ` at ${where}`;
  return `first op whose kernel is wrong: ${node.op!.name} of ${types}${at}: ${mismatch.device} for ${mismatch.exact}`;
}
