import { expect } from "vitest";
import type { AdapterFacts } from "../../../src/kernels/adapter/facts.ts";
import type { NumericArray } from "../../../src/tensor/dtype.ts";
import { allocate } from "../../../src/tensor/dtype.ts";
import type { Op, Sample } from "../../../src/tensor/op.ts";
import { sizeOf } from "../../../src/tensor/shape.ts";
import type { TensorType } from "../../../src/tensor/tensor.ts";
import { adapterVariants, runFamily } from "./run-family.ts";

/** Multiples of 1/8 in [−4, 4]: exact in f32, and short in messages. Distinct by a permutation where asked. */
export function exampleData(sample: Sample<never>["inputs"][number], seed: number): NumericArray {
  const size = sizeOf(sample.shape);
  const data = allocate(sample.dtype, size);
  let state = seed * 2654435761 + 12345;
  const next = (): number => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 1) | 0;
    return (state ^ (state >>> 13)) >>> 0;
  };
  const domain = sample.domain;
  if (domain?.kind === "distinct") {
    for (let i = 0; i < size; i++) data[i] = i / 8 - size / 16;
    for (let i = size - 1; i > 0; i--) {
      const j = next() % (i + 1);
      [data[i], data[j]] = [data[j]!, data[i]!];
    }
    return data;
  }
  for (let i = 0; i < size; i++) {
    if (domain?.kind === "integer") data[i] = next() % domain.below;
    else if (sample.dtype === "bool") data[i] = next() % 2;
    else if (sample.dtype === "u8") data[i] = next() % 256;
    else if (sample.dtype === "f32") data[i] = (next() % 65) / 8 - 4;
    else data[i] = next();
  }
  return data;
}

export interface CheckOptions {
  /** Tolerance per output element: `relative`·|y| + `absolute`, and `terms`·2⁻²³·(the op on absolute values). */
  readonly relative?: number;
  readonly absolute?: number;
  readonly terms?: number | undefined;
  readonly data?: readonly NumericArray[];
  /** Adapters to lower for. @defaultValue all of {@link adapterVariants} */
  readonly adapters?: Readonly<Record<string, AdapterFacts>>;
}

/** Compares an op's kernels on every adapter variant with its float64 reference. */
export async function checkFamily<P>(
  device: GPUDevice,
  op: Op<P>,
  inputs: Sample<P>["inputs"],
  params: P,
  options: CheckOptions = {},
): Promise<void> {
  const outputs = op.infer(inputs, params);
  const data = options.data ?? inputs.map((input, i) => exampleData(input, i + 1));
  const reference = evaluate(op, inputs, outputs, params, data);
  const sizes = options.terms === undefined ? null : evaluate(op, inputs, outputs, params, data.map(magnitudes));
  for (const [name, facts] of Object.entries(options.adapters ?? adapterVariants())) {
    const results = await runFamily(device, op as unknown as Op<never>, { inputs, outputs, params, data }, facts);
    results.forEach((result, output) => {
      for (let i = 0; i < result.length; i++) {
        const want = reference[output]![i]!;
        const budget =
          (options.relative ?? 0) * Math.abs(want) +
          (options.absolute ?? 0) +
          (sizes === null ? 0 : options.terms! * 2 ** -23 * Math.abs(sizes[output]![i]!));
        if (Object.is(result[i], want) || Math.abs(result[i]! - want) <= budget) continue;
        expect.fail(
          `${op.name} on ${name}, inputs ${inputs.map((t) => `[${t.shape}]`).join(" ")}, params ${JSON.stringify(params)}: ` +
            `output ${output} element ${i} is ${result[i]}, the reference says ${want} ± ${budget}`,
        );
      }
    });
  }
}

function magnitudes(data: NumericArray): NumericArray {
  return data.map((x) => Math.abs(x)) as NumericArray;
}

function evaluate<P>(
  op: Op<P>,
  inputTypes: readonly TensorType[],
  outputTypes: readonly TensorType[],
  params: P,
  data: readonly NumericArray[],
): NumericArray[] {
  const outputs = outputTypes.map(({ dtype, shape }) => allocate(dtype, sizeOf(shape), "f64"));
  const inputs = data.map((values, i) => (inputTypes[i]!.dtype === "f32" ? Float64Array.from(values) : values));
  op.reference!({ inputs, outputs, inputTypes, outputTypes, params, precision: "f64" });
  return outputs;
}
