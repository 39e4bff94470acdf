import { describe, expect, it } from "vitest";
import type { DType } from "../../src/tensor/dtype.ts";
import { allocate } from "../../src/tensor/dtype.ts";
import { DeconfoundError, DTypeError } from "../../src/tensor/errors.ts";
import type { Sample } from "../../src/tensor/op.ts";
import { apply } from "../../src/tensor/op.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { TensorType } from "../../src/tensor/tensor.ts";
import { formatType, hostLeaf } from "../../src/tensor/tensor.ts";
import { valuesOf } from "./float64.ts";
import type { Case } from "./sampling.ts";
import { cases, sampleInputs, titled } from "./sampling.ts";

type SampledType = Sample<unknown>["inputs"][number];

const dtypes: readonly DType[] = ["f32", "i32", "u32", "bool", "f16", "u8"];

/** Types like the sample's, with one input of another dtype or shape. */
function neighbours({ sample }: Case): SampledType[][] {
  return sample.inputs.flatMap((input, i) => {
    const swap = (type: TensorType): SampledType[] =>
      sample.inputs.map((other, k) => (k === i ? { ...input, ...type } : other));
    const shapes: Shape[] = [
      input.shape.map((n, axis) => (axis === 0 ? 0 : n)),
      [...input.shape, 3],
      [2, ...input.shape],
      input.shape.slice(1),
      input.shape.slice(0, -1),
    ];
    shapes.push(
      input.shape.map((n) => n + 1),
      input.shape.map(() => 0),
      input.shape.map(() => 1),
    );
    return [
      ...shapes.map((shape) => swap({ shape, dtype: input.dtype })),
      ...dtypes.map((dtype) => swap({ shape: input.shape, dtype })),
    ];
  });
}

/** Ones; zeros for i32, which are indices and labels that every size has; identities where matrices must be positive definite. */
function ones(type: SampledType): ReturnType<typeof hostLeaf> {
  const n = type.shape.at(-1) ?? 1;
  const data = allocate(type.dtype, sizeOf(type.shape)).fill(type.dtype === "i32" ? 0 : 1);
  if (type.domain?.kind === "positiveDefinite") {
    data.forEach((_: number, i: number) => (data[i] = Number(i % n === Math.floor(i / n) % n)));
  }
  return hostLeaf(type, data);
}

describe("every op, by the reference", () => {
  it.each(titled(cases()))("%s: fills what it declares and leaves its inputs alone", (_, { op, sample, seed }) => {
    const inputs = sampleInputs(sample, seed);
    const before = valuesOf(inputs).map((data) => data.slice());
    const outputs = apply(op, inputs, sample.params);
    const values = valuesOf(outputs);
    outputs.forEach((output, i) => {
      expect(values[i]).toHaveLength(sizeOf(output.shape));
      expect(values[i]!.every(Number.isFinite)).toBe(true);
    });
    expect(valuesOf(inputs)).toEqual(before);
  });

  it.each(titled(cases()))("%s: computes on neighbouring types, or refuses them by name", (_, one) => {
    const { op, sample } = one;
    for (const types of neighbours(one)) {
      const title = types.map(formatType).join(", ");
      try {
        const outputs = apply(op, types.map(ones), sample.params);
        valuesOf(outputs).forEach((data, i) => {
          expect(data, title).toHaveLength(sizeOf(outputs[i]!.shape));
          expect(data.some(Number.isNaN), `${title} reads outside`).toBe(false);
        });
      } catch (error) {
        if (!(error instanceof DeconfoundError)) throw new Error(`${op.name}(${title})`, { cause: error });
        expect(error.message.startsWith(`${op.name}: `), `${title} → ${error.message}`).toBe(true);
      }
    }
  });

  it.each(titled(cases().filter(({ op }) => op.view === undefined && op.convert === undefined)))(
    "%s: refuses storage dtypes",
    (_, { op, sample }) => {
      const stored = sample.inputs.map(({ shape }) => ones({ shape, dtype: "f16" }));
      expect(() => apply(op, stored, sample.params)).toThrow(DTypeError);
    },
  );
});
