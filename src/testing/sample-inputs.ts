import type { DType, NumericArray } from "../tensor/dtype.ts";
import { allocate } from "../tensor/dtype.ts";
import { roundToHalf } from "../tensor/half.ts";
import type { Domain, Sample } from "../tensor/op.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { hostLeaf } from "../tensor/tensor.ts";
import { threefryBlock } from "../tensor/threefry.ts";

/** Uniform numbers in [0, 1), a function of the seed. */
export function stream(seed: number): () => number {
  let next = 0;
  return () => (threefryBlock([seed, 0x5a3e1e], [0, next++])[0] >>> 0) / 2 ** 32;
}

type SampledType = Sample<unknown>["inputs"][number];

const standard: Domain = { kind: "interval", from: -2, to: 2 };

/** Rounds a drawn number to one that the dtype holds. */
function representable(value: number, dtype: DType): number {
  if (dtype === "f32") return Math.fround(value);
  if (dtype === "f16") return roundToHalf(value);
  if (dtype === "i32") return Math.round(value);
  return Math.abs(Math.round(value));
}

function draw(type: SampledType, random: () => number, distinct: () => number): NumericArray {
  const data = allocate(type.dtype, sizeOf(type.shape));
  const domain = type.domain ?? standard;
  if (domain.kind === "positiveDefinite") return drawPositiveDefinite(type, random);
  for (let i = 0; i < data.length; i++) {
    if (type.dtype === "bool") data[i] = random() < 0.5 ? 0 : 1;
    else if (domain.kind === "distinct") data[i] = representable(distinct(), type.dtype);
    else if (domain.kind === "integer") data[i] = Math.floor(random() * domain.below);
    else data[i] = representable(domain.from + random() * (domain.to - domain.from), type.dtype);
  }
  return data;
}

/** Symmetric matrices I + G·Gᵀ/n of uniform G. */
function drawPositiveDefinite({ shape, dtype }: SampledType, random: () => number): NumericArray {
  const data = allocate(dtype, sizeOf(shape));
  const n = shape.at(-1)!;
  for (let start = 0; start < data.length; start += n * n) {
    const g = Float64Array.from({ length: n * n }, () => random() * 4 - 2);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let total = 0;
        for (let k = 0; k < n; k++) total += g[i * n + k]! * g[j * n + k]!;
        data[start + i * n + j] = Number(i === j) + total / n;
      }
    }
  }
  return data;
}

/** A shuffled grid on (−2, 2) without ties, zeros, integers or halves. */
function shuffledGrid(count: number, random: () => number): () => number {
  const grid = Array.from({ length: count }, (_, k) => ((k + 0.5) * 4) / count - 2 + 0.0137);
  for (let k = count - 1; k > 0; k--) {
    const other = Math.floor(random() * (k + 1));
    [grid[k], grid[other]] = [grid[other]!, grid[k]!];
  }
  let next = 0;
  return () => grid[next++]!;
}

/** Random host tensors of a sample's types, from its domains. "distinct" is distinct over all inputs together. */
export function sampleInputs(sample: Sample<unknown>, seed: number): AnyTensor[] {
  const random = stream(seed);
  const isDistinct = (type: SampledType): boolean => type.domain?.kind === "distinct";
  const count = sample.inputs.filter(isDistinct).reduce((sum, type) => sum + sizeOf(type.shape), 0);
  const distinct = shuffledGrid(count, random);
  return sample.inputs.map((type) => hostLeaf(type, draw(type, random, distinct)));
}
