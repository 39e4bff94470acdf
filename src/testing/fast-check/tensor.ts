import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";
import type { DType } from "../../tensor/dtype.ts";
import { allocate } from "../../tensor/dtype.ts";
import { printTensor } from "../../tensor/print.ts";
import type { Shape } from "../../tensor/shape.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { hostLeaf } from "../../tensor/tensor.ts";
import { threefryBlock } from "../../tensor/threefry.ts";

/**
 * Which values an f32 tensor holds. `nice`: k/8, −32 ≤ k ≤ 32, exact in f32 and short in messages, with ties and zeros. `separated`: a
 * permutation of (i + ½)/4 around 0, without ties or zeros, for max, sort, pooling, ReLU and abs. `seeded`: standard normals from one
 * seed, which does not shrink, times `scale`; for large tensors. `extreme`: 0, ±1, ±80, ±1e-30, ±1e30, for questions of stability.
 */
export type TensorValues = "nice" | "separated" | "seeded" | "extreme";

export interface TensorOptions<D extends DType = "f32"> {
  /** Other dtypes hold small integers, bool 0 and 1, f16 eighths, u8 any byte. @defaultValue "f32" */
  readonly dtype?: D | undefined;
  /** For f32. @defaultValue "nice" */
  readonly values?: TensorValues | undefined;
  /** Of `seeded` values. @defaultValue 1 */
  readonly scale?: number | undefined;
}

/**
 * Tensors on the host, printed with their values in counterexamples. Shape and values shrink independently: the values come from a list
 * that is read round and round.
 *
 * @param shape - one shape, or an arbitrary of shapes.
 * @example
 * ```ts
 * import * as fc from "fast-check";
 * import { max } from "deconfound";
 * import { checkGrads } from "deconfound/testing";
 * import { tensor } from "deconfound/testing/fast-check";
 *
 * fc.assert(fc.property(tensor([2, 3], { values: "separated" }), (x) => checkGrads((y) => max(y, { axis: 1 }), [x])));
 * console.log("right away from ties"); // right away from ties
 * ```
 */
export function tensor<D extends DType = "f32">(
  shape: Shape | Arbitrary<Shape>,
  options: TensorOptions<D> = {},
): Arbitrary<Tensor<Shape, D>> {
  const { dtype = "f32" as D, values = "nice", scale = 1 } = options;
  const shapes = shape instanceof fc.Arbitrary ? shape : fc.constant(shape);
  const { drawn, fill } = dtype === "f32" && values !== "nice" ? fills(scale)[values] : ofType(dtype);
  const list = fc.array(drawn, { minLength: 1, maxLength: 64, size: "max" });
  return fc.tuple(shapes, list).map(([sizes, numbers]) => {
    const data = allocate(dtype, sizeOf(sizes));
    data.set(fill(data.length, numbers));
    return printable(hostLeaf({ shape: [...sizes], dtype }, data) as Tensor<Shape, D>);
  });
}

/** Drawn integers, and the values of `count` elements made of them. */
interface Fill {
  readonly drawn: Arbitrary<number>;
  fill(count: number, list: readonly number[]): number[];
}

const round =
  (value: (drawn: number) => number): Fill["fill"] =>
  (count, list) =>
    Array.from({ length: count }, (_, i) => value(list[i % list.length]!));

function ofType(dtype: DType): Fill {
  switch (dtype) {
    case "bool":
      return { drawn: fc.nat(1), fill: round((k) => k) };
    case "u8":
      return { drawn: fc.nat(255), fill: round((k) => k) };
    case "u32":
      return { drawn: fc.nat(16), fill: round((k) => k) };
    case "i32":
      return { drawn: fc.integer({ min: -16, max: 16 }), fill: round((k) => k) };
    default:
      return { drawn: fc.integer({ min: -32, max: 32 }), fill: round((k) => k / 8) };
  }
}

const extremes = [0, 1, -1, 80, -80, 1e-30, -1e-30, 1e30, -1e30];

const fills = (scale: number): Readonly<Record<Exclude<TensorValues, "nice">, Fill>> => ({
  separated: { drawn: fc.nat(0xffff), fill: separated },
  seeded: {
    drawn: fc.noShrink(fc.nat(0x7fffffff)),
    fill: (count, [seed]) => normals(count, seed!).map((z) => scale * z),
  },
  extreme: { drawn: fc.nat(extremes.length - 1), fill: round((k) => extremes[k]!) },
});

/** Drawn numbers as ranks: each place takes that one of the values that are left. */
function separated(count: number, list: readonly number[]): number[] {
  const left = Array.from({ length: count }, (_, i) => (i - Math.floor(count / 2) + 0.5) / 4);
  return Array.from({ length: count }, (_, i) => left.splice(list[i % list.length]! % left.length, 1)[0]!);
}

/** Standard normals by Box and Muller, one from each block of the counter. */
function normals(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = threefryBlock([seed, 0x6e6f726d], [0, i]);
    const radius = Math.sqrt(-2 * Math.log(((a >>> 0) + 0.5) / 2 ** 32));
    return radius * Math.cos((2 * Math.PI * (b >>> 0)) / 2 ** 32);
  });
}

const printable = <T extends object>(tensor: T): T =>
  Object.defineProperty(tensor, fc.toStringMethod, { value: () => printTensor(tensor as never) });
