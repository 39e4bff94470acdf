import type { Device } from "../tensor/device.ts";
import type { NumericArray } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Errors } from "./device-errors.ts";
import type { Tape } from "./tape.ts";

/** An element of a program's result that a device gives and may not give. */
export interface Mismatch {
  /** Which of the program's roots. */
  readonly root: number;
  readonly at: number;
  readonly device: number;
  /** In double precision. */
  readonly exact: number;
  /** The largest |Δ| that the running error bound allows. */
  readonly allowed: number;
}

/** What comparing a result came to. */
export interface Comparison {
  /** Relative to what is allowed, the worst. */
  readonly worst: Mismatch | undefined;
  /** Elements that were compared: the others are not finite, or an error may turn them into anything. */
  readonly decided: number;
}

/** Compares a device's values with those of a program's first roots in double precision. */
export function compareValues(
  { roots, values }: Tape,
  errors: ReadonlyMap<unknown, Errors>,
  got: readonly NumericArray[],
): Comparison {
  let worst: Mismatch | undefined;
  let excess = 1;
  let decided = 0;
  roots.slice(0, got.length).forEach(({ node, index, dtype }, root) => {
    const exact = values.get(node)![index]!;
    const allowed = errors.get(node)![index]!;
    exact.forEach((y: number, at: number) => {
      const open = dtype === "bool" ? allowed[at]! > 0 : allowed[at] === Number.POSITIVE_INFINITY;
      if (open || !Number.isFinite(y)) return;
      decided++;
      const value = got[root]![at]!;
      if (value === y) return;
      const times = Math.abs(value - y) / allowed[at]!;
      if (times <= excess) return;
      excess = Number.isNaN(times) ? Number.POSITIVE_INFINITY : times;
      worst = { root, at, device: value, exact: y, allowed: allowed[at]! };
    });
  });
  return { worst, decided };
}

/** Computes tensors on a device, reads them, and gives the memory of what was computed back. */
export async function valuesOn(device: Device, tensors: readonly AnyTensor[]): Promise<NumericArray[]> {
  return readAndFree(device, await device.evaluate(tensors), tensors);
}

/** @param kept - tensors that stay: a program may return what it was given. */
export async function readAndFree(
  device: Device,
  results: readonly AnyTensor[],
  kept: readonly AnyTensor[],
): Promise<NumericArray[]> {
  const values = await Promise.all(results.map((result) => result.data()));
  device.free(results.filter((result) => !kept.includes(result)));
  return values;
}

/** The first element whose bits differ; undefined where all are equal. NaN equals only the same NaN. */
export function differingBits(
  first: readonly NumericArray[],
  second: readonly NumericArray[],
): { readonly root: number; readonly at: number } | undefined {
  for (const [root, data] of first.entries()) {
    const [a, b] = [data, second[root]!].map((one) => new Uint8Array(one.buffer, one.byteOffset, one.byteLength));
    const at = a!.findIndex((byte, i) => byte !== b![i]);
    if (at >= 0 || a!.length !== b!.length) return { root, at: Math.floor(Math.max(at, 0) / data.BYTES_PER_ELEMENT) };
  }
  return undefined;
}
