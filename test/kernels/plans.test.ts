import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkpoint } from "../../src/autodiff/checkpoint.ts";
import { grad, valueAndGrad } from "../../src/autodiff/grad.ts";
import { basesOf, bytesOf, isLeafRef, refType } from "../../src/kernels/graph/buffer-ref.ts";
import { identifier } from "../../src/kernels/graph/identifier.ts";
import { holdsProgram } from "../../src/kernels/graph/params-key.ts";
import { structureOf } from "../../src/kernels/graph/structure.ts";
import { prepare } from "../../src/kernels/passes/prepare.ts";
import type { Plan } from "../../src/kernels/plan/make-plan.ts";
import { makePlan } from "../../src/kernels/plan/make-plan.ts";
import { planMemory } from "../../src/kernels/plan/memory-plan.ts";
import { crossEntropy } from "../../src/nn/index.ts";
import { batchNorm } from "../../src/tensor/ops/batch-norm.ts";
import { add, exp, mul, sub } from "../../src/tensor/ops/elementwise.ts";
import { matmul, mean, relu, reshape, sum, transpose } from "../../src/tensor/ops/index.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { leaf, tensor } from "../../src/tensor/tensor.ts";
import { input, planLimits } from "../support/plans.ts";

const limits = planLimits();
const plan = (...outputs: AnyTensor[]): Plan => makePlan({ outputs, donations: new Map() }, limits);
const kinds = (p: Plan): string[] => p.steps.map((step) => step.name.split(" ")[0]!);

describe("plans", () => {
  it("melt an elementwise chain with broadcasts and transposes into one kernel", () => {
    const [x, b] = [input(8, 16), input(16)];
    expect(kinds(plan(exp(mul(add(transpose(x), 1), add(transpose(x), transpose(mul(x, b)))))))).toEqual([
      "elementwise",
    ]);
  });

  it("compute equal values once, and nothing that is not asked for", () => {
    const x = input(64);
    const [a, b] = [exp(add(x, 1) as never), exp(add(x, 1) as never)];
    expect(plan(sub(a, b), exp(add(x, 1) as never)).steps).toHaveLength(1);
    const [only] = plan(sub(a, 0), mul(b, 1)).steps;
    expect(only!.buffers).toHaveLength(2); // x, and one output for both
  });

  it("fold literals", () => {
    const [step] = plan(add(input(4), mul(2, 3))).steps;
    expect(step!.code).toContain("6f");
  });

  it("give a reduction its elementwise prologue, and siblings one pass", () => {
    const [x, g] = [input(2 ** 16, 16), input(2 ** 16, 16)];
    const p = plan(sum(g, { axis: 0 }), sum(mul(g, x), { axis: 0 }));
    expect(kinds(p)).toEqual(["reduce-columns", "reduce-rows-subgroup"]); // parts, and their sums
  });

  it("melt bias, activation and residual into the product before them, and the mask into its gradient", () => {
    const [x, w, b] = [input(64, 32), input(32, 32), input(32)];
    expect(plan(relu(add(add(matmul(x, w), b), x) as never)).steps).toHaveLength(1);
    const loss = (y: AnyTensor): AnyTensor => sum(matmul(relu(matmul(y, w) as never), w));
    const names = plan(grad(loss)(x)).steps.map(({ name }) => name);
    expect(names.some((name) => name.startsWith("matmul") && name.endsWith(" + mul"))).toBe(true);
    expect(names).not.toContain("elementwise mul");
  });

  it("keep apart what needs all of a product before its first element", () => {
    const [x, w] = [input(64, 32), input(32, 32)];
    const y = matmul(x, w);
    expect(kinds(plan(mul(y, sum(y, { axis: 0 })))).at(-1)).toBe("elementwise");
    expect(kinds(plan(add(y, reshape(transpose(y), y.shape))))).toEqual(["matmul", "elementwise"]);
  });

  it("finish sums where they end: the mean, and cross entropy with its gradient", () => {
    expect(kinds(plan(mean(input(64))))).toEqual(["reduce-rows-subgroup"]);
    const [logits, labels] = [input(128, 10), leaf({ shape: [128], dtype: "i32" }, { kind: "input" })];
    const { value, gradient } = valueAndGrad((z: AnyTensor) => mean(crossEntropy(z, labels)))(logits);
    const names = plan(value, gradient).steps.map((step) => step.name);
    expect(names).toHaveLength(4); // shift; sums and loss; mean; gradient
  });

  it("split what would bind too many buffers", () => {
    const many = Array.from({ length: 30 }, () => input(32));
    const p = plan(many.reduce((a, b) => add(a, b)));
    expect(Math.max(...p.steps.map((step) => step.buffers.length))).toBeLessThanOrEqual(limits.maxBindings);
  });

  it("bind no more than the adapter allows where an epilogue follows a merge of mean and variance from scratch buffers", () => {
    const [x, a, b, share] = [input(4096, 16), input(16), input(16), input(1)];
    const { mean: m, variance: v } = batchNorm(x, a, b, { epsilon: 1e-5 });
    const p = plan(m, v, add(mul(m, share), a), add(mul(v, share), b));
    expect(kinds(p)).toContain("moments");
    expect(Math.max(...p.steps.map((step) => step.buffers.length))).toBeLessThanOrEqual(limits.maxBindings);
  });

  it("cut a chain that would make an endless kernel", () => {
    let x = input(16);
    for (let i = 0; i < 1000; i++) x = add(mul(x, 1.5), 0.5);
    expect(Math.max(...plan(x).steps.map((step) => step.code.split("let v").length))).toBeLessThan(100);
  });

  it("refuse a tensor that the adapter cannot bind", () => {
    expect(() => plan(exp(input(2 ** 13, 2 ** 13) as never))).toThrow(/binds 134217728 at most/);
  });

  it("fold what exceeds 65,535 workgroups into two dimensions", () => {
    const narrow = { ...limits.adapter.limits, maxComputeWorkgroupsPerDimension: 100 };
    const [step] = makePlan(
      { outputs: [exp(input(2 ** 18 + 4) as never)], donations: new Map() },
      { ...limits, adapter: { ...limits.adapter, limits: narrow } },
    ).steps;
    expect(Math.max(...step!.workgroups)).toBeLessThanOrEqual(100);
    expect(step!.workgroups[0] * step!.workgroups[1]).toBeGreaterThanOrEqual((2 ** 18 + 4) / 4 / 64 / 4);
  });
});

/** No dispatch may write a buffer that it also reads, and no value may lose its bytes while it is needed. */
function checkMemory(p: Plan): void {
  const holders = new Map<string, { slot: number; from: number; to: number }>();
  const hold = (key: string, bytes: number): void => {
    const { slot, offset } = p.memory.placeOf.get(key)!;
    expect(offset % 256).toBe(0);
    expect(offset + bytes).toBeLessThanOrEqual(p.memory.slots[slot]!.bytes);
    for (const [other, range] of holders) {
      if (range.slot === slot && range.from < offset + bytes && offset < range.to) holders.delete(other);
    }
    holders.set(key, { slot, from: offset, to: offset + bytes });
  };
  for (const step of p.steps) {
    const bound = step.buffers
      .flatMap(({ ref, access }) => basesOf(ref).map(({ base }) => ({ ref: base, access })))
      .filter(({ ref }) => !isLeafRef(ref))
      .map(({ ref, access }) => ({ key: p.keyOf(ref), access, ref }));
    for (const { key, access } of bound) if (access === "read") expect(holders.has(key)).toBe(true);
    for (const { key, access, ref } of bound) if (access !== "read") hold(key, bytesOf(refType(ref)));
    for (const { key, access } of bound) {
      expect(holders.has(key)).toBe(true); // one step's outputs lie apart, and apart from what it reads
      const { slot } = p.memory.placeOf.get(key)!;
      const sharers = bound.filter((other) => other.key !== key && p.memory.placeOf.get(other.key)!.slot === slot);
      if (access !== "read") expect(sharers).toEqual([]);
    }
  }
  for (const { tensor } of p.results) {
    if (tensor.node.op === undefined || p.direct.has(tensor.node)) continue;
    expect(holders.has(p.keyOf({ kind: "value", tensor }))).toBe(true);
  }
}

describe("forms of eager programs", () => {
  const formOf = (root: AnyTensor, idOf: (thing: object) => number): string =>
    structureOf(
      prepare([root], (op, params) => !holdsProgram(params) || op.expand === undefined),
      idOf,
    ).key;

  it("are equal for other leaves, numbers and sub-programs of the same ops", () => {
    const idOf = identifier();
    const build = (factor: number): AnyTensor => {
      const x = tensor([1, 2, 3]);
      return grad((y: AnyTensor) => checkpoint((z: AnyTensor) => sum(exp(mul(z, factor) as never)))(y))(x);
    };
    expect(formOf(build(0.5), idOf)).toBe(formOf(build(0.25), idOf));
    expect(formOf(build(0.5), idOf)).not.toBe(formOf(exp(tensor([1, 2, 3]) as never), idOf));
  });
});

describe("memory plans", () => {
  it("keep every value of a training step until its last reader", () => {
    const [x, w, gamma, beta] = [input(32, 64), input(64, 64), input(64), input(64)];
    const loss = (weight: AnyTensor): AnyTensor => {
      let h: AnyTensor = x;
      for (let k = 0; k < 4; k++)
        h = add(h, relu(batchNorm(matmul(h, weight), gamma, beta, { epsilon: 1e-5 }).y as never));
      return mean(mul(h, h));
    };
    const p = plan(grad(loss)(w));
    checkMemory(p);
  });

  it("take a weight's gradient as soon as it is the last to read an activation", () => {
    const weights = Array.from({ length: 8 }, () => input(16, 16));
    const x = input(4096, 16);
    const loss = (all: AnyTensor[]): AnyTensor =>
      mean(all.reduce((h: AnyTensor, weight) => exp(matmul(h, weight) as never), x));
    const p = plan(...(grad(loss)(weights) as AnyTensor[]));
    checkMemory(p);
    const activation = 4 * 4096 * 16;
    // eight of the forward pass, then a cotangent, the next one and a transpose; gradients at the end would hold 16
    expect(p.memory.liveBytes / activation).toBeLessThan(11.1);
    expect(p.memory.slots.reduce((total, { bytes }) => total + bytes, 0)).toBeLessThan(1.03 * p.memory.liveBytes);
  });

  it("hold for random programs", () => {
    const program = fc.array(fc.tuple(fc.nat(4), fc.nat(1000), fc.nat(1000)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(program, (steps) => {
        const made: AnyTensor[] = [input(8, 8), input(8, 8)];
        for (const [op, i, j] of steps) {
          const [a, b] = [made[i % made.length]!, made[j % made.length]!];
          const build = [
            () => add(a, b),
            () => matmul(a, b),
            () => mul(sum(a, { axis: 0, keepDims: true }), b),
            () => transpose(a),
            () => exp(a as never),
          ];
          made.push(build[op]!());
        }
        checkMemory(plan(...made.slice(-3)));
      }),
      { numRuns: 60 },
    );
  });

  const life = (key: string, bytes: number, from: number, to: number, bound: [number, boolean][] = []) => ({
    ...{ key, bytes, from, to },
    bound: new Map<number, boolean>([[from, true], [to, false], ...bound]),
  });

  it("give each value the smallest slot with room", () => {
    const { slots, placeOf, liveBytes } = planMemory([
      life("a", 100, 0, 1),
      life("b", 50, 0, 1),
      life("c", 40, 2, 3),
      life("d", 200, 2, 3),
      life("e", 40, 1, 2), // meets all of them in a step that writes
    ]);
    expect(slots.map(({ bytes }) => bytes)).toEqual([200, 50, 40]);
    expect(placeOf.get("a")).toEqual(placeOf.get("d"));
    expect(placeOf.get("c")).toEqual(placeOf.get("b"));
    expect(liveBytes).toBe(280);
  });

  it("put values side by side, aligned, in a slot that no step binds for reading and writing", () => {
    const { slots, placeOf } = planMemory([
      life("large", 2048, 10, 12),
      life("a", 900, 0, 9),
      life("b", 900, 1, 8),
      life("c", 400, 2, 7), // 124 bytes short
    ]);
    expect(slots.map(({ bytes }) => bytes)).toEqual([2048, 400]);
    expect([..."ab"].map((key) => placeOf.get(key)?.offset)).toEqual([0, 1024]);
  });

  it("keep apart what a step reads and writes, and let it read two values of one slot", () => {
    const large = life("large", 4096, 10, 12);
    const written = planMemory([large, life("a", 1000, 0, 5), life("b", 1000, 3, 6, [[5, true]])]);
    expect(written.placeOf.get("b")!.slot).not.toBe(written.placeOf.get("a")!.slot);
    const read = planMemory([large, life("a", 1000, 0, 5), life("b", 1000, 3, 6, [[5, false]])]);
    expect(read.placeOf.get("b")).toEqual({ slot: 0, offset: 1024 });
  });
});
