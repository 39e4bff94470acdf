import { expect } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import type { NumericArray } from "../../src/tensor/dtype.ts";
import { isFloat } from "../../src/tensor/dtype.ts";
import { apply } from "../../src/tensor/op.ts";
import { abs } from "../../src/tensor/ops/elementwise.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import type { Case } from "./sampling.ts";
import { sampleInputs } from "./sampling.ts";

const ulp = 2 ** -23;

/**
 * |gpu − exact| ≤ this, an element: the record's own figure from the WGSL table; n·u·Σ|terms| where the op is a plain sum of
 * terms; for the others, which the table has no line for, 64 u of the largest output for each doubling of the terms, set before
 * any kernel ran.
 */
export function bounds(
  { op, sample }: Case,
  inputs: readonly AnyTensor[],
  exact: readonly AnyTensor[],
): (output: number) => Promise<(i: number, y: number) => number> {
  const terms = inputs.reduce((most, input) => Math.max(most, sizeOf(input.shape)), 1);
  // Where an input's order decides, as in pooling, its magnitudes would decide otherwise.
  const ordered = sample.inputs.map(({ domain }) => domain?.kind === "distinct");
  const positive = inputs.map((input, i) => (input.dtype === "f32" && !ordered[i] ? abs(input) : input));
  return async (output) => {
    if (op.tolerance !== undefined) {
      const { relative, absolute } = op.tolerance;
      return (_, y) => relative * Math.abs(y) + absolute;
    }
    if (op.linear !== undefined && op.scalar === undefined && op.expand === undefined) {
      const sums = await evaluateReference(apply(op, positive, sample.params)[output]!).data();
      return (i) => terms * ulp * Math.abs(sums[i]!);
    }
    const finite = Array.from(await exact[output]!.data(), Math.abs).filter(Number.isFinite);
    const largest = Math.max(1, ...finite);
    return () => 64 * ulp * largest * Math.log2(2 + terms);
  };
}

/** The law of kernels: a device's values are the float64 reference's, and those of a second run the first one's, to the bit. */
export async function checkKernel(device: Device, one: Case): Promise<void> {
  const inputs = sampleInputs(one.sample, one.seed);
  const outputs = apply(one.op, inputs, one.sample.params);
  const exact = evaluateReference(outputs);
  const [first, second] = [await device.evaluate(outputs), await device.evaluate(outputs)];
  const boundOf = bounds(one, inputs, exact);
  for (const [output, type] of outputs.entries()) {
    const [y, gpu, again] = await Promise.all([exact, first, second].map((tree) => tree[output]!.data()));
    expect(gpu!.length).toBe(sizeOf(type.shape));
    expect(bits(again!), "two runs are equal to the bit").toEqual(bits(gpu!));
    if (!isFloat(type.dtype)) {
      expect(Array.from(gpu!)).toEqual(Array.from(y!));
      continue;
    }
    const bound = await boundOf(output);
    const worst = Array.from(gpu!, (value, i) => ({
      i,
      value,
      exact: y![i]!,
      allowed: bound(i, y![i]!) + 1e-37, // WGSL may flush subnormals
    })).filter(({ value, exact: real, allowed }) => !(Math.abs(value - real) <= allowed));
    expect(worst.slice(0, 3)).toEqual([]);
  }
}

function bits(values: NumericArray): number[] {
  return Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
