import { describe, expect, it } from "vitest";
import type { Op } from "../../src/tensor/op.ts";
import { knowsKernel } from "../../src/testing/forward-kernel.ts";
import { records } from "../support/records.ts";
import { checkForward, checkSecond, checkVjp } from "./derivative-laws.ts";
import type { Case } from "./sampling.ts";
import { cases, hardInputs, sampleInputs, titled } from "./sampling.ts";

describe("every VJP against forward mode", () => {
  it.each(titled(cases()))("%s", (_, one) => {
    expect(checkVjp(one, sampleInputs(one.sample, one.seed))).toBe(true);
  });
});

describe("gradients of gradients against forward mode", () => {
  it.each(titled(cases()))("%s", (_, one) => {
    expect(checkSecond(one, sampleInputs(one.sample, one.seed))).toBe(true);
  });
});

describe("forward mode against adaptive differences", () => {
  const own = records
    .map((record) => record as unknown as Op)
    .filter(({ scalar, view, convert, expand, vjp }) => {
      return (
        vjp !== null && scalar === undefined && view === undefined && convert === undefined && expand === undefined
      );
    });
  it.each(own)("$name: forward mode has a rule for its kernel", (op) => expect(knowsKernel(op)).toBe(true));

  it.each(titled(cases()))("%s", (_, one) => checkForward(one, sampleInputs(one.sample, one.seed)));
});

/** The smallest sample of each differentiable record, but not an empty one. */
const smallest = new Map<string, Case>();
for (const one of cases().filter(({ op }) => op.vjp !== null)) {
  const best = smallest.get(one.op.name);
  if (elements(one) > 0 && (best === undefined || elements(one) < elements(best))) smallest.set(one.op.name, one);
}

function elements({ sample }: Case): number {
  return Math.max(...sample.inputs.map(({ shape }) => shape.reduce((size, n) => size * n, 1)));
}

describe("at hard points, where values and derivatives are finite", () => {
  it.each(titled([...smallest.values()]))("%s", (_, one) => {
    const first = hardInputs(one).filter(({ inputs }) => checkVjp(one, inputs));
    const second = hardInputs(one).filter(({ inputs }) => checkSecond(one, inputs));
    expect(first.length, "hard points that are in the domain").toBeGreaterThan(0);
    expect(second.length).toBeGreaterThan(0);
  });
});
