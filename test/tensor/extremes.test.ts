import { describe, expect, it } from "vitest";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import { expectNumbers, numbersOf } from "../support/numbers.ts";
import { extremeCases } from "./extreme-cases.ts";

describe("extreme values on the reference", () => {
  it.each(extremeCases.map((one) => [one.what, one] as const))(
    "%s",
    async (_, { f, args, want, tolerance, refused }) => {
      if (refused !== undefined) expect(() => f(...args)).toThrow(refused);
      else expectNumbers(await numbersOf(evaluateReference(f(...args))), want, tolerance);
      const compiled = await referenceDevice().compile(f)(...args);
      expectNumbers(await numbersOf(compiled), want, tolerance);
    },
  );
});
