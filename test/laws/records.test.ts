import { describe, expect, it } from "vitest";
import type { Op } from "../../src/tensor/op.ts";
import { allRecords } from "./sampling.ts";

describe("records", () => {
  it("have names of their own", () => {
    const names = allRecords.map((record) => record.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(allRecords.map((record) => record as unknown as Op))("$name says once how it is computed", (op) => {
    const ways = [op.scalar, op.view, op.convert, op.expand ?? op.kernel].filter((way) => way !== undefined);
    expect(ways).toHaveLength(1);
    // a kernel alone, and a conversion, need a loop as their definition; scalar expressions and views have theirs
    const needsLoop = op.convert !== undefined || (op.kernel !== undefined && op.expand === undefined);
    if (needsLoop) expect(op.reference).toBeDefined();
    if (op.scalar !== undefined || op.view !== undefined) expect(op.reference).toBeUndefined();
  });

  it.each(allRecords.map((record) => record as unknown as Op))("$name has samples and a derivative rule", (op) => {
    expect(op.samples().length).toBeGreaterThan(0);
    expect(op.scalar ?? op.expand ?? op.vjp).not.toBe(undefined);
    for (const index of op.linear ?? []) expect(op.samples()[0]!.inputs[index]).toBeDefined();
  });
});
