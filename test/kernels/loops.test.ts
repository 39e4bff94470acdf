import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { scan } from "../../src/autodiff/scan.ts";
import { openDevice } from "../../src/kernels/index.ts";
import type { Plan } from "../../src/kernels/plan/make-plan.ts";
import { makePlan } from "../../src/kernels/plan/make-plan.ts";
import { walkSteps } from "../../src/kernels/plan/planned-step.ts";
import { add, matmul, mul, sum, tanh } from "../../src/tensor/ops/index.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { countingDevice } from "../support/counting-device.ts";
import { input, planLimits } from "../support/plans.ts";

const [batch, width] = [16, 32];

/** The last state of a recurrent layer over `xs` [length, batch, width]. */
function recurrent(w: AnyTensor, h: AnyTensor, xs: AnyTensor, checkpointEvery?: number): AnyTensor {
  const step = (c: AnyTensor, x: AnyTensor) =>
    [tanh(add(matmul(c as Tensor, w as Tensor), x) as Tensor), null] as const;
  return scan(step as never, h, xs, { checkpointEvery })[0];
}

/** The same without rows, whose memory grows with the length. */
function power(w: AnyTensor, h: AnyTensor, length: number): AnyTensor {
  return scan((c: AnyTensor) => [tanh(matmul(c as Tensor, w as Tensor)), null] as const, h, undefined, { length })[0];
}

const plan = (...outputs: AnyTensor[]): Plan => makePlan({ outputs, donations: new Map() }, planLimits());
const bytes = ({ memory }: Plan): number => memory.slots.reduce((total, slot) => total + slot.bytes, 0);
const ran = ({ steps }: Plan): number => {
  let count = 0;
  walkSteps(steps, () => count++);
  return count;
};

describe("the plan of a loop", () => {
  const [w, h] = [input(width, width), input(batch, width)];

  it("has the same steps and memory whatever the length", () => {
    const [short, long] = [plan(power(w, h, 10)), plan(power(w, h, 1000))];
    expect(long.steps.map(({ code }) => code)).toEqual(short.steps.map(({ code }) => code));
    expect([bytes(short), bytes(long)]).toEqual([2 * batch * width * 4, 2 * batch * width * 4]);
    expect([ran(short), ran(long)]).toEqual([10, 1000]);
  });

  it("computes a gradient in memory for √length carries, or for as many as are told", () => {
    const rows = batch * width * 4;
    const slope = (length: number, every?: number): Plan => {
      const f = (v: AnyTensor): AnyTensor => sum(recurrent(v, h, input(length, batch, width), every) as Tensor);
      return plan(grad(f)(w) as AnyTensor);
    };
    const written = (length: number): Plan => {
      const f = (v: AnyTensor): AnyTensor => {
        let c: AnyTensor = h;
        for (let i = 0; i < length; i++) c = tanh(add(matmul(c as Tensor, v as Tensor), input(batch, width)) as Tensor);
        return sum(c as Tensor);
      };
      return plan(grad(f)(w) as AnyTensor);
    };
    const [few, many] = [slope(16), slope(64)];
    // 8 saved carries and 8 of a chunk, against 4 and 4, and nothing else grows
    expect(bytes(many) - bytes(few)).toBeLessThanOrEqual(8 * rows + 1024);
    expect(bytes(slope(64, 1))).toBeGreaterThan(63 * rows);
    expect(bytes(slope(64, 1))).toBeLessThan(bytes(written(64)) + 8 * rows);
    expect(bytes(many)).toBeLessThan(bytes(written(64)) / 2);
    expect(many.steps).toHaveLength(few.steps.length);
  });

  it("reads parts of rows where they lie", () => {
    const f = (v: AnyTensor): AnyTensor => sum(recurrent(v, h, input(103, batch, width), 10) as Tensor);
    const p = plan(grad(f)(w) as AnyTensor);
    expect(p.steps.filter(({ name }) => /pad|slice/.test(name))).toEqual([]);
    expect(bytes(p)).toBeLessThan(0.5 * 103 * batch * width * 4);
  });

  it("leaves out what nobody reads: rows, saved carries, and carries that feed nothing else", () => {
    const xs = { used: input(6, 64), unused: input(6, 64) };
    const step = (c: { a: AnyTensor; b: AnyTensor }, x: typeof xs) =>
      [{ a: mul(c.a, x.used), b: add(mul(c.b, x.unused), c.a) }, add(c.b, 1)] as const;
    const [last] = scan(step as never, { a: input(64), b: input(64) }, xs);
    const [only] = plan((last as { a: AnyTensor }).a).steps;
    expect(only!.name).toBe("elementwise mul");
    expect(only!.buffers).toHaveLength(3);
  });

  it("leaves out what a gradient does not read, in the loops of its loops too", () => {
    const f =
      (counted: boolean) =>
      (v: AnyTensor): AnyTensor => {
        const step = (c: { h: AnyTensor; sums: AnyTensor }, x: AnyTensor) =>
          [{ h: tanh(mul(c.h, v) as Tensor), sums: counted ? add(c.sums, mul(c.h, x)) : c.sums }, null] as const;
        const [last] = scan(step as never, { h: input(64), sums: input(64) }, input(64, 64), { checkpointEvery: 8 });
        return sum((last as { h: AnyTensor }).h as Tensor);
      };
    const [with_, without] = [true, false].map((counted) => plan(grad(f(counted))(input(64)) as AnyTensor));
    expect(with_!.steps.map(({ code }) => code)).toEqual(without!.steps.map(({ code }) => code));
    expect(bytes(with_!)).toBe(bytes(without!));
  });

  it("binds rows where they lie, of a multiple of 256 bytes, and lays out others with gaps once", () => {
    const total = (x: AnyTensor): Plan =>
      plan(
        scan((c: AnyTensor, row: AnyTensor) => [add(c, sum(row as Tensor)), null] as const, tensor(0), x as never)[0],
      );
    expect(total(input(5, 64)).steps.map(({ loops }) => loops.length)).toEqual([1]);
    expect(total(input(5, 3)).steps.map(({ loops }) => loops.length)).toEqual([0, 1]);
  });
});

describe("a loop on a device", () => {
  it("is one submit, with as many pipelines and bind groups for 1,000 steps as for 20", async () => {
    const found = [];
    for (const length of [20, 1000]) {
      const { device: counted, counts, reset } = countingDevice();
      const device = await openDevice({ device: counted });
      const run = device.compile((v: Tensor, c: Tensor, xs: Tensor) =>
        grad((u: AnyTensor) => sum(recurrent(u, c, xs, 5) as Tensor))(v),
      );
      const args = [
        [width, width],
        [batch, width],
        [length, batch, width],
      ].map((shape) => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape })) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      await run(...args);
      const { submits, pipelines, bindGroups, dispatches } = counts;
      expect(submits).toBe(1);
      expect(dispatches).toBeGreaterThan(3 * length);
      reset();
      await run(...args);
      expect(counts).toMatchObject({ submits: 1, dispatches, buffers: 1, bindGroups: 0, pipelines: 0 });
      found.push({ pipelines, bindGroups });
    }
    expect(found[1]!.pipelines).toBe(found[0]!.pipelines);
    expect(found[1]!.bindGroups).toBe(found[0]!.bindGroups);
  });

  it("has one plan for all eager programs of its form", async () => {
    const { device: counted, counts, reset } = countingDevice();
    const device = await openDevice({ device: counted });
    const args = [
      [width, width],
      [batch, width],
      [7, batch, width],
    ].map((shape) => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape })) as [Tensor, Tensor, Tensor];
    await device.evaluate(recurrent(...args));
    reset();
    await device.evaluate(recurrent(...args));
    expect(counts).toMatchObject({ submits: 1, pipelines: 0 });
    expect(counts.dispatches).toBe(7);
  });
});
