import { describe, it } from "vitest";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import { expectNumbers, numbersOf } from "../support/numbers.ts";
import { elementwiseCases } from "./elementwise-extreme-cases.ts";

const ulp = 2 ** -23; // an expected number is rounded to f32

describe("elementwise functions of extreme numbers, by the reference", () => {
  it.each(elementwiseCases.map((one) => [one.what, one] as const))("%s", async (_, { f, args, want, overflows }) => {
    expectNumbers(await numbersOf(await referenceDevice().compile(f)(...args)), want, ulp);
    if (!overflows) expectNumbers(await numbersOf(evaluateReference(f(...args))), want, ulp);
  });
});
