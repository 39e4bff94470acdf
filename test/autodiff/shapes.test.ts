import * as fc from "fast-check";
import { test } from "vitest";
import type { AnyTensor, Shape, Tensor } from "../../src/index.ts";
import {
  add,
  broadcastTo,
  checkpoint,
  expandDims,
  flip,
  matmul,
  max,
  mul,
  reshape,
  square,
  squeeze,
  sum,
  tanh,
  transpose,
} from "../../src/index.ts";
import { broadcastShapes, shape, tensor } from "../../src/testing/fast-check/index.ts";
import { checkGrads, checkHessianSymmetry } from "../../src/testing/index.ts";

// Gradients at awkward shapes: rank 0 to 6, empty tensors, axes of size 1.

const awkward = shape({ maxRank: 6, minSize: 0, maxSize: 3 }).filter((s) => s.reduce((a, b) => a * b, 1) <= 64);
const runs = { numRuns: 25 };

test("a walk through layout ops, at every rank", () => {
  fc.assert(
    fc.property(tensor(awkward), fc.nat(5), fc.boolean(), (x, at, keepDims) => {
      const rank = x.shape.length;
      const axis = rank === 0 ? [] : [at % rank];
      const walk = (v: Tensor): AnyTensor => {
        const turned: AnyTensor = flip(transpose(v), { axis });
        const flat: AnyTensor = reshape<AnyTensor, Shape>(turned, [turned.shape.reduce((a, b) => a * b, 1)]);
        const back: AnyTensor = reshape<AnyTensor, Shape>(mul(flat, flat), v.shape);
        return sum(squeeze(expandDims(add(back, v), { axis: at % (rank + 1) })), rank === 0 ? {} : { keepDims });
      };
      checkGrads(walk, [x], { order: 2, directions: 1 });
    }),
    runs,
  );
});

test("broadcasting sums back, also through a checkpoint", () => {
  fc.assert(
    fc.property(
      broadcastShapes({ maxRank: 6, maxSize: 2 }).chain(({ a, b, result }) =>
        fc.tuple(tensor(a), tensor(b), fc.constant(result)),
      ),
      ([a, b, result]) => {
        const f = (x: Tensor, y: Tensor): AnyTensor => mul(broadcastTo(tanh(x), result), square(y));
        checkGrads(f, [a, b], { directions: 1 });
        checkGrads(checkpoint(f), [a, b], { order: 2, directions: 1 });
      },
    ),
    runs,
  );
});

test("extremes and products over empty, single and many elements", () => {
  fc.assert(
    fc.property(
      fc
        .tuple(fc.nat(2), fc.integer({ min: 1, max: 3 }), fc.nat(3))
        .chain(([m, k, n]) =>
          fc.tuple(tensor([m, k], { values: "separated" }), tensor([k, n], { values: "separated" })),
        ),
      ([a, b]) => {
        checkGrads((x: Tensor) => max(x, { axis: 1 }), [a]);
        checkGrads((x: Tensor, y: Tensor) => tanh(matmul(x, y)), [a, b], { order: 2 });
        checkHessianSymmetry((x: Tensor, y: Tensor) => tanh(matmul(x, y)), [a, b]);
      },
    ),
    runs,
  );
});
