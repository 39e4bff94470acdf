import type { KernelFile } from "../../../src/kernels/wgsl/wgsl.generated.ts";
import { wgsl } from "../../../src/kernels/wgsl/wgsl.generated.ts";
import type { Device } from "../../../src/tensor/device.ts";
import type { Op } from "../../../src/tensor/op.ts";
import { avgPool2dGradientOp, avgPool2dOp } from "../../../src/tensor/ops/avg-pool.ts";
import { sumOp } from "../../../src/tensor/ops/broadcast.ts";
import { conv2dOp } from "../../../src/tensor/ops/conv2d.ts";
import { cumsumOp } from "../../../src/tensor/ops/cumsum.ts";
import { gatherOp } from "../../../src/tensor/ops/gather.ts";
import { matmulOp } from "../../../src/tensor/ops/matmul.ts";
import { maxPool2dGradientOp } from "../../../src/tensor/ops/max-pool.ts";
import { momentsOp } from "../../../src/tensor/ops/moments.ts";
import { sortOp } from "../../../src/tensor/ops/sort.ts";
import { records } from "../../support/records.ts";
import { checkKernel } from "../kernel-law.ts";
import { casesOf } from "../sampling.ts";
import type { Mutant } from "./mutant.ts";

const named = (name: string): unknown => records.find((record) => record.name === name);

/** A kernel's text with some of it replaced, in memory, while a device of its own compiles and runs it. */
function mutant(
  open: () => Promise<Device>,
  op: unknown,
  file: KernelFile,
  bug: string,
  from: string,
  to: string,
): Mutant {
  const texts = wgsl as Record<KernelFile, string>;
  const law = async (): Promise<void> => {
    const device = await open();
    try {
      for (const one of casesOf(op as never)) await checkKernel(device, one);
    } finally {
      device.close();
    }
  };
  const run = async (): Promise<void> => {
    const text = texts[file];
    if (text.split(from).length !== 2) throw new Error(`${file}.wgsl does not hold "${from}" once: choose another bug`);
    texts[file] = text.replace(from, to);
    try {
      await law();
    } finally {
      texts[file] = text;
    }
  };
  return { name: `${(op as Op).name}: ${bug}`, kind: "kernel", law: "GPU = reference", run, control: law };
}

/** @param open - a device that chooses the portable variants. */
export const kernelMutants = (open: () => Promise<Device>): readonly Mutant[] => [
  mutant(
    open,
    cumsumOp,
    "cumsum",
    "adds up from the same end when it is reversed",
    "let at = base + select(k, COUNT - 1u - k, REVERSE) * INNER;",
    "let at = base + k * INNER;",
  ),
  mutant(open, gatherOp, "gather", "the axes behind are not counted", "+ e % INNER;", ";"),
  mutant(open, avgPool2dOp, "avg-pool", "divided by the window's height alone", "f32(SIZE_H * SIZE_W)", "f32(SIZE_H)"),
  mutant(
    open,
    avgPool2dGradientOp,
    "avg-pool-gradient",
    "the last row of windows is missed",
    "r <= last_r",
    "r < last_r",
  ),
  mutant(
    open,
    maxPool2dGradientOp,
    "max-pool-gradient",
    "= for +=: one window's g",
    "total += select(0.0, load_g",
    "total = select(total, load_g",
  ),
  mutant(
    open,
    momentsOp,
    "moments",
    "blocks merged without their means' distance",
    " + delta * delta * (count * share)",
    "",
  ),
  mutant(open, sumOp, "reduce-rows", "the last level of the tree is missed", "half > 0u", "half > 1u"),
  mutant(
    open,
    sortOp,
    "sort-key",
    "negative numbers in reverse order",
    "select(bits | 0x80000000u, ~bits,",
    "select(bits | 0x80000000u, bits & 0x7fffffffu,",
  ),
  mutant(
    open,
    matmulOp,
    "matmul",
    "every batch is written over the first",
    "((part * BATCH + s) * M + r) * N + c",
    "(part * BATCH * M + r) * N + c",
  ),
  mutant(open, conv2dOp, "conv2d", "every group's results go to the first", "start + g * WIDTH + e", "start + e"),
  mutant(
    open,
    named("tanh"),
    "scalar",
    "clamped at 1, not at 15",
    "min(abs(x), vec4f(15.0))",
    "min(abs(x), vec4f(1.0))",
  ),
  mutant(
    open,
    named("sin"),
    "scalar",
    "the quarter's parity is lost",
    "(turn & vec4i(1)) == vec4i(1)",
    "(turn & vec4i(1)) == vec4i(2)",
  ),
];
