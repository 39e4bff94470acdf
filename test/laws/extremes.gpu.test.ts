import { afterAll, beforeAll, expect, it } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import { isFloat } from "../../src/tensor/dtype.ts";
import type { Op } from "../../src/tensor/op.ts";
import { apply } from "../../src/tensor/op.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { deviceErrors } from "../../src/testing/device-errors.ts";
import { recordTape } from "../../src/testing/tape.ts";
import { describeGpu } from "../support/gpu.ts";
import { openers } from "../support/gpu-devices.ts";
import { extremeExceptions } from "./extreme-exceptions.ts";
import type { Extreme } from "./extreme-inputs.ts";
import { combinedExtremes, singleExtremes } from "./extreme-inputs.ts";
import type { Case } from "./sampling.ts";
import { cases, titled } from "./sampling.ts";

const isElementwise = (op: Op): boolean => op.scalar !== undefined || op.convert !== undefined;

/** Records with inputs that may hold extreme numbers; an elementwise one once, the others with every sample. */
const extremeCases = cases()
  .filter(({ op, seed }) => !isElementwise(op) || op.convert !== undefined || seed === 1)
  .filter((one) => one.sample.inputs.length > 0);

/** Exceptions that a case met, by op and number. */
const needed = new Set<string>();

for (const [variant, open] of Object.entries(openers)) {
  describeGpu(`NaN, ±∞, −0 and the largest numbers: kernels agree with the reference, ${variant}`, () => {
    let device: Device;
    beforeAll(async () => {
      device = await open();
    });
    afterAll(() => device.close());

    it.each(titled(extremeCases))("%s", async (_, one) => {
      const failures: string[] = [];
      for (const { at, text } of await differences(device, one)) {
        const row = extremeExceptions.find(
          ({ op, extremes }) => op === one.op.name && at.some((e) => extremes.includes(e)),
        );
        if (row === undefined) failures.push(text);
        else for (const extreme of at) needed.add(`${row.op} of ${extreme}`);
      }
      expect(failures.slice(0, 6)).toEqual([]);
    });
  });
}

describeGpu("the exceptions", () => {
  it("are all needed", () => {
    const rows = extremeExceptions.flatMap(({ op, extremes }) => extremes.map((extreme) => `${op} of ${extreme}`));
    expect(rows.filter((row) => !needed.has(row))).toEqual([]);
  });
});

/**
 * Elements of outputs that differ by more than the law of ordinary numbers allows. What overflows f32 on the way may do so on the GPU:
 * the reference counts in float64 and in f32. The sign of a zero is not compared, as WGSL leaves it open, and subnormals may be zero.
 */
async function differences(device: Device, one: Case): Promise<{ at: readonly Extreme[]; text: string }[]> {
  const { op, sample } = one;
  const found: { at: readonly Extreme[]; text: string }[] = [];
  for (const { inputs, extremesAt } of isElementwise(op) ? combinedExtremes(one) : singleExtremes(one)) {
    const outputs = apply(op, inputs, sample.params);
    const [exact, single] = [evaluateReference(outputs), evaluateReference(outputs, { precision: "f32" })];
    const gpu = await device.evaluate(outputs);
    const tape = recordTape(outputs);
    const errors = deviceErrors(tape).get(tape.roots[0]!.node)!;
    for (const [k, { dtype }] of outputs.entries()) {
      const [y, rounded, got] = await Promise.all([exact[k]!.data(), single[k]!.data(), gpu[k]!.data()]);
      got.forEach((value, i) => {
        const wanted = [Math.fround(y[i]!), rounded[i]!];
        const near = (want: number): boolean =>
          Object.is(value, want) ||
          value === want ||
          (isFloat(dtype) && Math.abs(value - want) <= finite(errors[k]![i]!) + 1e-37);
        if (wanted.some(near)) return;
        const given = inputs.map((input) => (isElementwise(op) ? dataAt(input, i) : "")).join(", ");
        found.push({
          at: extremesAt(i),
          text: `${extremesAt(i)} ${given} [${i}] of output ${k}: ${value}, not ${wanted}`,
        });
      });
      device.free(gpu[k]!);
    }
  }
  return found;
}

/** No number is near ∞ or NaN: where something overflows, only the values themselves count. */
const finite = (error: number): number => (Number.isFinite(error) ? error : 0);

function dataAt(tensor: AnyTensor, i: number): string {
  const { source } = tensor.node;
  return source?.kind === "host" ? `${source.data[i]}` : "";
}
