import { writeFileSync } from "node:fs";
import type { AnyTensor } from "../src/tensor/tensor.ts";
import { leavesOf } from "../src/tensor/tree.ts";
import type { Entry, Prepared, Request } from "./protocol.ts";
import { initialState } from "./reference.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import type { Check, Work } from "./work.ts";

/** A work as contestants are told it, its operands in a temporary file. */
export interface Posed {
  readonly request: Extract<Request, { do: "prepare" }>;
  readonly checks: readonly (readonly Check[])[];
  remove(): void;
}

/** Writes a work's state and inputs to a file, and computes what they must lead to. */
export async function pose(work: Work): Promise<Posed> {
  const state = leavesOf(initialState(work), "state");
  const arrays = [
    ...(await Promise.all(
      state.map(async ({ path, value }) => {
        const tensor = value as AnyTensor;
        return { name: path, shape: tensor.shape, dtype: "f32" as const, values: await tensor.data() };
      }),
    )),
    ...Object.entries(work.inputs).map(([name, input]) => ({ ...input, name, values: input.values() })),
  ];
  const folder = temporaryFolder();
  const file = `${folder.path}/operands`;
  const entries: Entry[] = [];
  let offset = 0;
  for (const { name, shape, dtype, values } of arrays) {
    const bytes = values as Float32Array;
    writeFileSync(file, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), { flag: "a" });
    entries.push({ name, shape, dtype, offset });
    offset += bytes.byteLength;
  }
  const checks = await work.reference();
  const wanted = checks.map((call) => call.map(({ output, indices }) => ({ output, indices })));
  return {
    request: { do: "prepare", work: work.name, task: work.task, file, entries, wanted },
    checks,
    remove: folder.remove,
  };
}

/** Compares a contestant's elements with the reference. @returns what is wrong, or null. */
export function findError(posed: Posed["checks"], values: Prepared["values"]): string | null {
  for (const [call, checks] of posed.entries()) {
    for (const [at, { output, indices, values: expected, tolerance }] of checks.entries()) {
      const got = values[call]?.[at] ?? [];
      const scale = Array.from(expected).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
      for (const [i, index] of indices.entries()) {
        const error = Math.abs(got[i]! - expected[i]!);
        if (error <= tolerance * scale) continue; // false for NaN and for what is missing
        return `${output}[${index}] of call ${call + 1} is ${got[i]}, the reference says ${expected[i]}`;
      }
    }
  }
  return null;
}
