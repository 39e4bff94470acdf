import { describe, expect, it } from "vitest";
import { formCache } from "../../src/tensor/argument-form.ts";
import { leaf, tensor } from "../../src/tensor/tensor.ts";

const input = (...shape: number[]) => leaf({ shape, dtype: "f32" }, { kind: "input" });

/** Number of forms that a cache tells apart among calls. */
function formsOf(...calls: (readonly unknown[])[]): number {
  const cache = formCache<object>();
  const values = calls.map((args) => cache.get(args, () => ({})).value);
  calls.forEach((args, i) => {
    const again = cache.get(args, () => ({}));
    expect(again.value).toBe(values[i]); // whatever was asked for in between
  });
  return new Set(values).size;
}

describe("the form of arguments", () => {
  it("does not depend on values, on the order of keys, or on how a scalar is passed", () => {
    expect(formsOf([1.5], [2], [tensor(3, { shape: [] })])).toBe(1);
    expect(formsOf([{ a: input(2), b: input(3) }], [{ b: input(3), a: input(2) }])).toBe(1);
  });

  it("depends on shapes, dtypes, structure and static values", () => {
    expect(
      formsOf([input(2)], [input(3)], [input(2, 1)], [leaf({ shape: [2], dtype: "i32" }, { kind: "input" })]),
    ).toBe(4);
    expect(
      formsOf([input(2), true], [input(2), false], [input(2), null], [input(2), undefined], [input(2), "true"]),
    ).toBe(5);
    expect(formsOf([{ a: undefined }], [{ b: undefined }], [{}], [[]], [[undefined]])).toBe(5);
    expect(formsOf([[input(2)]], [{ 0: input(2) }], [input(2)], [input(2), input(2)])).toBe(4);
  });

  it("gives leaves in the order of sorted keys, numbers among them", async () => {
    const { leaves } = formCache().get([{ b: 2, a: [1, { z: 4, c: 3 }], s: "static" }, 5], () => 0);
    expect(await Promise.all(leaves.map((one) => one.item()))).toEqual([1, 3, 4, 2, 5]);
  });

  it("is made once, and again when it was forgotten", () => {
    const cache = formCache<number>();
    let made = 0;
    const get = (): number => cache.get([input(2)], () => ++made).value;
    expect([get(), get()]).toEqual([1, 1]);
    cache.forget(1);
    expect(get()).toBe(2);
  });

  it("refuses what is no argument, by its path", () => {
    expect(() => formCache().get([{ a: [() => 1] }], () => 0)).toThrow(/argument 0\.a\.0 is a function/);
  });
});
