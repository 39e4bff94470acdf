import { expect } from "vitest";
import { vmap } from "../../src/autodiff/vmap.ts";
import { apply } from "../../src/tensor/op.ts";
import { stack } from "../../src/tensor/ops/concat.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { valuesOf } from "./float64.ts";
import type { Case } from "./sampling.ts";
import { sampleInputs } from "./sampling.ts";

const calls = 3;

/** Which inputs differ from call to call: all, and each alone. */
export function selections(inputs: number): (readonly boolean[])[] {
  const alone = Array.from({ length: inputs }, (_, one) => Array.from({ length: inputs }, (_each, i) => i === one));
  return inputs === 1 ? alone : [new Array<boolean>(inputs).fill(true), ...alone];
}

/** The law of vmap: vmap(op)(x)[i] = op(x[i]), whichever inputs differ from call to call. */
export function checkVmapped({ op, sample, seed }: Case, differ: readonly boolean[]): void {
  const drawn = Array.from({ length: calls }, (_, call) => sampleInputs(sample, seed + 100 * call));
  const inputsOf = (call: number): AnyTensor[] => differ.map((own, i) => drawn[own ? call : 0]![i]!);
  const batched = differ.map((own, i) => (own ? stack(drawn.map((inputs) => inputs[i]!)) : drawn[0]![i]!));
  const inAxes = differ.map((own) => (own ? 0 : null));
  const whole = vmap((...inputs: AnyTensor[]) => [...apply(op, inputs, sample.params)], { inAxes })(...batched);
  const loop = Array.from({ length: calls }, (_, call) => apply(op, inputsOf(call), sample.params));
  whole.forEach((y, output) => {
    const expected = loop.map((outputs) => outputs[output]!);
    expect(y.shape).toEqual([calls, ...expected[0]!.shape]);
    expect(y.dtype).toBe(expected[0]!.dtype);
    const got = valuesOf([y])[0]!;
    const want = valuesOf(expected).flatMap((values) => Array.from(values));
    const largest = want.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 1);
    const wrong = want.flatMap((value, i) =>
      Object.is(value, got[i]!) || Math.abs(value - got[i]!) <= 1e-12 * largest ? [] : [{ i, value, got: got[i]! }],
    );
    expect(wrong.slice(0, 3)).toEqual([]);
  });
}
