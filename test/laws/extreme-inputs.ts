import type { DType, NumericArray } from "../../src/tensor/dtype.ts";
import { allocate } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { hostLeaf } from "../../src/tensor/tensor.ts";
import type { Case } from "./sampling.ts";
import { sampleInputs } from "./sampling.ts";

/** The numbers that the law puts into inputs, by name. */
export const extremes = ["NaN", "∞", "−∞", "−0", "largest", "lowest"] as const;
export type Extreme = (typeof extremes)[number];

const floats: Readonly<Record<Extreme, number>> = {
  NaN: Number.NaN,
  "∞": Number.POSITIVE_INFINITY,
  "−∞": Number.NEGATIVE_INFINITY,
  "−0": -0,
  largest: 3.4028234663852886e38,
  lowest: -3.4028234663852886e38,
};

const others: Partial<Record<DType, Partial<Record<Extreme, number>>>> = {
  f16: { NaN: Number.NaN, "−0": -0, largest: 65504, lowest: -65504 },
  i32: { largest: 2 ** 31 - 1, lowest: -(2 ** 31) },
  u32: { largest: 2 ** 32 - 1 },
  u8: { largest: 255 },
};

const numberOf = (dtype: DType, extreme: Extreme): number | undefined =>
  dtype === "f32" ? floats[extreme] : others[dtype]?.[extreme];

/** Inputs of one record with extreme numbers among them. */
export interface ExtremeInputs {
  readonly inputs: readonly AnyTensor[];
  /** The extremes that element `i` of an output may come from. */
  readonly extremesAt: (i: number) => readonly Extreme[];
}

/** An input that may hold any number of its dtype: indices, labels and shifts may not. */
const isFree = ({ sample }: Case, index: number): boolean => sample.inputs[index]!.domain?.kind !== "integer";

/** Each extreme in each input by itself, in one place, the others ordinary. */
export function singleExtremes(one: Case): ExtremeInputs[] {
  const ordinary = sampleInputs(one.sample, one.seed);
  return extremes.flatMap((extreme) =>
    ordinary.flatMap((input, index) => {
      const value = numberOf(input.dtype, extreme);
      const size = sizeOf(input.shape);
      if (value === undefined || size === 0 || !isFree(one, index)) return [];
      const data = dataOf(input).slice();
      data[(5 * index + 3) % size] = value;
      return [
        {
          inputs: ordinary.map((other, i) => (i === index ? hostLeaf(input, data) : other)),
          extremesAt: () => [extreme],
        },
      ];
    }),
  );
}

/** For an elementwise record: arrays of every combination of an extreme or ordinary number in one input with those in the others. */
export function combinedExtremes(one: Case): ExtremeInputs[] {
  const choices = one.sample.inputs.map(({ dtype }, index) => [
    ...ordinaryNumbers(dtype).map((value) => ({ extreme: null, value })),
    ...extremes.flatMap((extreme) => {
      const value = isFree(one, index) ? numberOf(dtype, extreme) : undefined;
      return value === undefined ? [] : [{ extreme, value }];
    }),
  ]);
  const start: (typeof choices)[number][] = [[]];
  const rows = choices.reduce((all, list) => all.flatMap((row) => list.map((choice) => [...row, choice])), start);
  const inputs = one.sample.inputs.map(({ dtype }, index) => {
    const data = allocate(dtype, rows.length);
    rows.forEach((row, i) => {
      data[i] = row[index]!.value;
    });
    return hostLeaf({ shape: [rows.length], dtype }, data);
  });
  return [{ inputs, extremesAt: (i) => rows[i]!.flatMap(({ extreme }) => (extreme === null ? [] : [extreme])) }];
}

const ordinaryNumbers = (dtype: DType): readonly number[] =>
  dtype === "f32" || dtype === "f16" ? [0, 0.5, -3] : dtype === "i32" ? [0, 7, -3] : dtype === "bool" ? [0, 1] : [0, 7];

function dataOf(tensor: AnyTensor): NumericArray {
  const { source } = tensor.node;
  if (source?.kind !== "host") throw new Error("a sample's inputs are host leaves");
  return source.data;
}
