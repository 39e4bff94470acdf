import { afterAll, beforeAll, expect, it } from "vitest";
import type { Device, Scope } from "../../../src/tensor/device.ts";
import { full } from "../../../src/tensor/ops/creation.ts";
import { add, mul } from "../../../src/tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { onEveryDevice } from "../../support/every-device.ts";

const nap = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const row = (...values: number[]): AnyTensor => tensor(values);
const values = async (x: AnyTensor): Promise<number[]> => [...(await x.data())];

onEveryDevice("scopes", (open) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.close());

  it("frees what it made, but for what the body returns", async () => {
    let inside: AnyTensor[] = [];
    const kept = await device.scope(async (scope) => {
      const double = scope.compile((x: AnyTensor) => mul(x, 2));
      inside = [scope.put(row(1)), await scope.evaluate(add(row(1), 1)), await double(row(3))];
      return { sum: await scope.evaluate(add(inside[1]!, inside[2]!)), n: 3 };
    });
    expect([await values(kept.sum), kept.n]).toEqual([[8], 3]);
    for (const x of inside) await expect(x.data()).rejects.toThrow(/end of its scope at .*scopes\.gpu\.test\.ts/);
  });

  it("owns the outputs of a program of the device that it runs", async () => {
    const double = device.compile((x: AnyTensor) => mul(x, 2));
    let inside: AnyTensor | undefined;
    const kept = await device.scope(async (scope) => {
      inside = await scope.run(double, row(1));
      return scope.run(double, inside);
    });
    expect(await values(kept)).toEqual([4]);
    await expect(inside!.data()).rejects.toThrow(/end of its scope/);
    expect(await values(await double(kept))).toEqual([8]);
    const other = await open();
    await device.scope(async (scope) => {
      const foreign = other.compile((x: AnyTensor) => x);
      await expect(scope.run(foreign, row(1))).rejects.toThrow(/run: .*is not a program of this device/);
    });
    await other.close();
  });

  it("two at once keep to their own tensors", async () => {
    const work = (start: number, before: number, between: number) =>
      device.scope(async (scope) => {
        await nap(before);
        const a = await scope.evaluate(full([2], start));
        await nap(between);
        const b = await scope.evaluate(add(a, 1));
        return { b, a: () => a.data() };
      });
    const results = await Promise.all([work(1, 0, 30), work(5, 5, 60), work(9, 10, 5)]);
    for (const [i, { a, b }] of results.entries()) {
      expect(await values(b)).toEqual([4 * i + 2, 4 * i + 2]);
      await expect(a()).rejects.toThrow(/end of its scope/);
    }
  });

  it("does not own what is made beside it through the device, or through another scope", async () => {
    let finish = (): void => undefined;
    const waiting = device.scope(async (scope) => {
      await scope.evaluate(add(row(1), 1));
      await new Promise<void>((done) => {
        finish = done;
      });
    });
    const [beside, put] = [await device.evaluate(add(row(2), 1)), device.put(row(7))];
    const program = device.compile((x: AnyTensor) => add(x, 1));
    const called = await program(row(4));
    finish();
    await waiting;
    expect([await values(beside), await values(put), await values(called)]).toEqual([[3], [7], [5]]);
  });

  it("passes what an inner scope returns or keeps to the scope around", async () => {
    let [returned, kept]: (AnyTensor | undefined)[] = [];
    const out = await device.scope(async (outer) => {
      returned = await outer.scope(async (inner) => {
        kept = inner.keep(inner.put(row(5)));
        return inner.put(row(1));
      });
      expect([await values(returned), await values(kept!)]).toEqual([[1], [5]]);
      return { returned: returned, far: await device.scope(async (other) => other.put(row(9))) };
    });
    expect([await values(out.returned), await values(out.far)]).toEqual([[1], [9]]);
    await expect(kept!.data()).rejects.toThrow(/end of its scope/);
  });

  it("keeps a tensor beyond itself", async () => {
    let kept: AnyTensor | undefined;
    await device.scope(async (scope) => {
      kept = scope.keep(scope.put(row(5)));
    });
    expect(await values(kept!)).toEqual([5]);
  });

  it("gives its memory back when the body throws", async () => {
    const before = device.memory().tensorBytes;
    const mine = new RangeError("mine");
    const failing = device.scope(async (scope) => {
      await scope.evaluate(add(full([100_000], 7), 1));
      throw mine;
    });
    await expect(failing).rejects.toBe(mine);
    expect(device.memory().tensorBytes).toBe(before);
  });

  it("refuses work once it has ended, and frees what comes too late", async () => {
    let escaped: Scope | undefined;
    let late: Promise<AnyTensor> | undefined;
    await device.scope(async (scope) => {
      escaped = scope;
      late = scope.evaluate(add(row(1), 2));
      late.catch(() => undefined);
    });
    const settled = await late!
      .then(
        (x) => x.data(),
        (error) => Promise.reject(error),
      )
      .catch((error: Error) => error.message);
    expect(settled).toMatch(/scope has ended|end of its scope/);
    await expect(escaped!.evaluate(row(1))).rejects.toThrow(/evaluate: the scope has ended\n {2}ended at .*scopes/);
    expect(() => escaped!.put(row(1))).toThrow(/put: the scope has ended/);
    await expect(escaped!.scope(async () => 1)).rejects.toThrow(/scope: the scope has ended/);
    await device.scope(async (scope) => {
      await expect(scope.close()).rejects.toThrow(/close: a scope ends with its body/);
    });
  });

  it("is a device: code that takes one can be given a scope", async () => {
    const library = async (on: Device): Promise<AnyTensor> => on.evaluate(add(on.put(row(1)), 1));
    let made: AnyTensor | undefined;
    await device.scope(async (scope) => {
      made = await library(scope);
      expect(await values(made)).toEqual([2]);
    });
    await expect(made!.data()).rejects.toThrow(/end of its scope/);
  });

  it("without the parameter owns what the body makes before it first waits, and nothing later", async () => {
    let [first, later]: (AnyTensor | undefined)[] = [];
    const result = await device.scope(async () => {
      first = await device.evaluate(add(row(1), 1));
      later = await device.evaluate(add(first, 1));
      return device.evaluate(add(later, 1));
    });
    expect([await values(result), await values(later!)]).toEqual([[4], [3]]);
    await expect(first!.data()).rejects.toThrow(/end of its scope/);
    // with it, the device stays nobody's
    let own: AnyTensor | undefined;
    await device.scope(async (_scope) => {
      own = device.put(row(6));
    });
    expect(await values(own!)).toEqual([6]);
  });
});
