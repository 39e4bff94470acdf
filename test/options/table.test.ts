import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attacks } from "../../src/backdoor/attacks/index.ts";
import { defences } from "../../src/backdoor/defences/index.ts";
import { trainingOptionTable } from "../../src/backdoor/training-options.ts";
import { datasetFormats } from "../../src/data/formats/index.ts";
import { dependenceEstimators } from "../../src/mi/index.ts";
import { decayForm } from "../../src/nn/decay.ts";
import type { OptionRows } from "../../src/options/option.ts";
import { describeOption, fits, formatValue, parseOption } from "../../src/options/option-text.ts";
import { checkedOptions, defaultsOf, listOptions, withChanges, withText } from "../../src/options/table.ts";

const tables = Object.entries({
  training: trainingOptionTable,
  ...Object.fromEntries([...attacks, ...defences, ...datasetFormats].map(({ name, options }) => [name, options])),
}) as [string, OptionRows][];

describe.each(tables)("the options of %s", (_, table) => {
  const options = listOptions(table);

  it("have defaults within their bounds, and a text that gives each back", () => {
    for (const { name, option } of options) {
      expect([name, fits(option, option.default)]).toEqual([name, true]);
      const text = formatValue(option, option.default);
      if (text !== undefined) expect([name, parseOption(option, text)]).toEqual([name, option.default]);
      expect(option.doc.length * describeOption(option).length).toBeGreaterThan(0);
    }
  });

  it("have bounds on every number, which nothing passes", () => {
    for (const { name, option } of options) {
      if (option.kind !== "integer" && option.kind !== "number") continue;
      expect([name, Number.isFinite(option.from) && Number.isFinite(option.to)]).toEqual([name, true]);
      for (const text of [`${option.to}0`, "1e400", "NaN", "-1e9", "Infinity", "", " ", "0x1g"]) {
        if (Number(text) >= option.from && Number(text) <= option.to) continue;
        expect(() => withText<object>(table, defaultsOf<object>(table), name, text)).toThrow(`${option.to}`);
      }
    }
  });

  it("survive JSON, and a file with one of them missing, unknown or wrong is refused", () => {
    const values = defaultsOf<object>(table);
    const text = JSON.stringify(values);
    expect(checkedOptions<object>(table, JSON.parse(text))).toEqual(values);
    expect(() => checkedOptions<object>(table, { ...values, more: 1 })).toThrow("there is no option more");
    for (const value of [null, 3, "x", []])
      expect(() => checkedOptions<object>(table, value)).toThrow("expects an object");
    for (const { name } of options) {
      const [first] = name.split(".") as [string];
      expect(() => checkedOptions<object>(table, { ...values, [first]: undefined })).toThrow("is missing");
      expect(() => checkedOptions<object>(table, { ...values, [first]: [[]] })).toThrow();
    }
  });
});

it("names of records are unique, so that --set finds one", () => {
  const names = [...attacks, ...defences, ...datasetFormats].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const estimated = dependenceEstimators.flatMap(({ options }) => listOptions(options).map(({ name }) => name));
  expect(new Set(estimated).size).toBe(estimated.length);
});

describe("withChanges", () => {
  const table = {
    a: { kind: "integer", default: 3, from: 0, to: 9, doc: "a" },
    g: { b: { kind: "boolean", default: true, doc: "b" } },
  } as const;

  it("changes a part, and leaves the base as it was", () => {
    const base = { a: 3, g: { b: true } };
    expect(withChanges(table, base, { g: { b: false } })).toEqual({ a: 3, g: { b: false } });
    expect(withChanges(table, base, { a: undefined } as never)).toEqual(base);
    expect(base).toEqual({ a: 3, g: { b: true } });
  });

  it("names what it refuses", () => {
    const base = { a: 3, g: { b: true } };
    expect(() => withChanges(table, base, { a: 3.5 }, "x")).toThrow("x.a: expects an integer, 0 … 9, got 3.5");
    expect(() => withChanges(table, base, { g: 1 } as never, "x")).toThrow("x.g is 1");
    expect(() => withChanges(table, base, { toString: 1 } as never)).toThrow("there is no option toString");
    expect(() => withChanges(table, base, JSON.parse('{"__proto__": 1}'))).toThrow("there is no option __proto__");
  });
});

describe("decayForm", () => {
  it.each([
    ["constant", { kind: "constant" }],
    ["step:2:0.5", { kind: "step", every: 2, factor: 0.5 }],
    ["multiStep:12:0.1", { kind: "multiStep", milestones: [12], factor: 0.1 }],
    ["cosine:10:0.001", { kind: "cosine", epochs: 10, floor: 0.001 }],
    ["cosine:10", { kind: "cosine", epochs: 10, floor: 0 }],
  ])("reads %s", (text, decay) => {
    expect(decayForm.parse(text)).toEqual(decay);
    expect(decayForm.parse(decayForm.format(decayForm.parse(text)!))).toEqual(decay);
  });

  it.each([
    "",
    "step:0:0.1",
    "multiStep:20,10:0.1",
    "multiStep::0.1",
    "constant:3",
    "cosine:9:0:0",
    "cosine:1e400",
    "step:2:Infinity",
  ])("refuses %j", (text) => {
    expect(decayForm.parse(text)).toBeUndefined();
  });

  it("refuses any object that it would not give back", () => {
    const option = { kind: "parsed", default: { kind: "constant" }, form: decayForm, doc: "" } as const;
    expect(fits(option as never, { kind: "cosine", epochs: 8, floor: 0 })).toBe(true);
    expect(fits(option as never, { kind: "cosine", lr: 0.1, epochs: 8, floor: 0 })).toBe(false);
    fc.assert(
      fc.property(fc.anything(), (value) => {
        if (fits(option as never, value)) expect(typeof decayForm.format(value as never)).toBe("string");
      }),
    );
  });
});
