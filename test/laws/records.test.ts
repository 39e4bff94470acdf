import { describe, expect, it } from "vitest";
import type { Op } from "../../src/tensor/op.ts";
import { ones } from "../../src/tensor/ops/creation.ts";
import * as elementwise from "../../src/tensor/ops/elementwise.ts";
import { scalarTable } from "../../src/tensor/scalar/table.ts";
import "../../src/tensor/methods.ts";
import { filesOfRecords, records, recordsByFile } from "../support/records.ts";
import { readText } from "../support/repository.ts";
import { exceptionTable } from "./extreme-exceptions.ts";

describe("the table of scalar functions", () => {
  it("has a public function and a method for each row but select, and polygamma, whose order is an option", () => {
    const rows = Object.keys(scalarTable).filter((name) => !["select", "polygamma"].includes(name));
    expect(Object.keys(elementwise).sort()).toEqual(rows.sort());
    for (const name of rows) expect(name in ones([1]), name).toBe(true);
  });

  it.each(Object.entries(scalarTable))("%s: as many operands as its form takes, all in its WGSL", (_, row) => {
    const operands = { unary: 1, same: 1, test: 1, binary: 2, comparison: 2, select: 3 }[row.form];
    expect(row.domains).toHaveLength(operands);
    expect(new Set(row.wgsl.match(/\$\d/g))).toEqual(new Set(["$0", "$1", "$2"].slice(0, operands)));
  });
});

/** Ops with a sub-program, which no example call can be written for: test/autodiff/sub-programs.test.ts is about them. */
const subPrograms = ["src/autodiff/checkpoint.ts", "src/autodiff/custom-vjp.ts"];

describe("documentation", () => {
  it("shows where a GPU differs for extreme numbers", () => {
    expect(readText("docs/numbers.md")).toContain(exceptionTable);
  });
});

describe("records", () => {
  it.each(filesOfRecords.filter((path) => !subPrograms.includes(path)))("%s exports its records", (path) => {
    expect(recordsByFile.get(path)!.filter((op) => op.samples().length > 0)).not.toEqual([]);
    expect(readText(path)).not.toMatch(/^const \w+(?:: Op<.*>)? = defineOp/m);
  });

  it("have names of their own", () => {
    const names = records.map((record) => record.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(records.map((record) => record as unknown as Op))("$name says once how it is computed", (op) => {
    const ways = [op.scalar, op.view, op.convert, op.expand ?? op.kernel].filter((way) => way !== undefined);
    expect(ways).toHaveLength(1);
    // a kernel alone, and a conversion, need a loop as their definition; scalar expressions and views have theirs
    const needsLoop = op.convert !== undefined || (op.kernel !== undefined && op.expand === undefined);
    if (needsLoop) expect(op.reference).toBeDefined();
    if (op.scalar !== undefined || op.view !== undefined) expect(op.reference).toBeUndefined();
  });

  it.each(records.map((record) => record as unknown as Op))("$name has samples and a derivative rule", (op) => {
    expect(op.samples().length).toBeGreaterThan(0);
    expect(op.scalar ?? op.expand ?? op.vjp).not.toBe(undefined);
    for (const index of op.linear ?? []) expect(op.samples()[0]!.inputs[index]).toBeDefined();
  });
});
