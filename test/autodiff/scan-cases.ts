import fc from "fast-check";
import { scan } from "../../src/autodiff/scan.ts";
import { add, cast, matmul, mul, reshape, sin, slice, square, stack, sum, tanh } from "../../src/tensor/ops/index.ts";
import { key, normal, split } from "../../src/tensor/random.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

/** A recurrent layer's weights, first state and inputs. */
export type Recurrent = [w: Tensor, b: Tensor, h: Tensor, xs: Tensor];

type Carry = { readonly h: Tensor; readonly unused: Tensor; readonly n: AnyTensor };
type Step = (carry: Carry, x: Tensor) => readonly [Carry, AnyTensor];

/** One step: h ← tanh(h·w + b + x·sin n), w a matrix or its diagonal; a carry that nothing reads, a counter, and y. */
const stepOf =
  (w: Tensor, b: Tensor): Step =>
  ({ h, unused, n }, x) => {
    const product = w.shape.length === 1 ? mul(h, w) : matmul(h, w);
    const next = tanh(add(add(product, b), mul(x, sin(cast(n, "f32")))));
    return [{ h: next, unused: mul(unused, h), n: add(n, 1) }, mul(next, x)];
  };

const first = (h: Tensor): Carry => ({ h, unused: h, n: tensor(1, { dtype: "i32" }) });
const rowOf = (x: AnyTensor, i: number): Tensor =>
  reshape(slice(x, { axis: 0, start: i, stop: i + 1 }), x.shape.slice(1)) as Tensor;

/** The loss of a recurrent layer by `scan`. */
export const byScan =
  (checkpointEvery?: number) =>
  (w: Tensor, b: Tensor, h: Tensor, xs: Tensor): Tensor<[]> => {
    const [last, ys] = scan(stepOf(w, b), first(h), xs, { checkpointEvery });
    return add(sum(square(last.h)), sum(mul(ys as Tensor, 0.5))) as Tensor<[]>;
  };

/** The same by a loop of JavaScript. */
export function byLoop(w: Tensor, b: Tensor, h: Tensor, xs: Tensor): Tensor<[]> {
  let carry = first(h);
  const ys: AnyTensor[] = [];
  for (let i = 0; i < xs.shape[0]!; i++) {
    const [next, y] = stepOf(w, b)(carry, rowOf(xs, i));
    carry = next;
    ys.push(y);
  }
  const total = ys.length === 0 ? 0 : sum(mul(stack(ys) as Tensor, 0.5));
  return add(sum(square(carry.h)), total) as Tensor<[]>;
}

/** Sizes of a recurrent layer, its length and the distance of its checkpoints. */
export const recurrentSizes: fc.Arbitrary<{
  batch: number;
  width: number;
  length: number;
  every: number | undefined;
  seed: number;
}> = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  width: fc.constantFrom(1, 3, 16),
  length: fc.integer({ min: 0, max: 7 }),
  every: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  seed: fc.nat(1000),
});

/** A recurrent layer of these sizes, with values. */
export function recurrent(sizes: {
  batch: number;
  width: number;
  length: number;
  seed: number;
  diagonal?: boolean;
}): Recurrent {
  const { batch, width, length, seed, diagonal = false } = sizes;
  const [a, b, c, d] = split(key(seed), 4) as [AnyTensor, AnyTensor, AnyTensor, AnyTensor];
  return evaluateReference([
    mul(normal(a, diagonal ? [width] : [width, width]), 0.5),
    normal(b, [width]),
    normal(c, [batch, width]),
    normal(d, [length, batch, width]),
  ] as const) as unknown as Recurrent;
}
