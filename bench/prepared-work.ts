import { readFileSync } from "node:fs";
import type { AnyTensor } from "../src/tensor/tensor.ts";
import { hostLeaf } from "../src/tensor/tensor.ts";
import { unflattenTree } from "../src/tensor/tree.ts";
import type { BenchDevice } from "./gpu.ts";
import type { Entry, Prepared, Request, Wanted } from "./protocol.ts";
import type { Resident } from "./resident.ts";
import { settle } from "./resident.ts";
import type { Outputs, Work } from "./work.ts";

/** Uploads operands from the driver's file, makes the first calls, and reads what is wanted of their outputs. */
export async function prepareWork(
  bench: BenchDevice,
  work: Work,
  { file, entries, wanted }: Extract<Request, { do: "prepare" }>,
): Promise<{ readonly resident: Resident; readonly prepared: Prepared }> {
  const bytes = readFileSync(file);
  const leaves = new Map(entries.map((entry) => [entry.name, readLeaf(bytes, entry)]));
  const inputs: Outputs = Object.fromEntries(Object.keys(work.inputs).map((name) => [name, leaves.get(name)!]));
  const states = entries.filter(({ name }) => name.startsWith("state.")).map(({ name }) => leaves.get(name)!);
  const resident = settle(bench, work, unflattenTree(work.initial(), states), inputs);
  await bench.idle();
  const start = performance.now();
  let outputs = await resident.call();
  await bench.idle();
  const firstMs = performance.now() - start;
  const values: number[][][] = [];
  for (const [i, elements] of wanted.entries()) {
    if (i > 0) outputs = await resident.call();
    values.push(await readElements(outputs, elements));
    bench.device.free(outputs);
  }
  return { resident, prepared: { firstMs, values } };
}

function readLeaf(bytes: Buffer, { shape, dtype, offset }: Entry): AnyTensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const range = bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + size * 4);
  return hostLeaf({ shape, dtype }, dtype === "f32" ? new Float32Array(range) : new Int32Array(range));
}

async function readElements(outputs: Outputs, wanted: readonly Wanted[]): Promise<number[][]> {
  const values: number[][] = [];
  for (const { output, indices } of wanted) {
    const all = await outputs[output]!.data();
    values.push(indices.map((i) => Number(all[i])));
  }
  return values;
}
