import { describe, expect, it } from "vitest";
import type { PlanLimits } from "../../src/kernels/adapter/plan-limits.ts";
import type { Plan } from "../../src/kernels/plan/make-plan.ts";
import { makePlan } from "../../src/kernels/plan/make-plan.ts";
import { adamW, sgd } from "../../src/nn/index.ts";
import { add, mul, rsqrt, sub } from "../../src/tensor/ops/elementwise.ts";
import { sum } from "../../src/tensor/ops/index.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { flattenTree, mapTree } from "../../src/tensor/tree.ts";
import { input, planLimits } from "../support/plans.ts";

const limits = planLimits();

/** A gradient that a kernel makes: column sums. */
const gradientOf = (w: AnyTensor): AnyTensor => sum(input(64, ...w.shape), { axis: 0 });

/** The plan of new values over donated leaves. */
function planOf(pairs: readonly (readonly [AnyTensor, AnyTensor])[], own: Partial<PlanLimits> = {}): Plan {
  const donations = new Map(pairs.map(([leaf], i) => [i, leaf] as const));
  return makePlan({ outputs: pairs.map(([, value]) => value), donations }, { ...limits, ...own });
}

const updatesOf = (plan: Plan): string[] =>
  plan.steps.flatMap(({ name }) => /^update of \d+/.exec(name) ?? (name.startsWith("elementwise") ? ["one"] : []));

const weights = [input(3), input(7, 5), input(64), input(1, 2, 3)];

/** A learning rate that waits for all gradients, so that no update melts into the kernel of its own. */
const rateOf = (gradients: readonly AnyTensor[]): AnyTensor =>
  mul(input(), rsqrt(gradients.map((g): AnyTensor => sum(mul(g, g) as never)).reduce((a, b) => add(a, b)) as never));

const descent = (w: AnyTensor, g: AnyTensor, rate: AnyTensor): AnyTensor => sub(w, mul(g, rate));

/** Leaves and new values of plain descent, with a rate of all gradients. */
function descents(leaves: readonly AnyTensor[], gradient = gradientOf): (readonly [AnyTensor, AnyTensor])[] {
  const gradients = leaves.map(gradient);
  const rate = rateOf(gradients);
  return leaves.map((w, i) => [w, descent(w, gradients[i]!, rate)] as const);
}

describe("packed updates", () => {
  it("make an optimiser's step one dispatch, whatever the shapes", () => {
    const plan = planOf(descents(weights));
    expect(updatesOf(plan)).toEqual(["update of 4"]);
    expect(plan.results.every(({ inPlace }) => inPlace)).toBe(true);
    expect(plan.steps.at(-1)!.buffers.map(({ access }) => access)).toEqual(["update", "read", "read"]);
  });

  it("are not made where updates cost nothing: where their gradient is made", () => {
    const lr = input();
    expect(updatesOf(planOf(weights.map((w) => [w, descent(w, gradientOf(w), lr)] as const)))).toEqual([]);
  });

  it("hold for SGD with Nesterov and decay, and for AdamW, whose moments are read from one gradient", () => {
    for (const optimizer of [sgd({ momentum: 0.9, nesterov: true, weightDecay: 1e-4 }), adamW()]) {
      const params = { ...weights };
      const state = mapTree(optimizer.init(params), (t) => input(...t.shape));
      const gradient = mapTree(params, gradientOf);
      const next = optimizer.update(gradient, state as never, params, { lr: rateOf(flattenTree(gradient)) });
      const [before, after] = [flattenTree([params, state]), flattenTree([next.params, next.state])];
      const plan = planOf(before.map((old, i) => [old, after[i]!] as const));
      expect(updatesOf(plan)).toContain("update of 4");
      expect(plan.arenas.filter(({ ofCaller }) => !ofCaller)).toHaveLength(1); // the gradients
    }
  });

  it("leave other formulas, single tensors and gradients that the caller brings alone", () => {
    const [a, b, c] = weights as [AnyTensor, AnyTensor, AnyTensor];
    const [ga, gb, gc] = [gradientOf(a), gradientOf(b), gradientOf(c)];
    const rate = rateOf([ga, gb, gc]);
    const others = planOf([
      [a, descent(a, ga, rate)],
      [b, add(b, mul(gb, rate))],
      [c, sub(mul(c, 2), mul(gc, rate))],
    ]);
    expect(updatesOf(others)).toEqual(["one", "one", "one"]);
    expect(updatesOf(planOf(descents([a, c], (w) => input(...w.shape))))).toEqual(["one", "one"]);
  });

  it("leave a tensor alone whose old value is needed after the others' update", () => {
    const [a, b, c] = [input(8), input(8), input(8)];
    const pairs = descents([a, b, c]);
    const late = sum(mul(pairs[0]![1], c) as never); // reads the new a and the old c
    const plan = planOf([...pairs, [input(), late]]);
    expect(updatesOf(plan).sort()).toEqual(["one", "update of 2"]);
  });

  it("come in stages where one network's step reads another's new weights", () => {
    const first = descents([input(8), input(9)]);
    const read = (i: number): AnyTensor => first[i]![1];
    let next = 0;
    const second = descents([input(8), input(9)], (w) => sum(mul(input(64, ...w.shape), read(next++)), { axis: 0 }));
    expect(updatesOf(planOf([...first, ...second]))).toEqual(["update of 2", "update of 2"]);
  });

  it("join an average of the new weights to its update", () => {
    const moved = descents(weights);
    const averages = moved.map(([w, next]) => {
      const average = input(...w.shape);
      return [average, add(mul(average, 0.99), mul(next, 0.01))] as const;
    });
    expect(updatesOf(planOf([...moved, ...averages]))).toEqual(["update of 4"]);
  });

  it("leave a gradient alone that a kernel makes while it reads another", () => {
    const leaves = [input(8), input(8), input(8)];
    const [ga, gc] = [gradientOf(leaves[0]!), gradientOf(leaves[2]!)];
    const gradients = [ga, sum(mul(input(4, 8), ga as never), { axis: 0 }), gc];
    const plan = planOf(descents(leaves, (w) => gradients[leaves.indexOf(w)]!));
    expect(updatesOf(plan).sort()).toEqual(["one", "update of 2"]);
  });

  it("divide where the adapter binds less than all of them", () => {
    const many = Array.from({ length: 6 }, () => input(100)); // 512 bytes each with their padding
    const pairs = descents(many, () => sum(input(2, 100), { axis: 0 }));
    const packs = (plan: Plan): string[] => updatesOf(plan).filter((name) => name !== "one"); // beside parts of the rate
    expect(packs(planOf(pairs, { maxBindingBytes: 1100 }))).toEqual(["update of 2", "update of 2", "update of 2"]);
    expect(packs(planOf(pairs))).toEqual(["update of 6"]);
  });
});
