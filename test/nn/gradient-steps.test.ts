import { describe, expect, test } from "vitest";
import { adam } from "../../src/nn/adam.ts";
import { chain } from "../../src/nn/chain.ts";
import { clipByGlobalNorm } from "../../src/nn/clip-by-global-norm.ts";
import { ema } from "../../src/nn/ema.ts";
import { sgd } from "../../src/nn/sgd.ts";
import { add, mul } from "../../src/tensor/ops/elementwise.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { mapTree, zipTrees } from "../../src/tensor/tree.ts";
import { values } from "../autodiff/values.ts";

describe("chain", () => {
  test("does the steps in order, with the parameters, and keeps the optimizer's state", () => {
    const params = { w: tensor([1, -2]) };
    const decay = <P extends object>(g: P, p: P): P => zipTrees(g, [p], ([a, b]) => add(a!, mul(b!, 0.5)));
    const double = <P extends object>(g: P): P => mapTree(g, (a) => mul(a, 2)) as P;
    const gradient = { w: tensor([4, 8]) };
    const chained = chain([decay, double], sgd({ momentum: 0.5 }));
    const next = chained.update(gradient, chained.init(params), params, { lr: 0.25 });
    const plain = sgd({ momentum: 0.5 });
    const want = plain.update({ w: tensor([9, 14]) }, plain.init(params), params, { lr: 0.25 });
    expect(values(next)).toEqual(values(want));
  });

  test("of no steps is the optimizer, and an optimizer may be chained again", () => {
    const params = { w: tensor([3, 4]) };
    const clip = <P extends object>(g: P): P => clipByGlobalNorm(g, { max: 1 });
    const [plain, empty] = [adam(), chain([], adam())];
    const run = (o: typeof plain): unknown => values(o.update(params, o.init(params), params, { lr: 0.1 }));
    expect(run(empty)).toEqual(run(plain));
    expect(run(chain([clip], empty))).toEqual(run(chain([clip], plain)));
  });
});

describe("clipByGlobalNorm", () => {
  test("leaves a tree without tensors, and one of exactly the length, as they are", () => {
    expect(clipByGlobalNorm({}, { max: 1 })).toEqual({});
    expect(values(clipByGlobalNorm([tensor([3]), tensor([[4]])], { max: 5 }))).toEqual([[3], [4]]);
    expect(values(clipByGlobalNorm([tensor([0, 0])], { max: 5 }))).toEqual([[0, 0]]);
  });

  test("one NaN makes all NaN", () => {
    const clipped = clipByGlobalNorm([tensor([3]), tensor([Number.NaN])], { max: 5 });
    expect(values(clipped)).toEqual([[Number.NaN], [Number.NaN]]);
  });
});

describe("ema", () => {
  test("d·a + (1 − d)·p, by a number or a tensor", () => {
    const [average, params] = [{ w: [tensor([1, 2])] }, { w: [tensor([5, -2])] }];
    expect(values(ema(average, params, { decay: 0.75 }))).toEqual({ w: [[2, 1]] });
    expect(values(ema(average, params, { decay: tensor(0.75) }))).toEqual({ w: [[2, 1]] });
    expect(values(ema(average, params, { decay: 1 }))).toEqual(values(average));
    expect(values(ema(average, params, { decay: 0 }))).toEqual(values(params));
  });

  test("an average that has arrived stays, in single precision too", async () => {
    const params = { w: tensor([0.1, 1e-3, 7]) };
    const next = evaluateReference(ema(params, params, { decay: 0.9999 }), { precision: "f32" });
    expect(await next.w.data()).toEqual(await params.w.data());
  });

  test("refuses a decay beyond 1", () => {
    expect(() => ema({ w: tensor(1) }, { w: tensor(1) }, { decay: 1.5 })).toThrow("ema: decay is 1.5");
  });
});
