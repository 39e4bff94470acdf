import type { KernelFile } from "../../../src/kernels/wgsl/wgsl.generated.ts";
import { wgsl } from "../../../src/kernels/wgsl/wgsl.generated.ts";
import type { Device } from "../../../src/tensor/device.ts";
import type { AnyOp } from "../../../src/tensor/op.ts";
import type { Row } from "../../../src/tensor/scalar/row.ts";
import type { ScalarFn } from "../../../src/tensor/scalar/table.ts";
import { scalarTable } from "../../../src/tensor/scalar/table.ts";
import { records } from "../../support/records.ts";
import { checkKernel } from "../kernel-law.ts";
import { casesOf } from "../sampling.ts";
import type { Mutant } from "./mutant.ts";

const named = (name: string): AnyOp => records.find((record) => record.name === name)!;

/** Something in memory that kernels are made from, held changed while a device of its own compiles and runs them. */
interface Change {
  make(): void;
  undo(): void;
}

function mutant(open: () => Promise<Device>, name: string, bug: string, { make, undo }: Change): Mutant {
  const law = async (): Promise<void> => {
    const device = await open();
    try {
      for (const one of casesOf(named(name))) await checkKernel(device, one);
    } finally {
      await device.close();
    }
  };
  const run = async (): Promise<void> => {
    make();
    try {
      await law();
    } finally {
      undo();
    }
  };
  return { name: `${name}: ${bug}`, kind: "kernel", law: "GPU = reference", run, control: law };
}

/** A `.wgsl` file with some of its text replaced. */
function inFile(file: KernelFile, from: string, to: string): Change {
  const texts = wgsl as Record<KernelFile, string>;
  const text = texts[file];
  return {
    make: () => {
      if (text.split(from).length !== 2) throw new Error(`${file}.wgsl does not hold "${from}" once: take another bug`);
      texts[file] = text.replace(from, to);
    },
    undo: () => {
      texts[file] = text;
    },
  };
}

/** The text that generated kernels have for a scalar function. */
function inRow(fn: ScalarFn, text: string): Change {
  const table = scalarTable as Record<ScalarFn, Row>;
  const row = table[fn];
  return {
    make: () => {
      table[fn] = { ...row, wgsl: text };
    },
    undo: () => {
      table[fn] = row;
    },
  };
}

/** @param open - a device that chooses the portable variants. */
export function kernelMutants(open: () => Promise<Device>): readonly Mutant[] {
  const bugs: readonly [op: string, bug: string, change: Change][] = [
    [
      "cumsum",
      "adds up from the same end when it is reversed",
      inFile("cumsum", "let at = base + select(k, COUNT - 1u - k, REVERSE) * INNER;", "let at = base + k * INNER;"),
    ],
    ["gather", "the axes behind are not counted", inFile("gather", "+ e % INNER;", ";")],
    ["avgPool2d", "divided by the window's height alone", inFile("avg-pool", "f32(SIZE_H * SIZE_W)", "f32(SIZE_H)")],
    [
      "avgPool2dGradient",
      "the last row of windows is missed",
      inFile("avg-pool-gradient", "r <= last_r", "r < last_r"),
    ],
    [
      "maxPool2dGradient",
      "= for +=: one window's g",
      inFile("max-pool-gradient", "total += select(0.0, load_g", "total = select(total, load_g"),
    ],
    [
      "moments",
      "blocks merged without their means' distance",
      inFile("moments", " + delta * delta * (count * share)", ""),
    ],
    ["sum", "the last level of the tree is missed", inFile("reduce-rows", "half > 0u", "half > 1u")],
    [
      "sort",
      "negative numbers in reverse order",
      inFile("sort-key", "select(bits | 0x80000000u, ~bits,", "select(bits | 0x80000000u, bits & 0x7fffffffu,"),
    ],
    [
      "matmul",
      "every batch is written over the first",
      inFile("matmul", "((part * BATCH + s) * M + r) * N + c", "(part * BATCH * M + r) * N + c"),
    ],
    ["conv2d", "every group's results go to the first", inFile("conv2d", "start + g * WIDTH + e", "start + e")],
    ["tanh", "of half its argument", inRow("tanh", "tanh_(0.5 * $0)")],
    ["sub", "operands swapped", inRow("sub", "($1 - $0)")],
  ];
  return bugs.map(([op, bug, change]) => mutant(open, op, bug, change));
}
