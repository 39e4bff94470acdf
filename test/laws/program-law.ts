import { expect } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import type { Op } from "../../src/tensor/op.ts";
import { apply } from "../../src/tensor/op.ts";
import { valueOf } from "../../src/tensor/reference.ts";
import { captureSite } from "../../src/tensor/site.ts";
import { hostLeaf } from "../../src/tensor/tensor.ts";
import { checkDerivatives } from "../../src/testing/check-derivatives.ts";
import { compareOnDevice } from "../../src/testing/compare-on-device.ts";
import { deviceErrors } from "../../src/testing/device-errors.ts";
import { compareValues, valuesOn } from "../../src/testing/device-values.ts";
import type { RandomProgram } from "../../src/testing/fast-check/programs.ts";
import { describeKernelFault, findKernelFault } from "../../src/testing/kernel-fault.ts";
import type { Tape } from "../../src/testing/tape.ts";
import { recordTape } from "../../src/testing/tape.ts";

/** A program with its gradient is the same by the reference, compiled (fused), eager, and op by op (not fused). Its rules are right. */
export async function checkProgram(device: Device, { run, inputs }: RandomProgram): Promise<number> {
  const check = { name: "program", site: captureSite(), seed: 0, stopGradient: "constant" } as const;
  const { tape, decided } = await compareOnDevice(check, device, run, [...inputs]);
  await compareUnfused(device, tape);
  try {
    checkDerivatives({ name: "program", verdict: [], site: check.site }, run, [...inputs], check);
  } catch (error) {
    // ties, poles and overflow are no gradients; a wrong one is
    if (!/cannot decide|: NaN|: -?Infinity/.test((error as Error).message)) throw error;
  }
  return decided;
}

/** Every op by itself, on inputs that are right: all of them in one submit, joined by nothing. */
async function compareUnfused(device: Device, tape: Tape): Promise<void> {
  const alone = tape.order.flatMap((node) => {
    if (node.op === undefined) return [];
    const leaves = node.inputs.map((input) => {
      const data = valueOf(tape.values, input);
      return hostLeaf(input, input.dtype === "f32" ? Float32Array.from(data) : data);
    });
    return apply(node.op as unknown as Op, leaves, node.params);
  });
  const single = recordTape(alone);
  const { worst } = compareValues(single, deviceErrors(single), await valuesOn(device, alone));
  if (worst === undefined) return;
  expect(worst, describeKernelFault(await findKernelFault(device, tape))).toBeUndefined();
}
