import type { AnyOp, Op, Sample } from "../../src/tensor/op.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { formatType, hostLeaf } from "../../src/tensor/tensor.ts";
import { sampleInputs } from "../../src/testing/sample-inputs.ts";
import { records } from "../support/records.ts";

export { sampleInputs, stream } from "../../src/testing/sample-inputs.ts";

/** One record with one of its samples: what the laws loop over. */
export interface Case {
  readonly title: string;
  readonly op: Op;
  readonly sample: Sample<unknown>;
  readonly seed: number;
}

/** A record with each of its samples, titled by the seed of its inputs. */
export function casesOf(record: AnyOp): Case[] {
  const op = record as unknown as Op;
  return op.samples().map((sample, index) => {
    const seed = index + 1;
    const types = sample.inputs.map(formatType).join(", ");
    const params = paramsText(sample.params);
    return { title: `${op.name}(${types}) ${params} seed ${seed}`, op, sample, seed };
  });
}

/** Every record with every sample. */
export const cases = (): Case[] => records.flatMap(casesOf);

/** Rows for `it.each("%s")`. */
export const titled = (list: readonly Case[]): [string, Case][] => list.map((one) => [one.title, one]);

export const isReal = (tensor: { readonly dtype: string }): boolean => tensor.dtype === "f32";

/** Inputs at hard points: tiny, huge, with zeros, with ties. Records say which of them are in their domain by what they compute. */
export function hardInputs({ sample, seed }: Case): { readonly title: string; readonly inputs: AnyTensor[] }[] {
  const change = (f: (x: number, i: number) => number): AnyTensor[] =>
    sampleInputs(sample, seed).map((tensor) => {
      const { source } = tensor.node;
      if (!isReal(tensor) || source?.kind !== "host") return tensor;
      return hostLeaf(
        tensor,
        Float64Array.from(source.data, (x, i) => Math.fround(f(x, i))),
      );
    });
  return [
    ...[1e-6, 1e-3, 1e3, 1e6].map((scale) => ({ title: `times ${scale}`, inputs: change((x) => x * scale) })),
    { title: "every second element 0", inputs: change((x, i) => (i % 2 === 1 ? 0 : x)) },
    { title: "ties", inputs: change((x) => Math.sign(x) * Math.ceil(Math.abs(x))) },
  ];
}

/** Params as JSON; a sub-program is no JSON. */
export function paramsText(params: unknown): string {
  return JSON.stringify(params, (name, value) => (name === "body" ? "…" : value));
}
