import { describe, it } from "vitest";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { flattenTree } from "../../../src/tensor/tree.ts";
import { checkGrads } from "../../../src/testing/index.ts";
import { expectNumbers, numbersOf } from "../../support/numbers.ts";
import { compositions } from "./table.ts";

const rows = compositions.map((one) => [one.name, one] as const);

describe("functions made of other ops", () => {
  it.each(rows)("%s: values", async (_, { f, inputs, want }) => {
    const got = await numbersOf(flattenTree(evaluateReference(f(...(inputs as never[])))));
    expectNumbers(got, want, 1e-6);
  });

  it.each(rows.filter(([, { derivatives }]) => derivatives))("%s: first and second derivatives", (_, { f, inputs }) => {
    checkGrads(f as (...inputs: AnyTensor[]) => AnyTensor, [...inputs], { order: 2 });
  });
});
