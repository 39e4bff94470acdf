import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dot, einsum, eye, matmul } from "../../src/tensor/ops/index.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { check, coordinatesOf, counting, placeOf, tensorOf, valuesOf } from "./dense.ts";

const sizes: Readonly<Record<string, number>> = { a: 2, b: 3, c: 1, d: 4 };
const letters = Object.keys(sizes);

/** Σ over every assignment of the labels, by the definition. */
function byDefinition(inputs: readonly string[], output: string, operands: readonly AnyTensor[]): number[] {
  const labels = [...new Set(inputs.join(""))];
  const shapeOf = (list: string): number[] => [...list].map((label) => sizes[label]!);
  const result = new Array<number>(coordinatesOf(shapeOf(output)).length).fill(0);
  const data = operands.map(valuesOf);
  for (const at of coordinatesOf(labels.map((label) => sizes[label]!))) {
    const place = (list: string): number =>
      placeOf(
        shapeOf(list),
        [...list].map((label) => at[labels.indexOf(label)]!),
      );
    result[place(output)]! += inputs.reduce((product, list, i) => product * data[i]![place(list)]!, 1);
  }
  return result;
}

describe("einsum", () => {
  it("is its definition: any labels, repeats, one to three operands", () => {
    const list = fc.array(fc.constantFrom(...letters), { maxLength: 3 }).map((labels) => labels.join(""));
    const arbitrary = fc.array(list, { minLength: 1, maxLength: 3 }).chain((inputs) =>
      fc.record({
        inputs: fc.constant(inputs),
        output: fc.shuffledSubarray([...new Set(inputs.join(""))]).map((labels) => labels.join("")),
        operands: fc.tuple(...inputs.map((labels) => tensorOf([...labels].map((label) => sizes[label]!)))),
      }),
    );
    check(
      arbitrary,
      ({ inputs, output, operands }) => {
        const y = einsum(`${inputs.join(",")}->${output}`, ...operands);
        expect(y.shape).toEqual([...output].map((label) => sizes[label]));
        expect(valuesOf(y)).toEqual(byDefinition(inputs, output, operands));
      },
      300,
    );
  });

  it("reads the result's labels when they are left out", () => {
    const [a, b] = [counting([2, 3]), counting([3, 4])];
    expect(valuesOf(einsum("ij,jk", a, b))).toEqual(valuesOf(matmul(a, b)));
    expect(valuesOf(einsum("ba", a))).toEqual([0, 3, 1, 4, 2, 5]);
    expect(valuesOf(einsum("ii", eye(3)))).toEqual([3]);
  });

  it("broadcasts what the dots stand for", () => {
    const [a, b] = [counting([2, 1, 2, 3]), counting([5, 3, 2])];
    const y = einsum("...ij,...jk->...ik", a, b);
    expect(y.shape).toEqual([2, 5, 2, 2]);
    expect(valuesOf(y)).toEqual(valuesOf(matmul(a, b)));
    expect(einsum("i...->...", counting([2, 3, 4])).shape).toEqual([3, 4]);
  });

  it.each([
    ["ij,jk->ik", [[2, 3]], "einsum: 2 lists of labels for 1 operands"],
    ["i1->i", [[2, 3]], 'einsum: cannot read "i1"'],
    ["ij->ii", [[2, 3]], "einsum: a label stands twice in the result"],
    ["ij->k", [[2, 3]], "einsum: no operand has label k of the result"],
    ["ijk->i", [[2, 3]], 'einsum: "ijk" names 3 axes, the operand is f32[2,3]'],
    [
      "ij,jk",
      [
        [2, 3],
        [4, 5],
      ],
      "einsum: label j has sizes 3 and 4",
    ],
    ["ii->i", [[2, 3]], "einsum: label i has sizes 2 and 3"],
    ["i->i->i", [[2]], "einsum: more than one ->"],
  ])("refuses %s on %j", (formula, shapes, message) => {
    expect(() => einsum(formula, ...shapes.map(counting))).toThrow(message);
  });

  it("dot takes two vectors", () => {
    expect(valuesOf(dot(counting([3]), counting([3])))).toEqual([5]);
    expect(() => dot(counting([3]), counting([2]))).toThrow("dot: needs two vectors of one length");
    expect(() => matmul(counting([3]), counting([3, 2]))).toThrow("matmul: needs rank 2 or more");
  });
});
