import { describe, expect, test } from "vitest";
import type { AdapterFacts } from "../../src/kernels/adapter/facts.ts";
import type { Tuning } from "../../src/kernels/adapter/tuning.ts";
import { checkAdapter, classOf, parseTuning, tunedBy, tuningFormat } from "../../src/kernels/adapter/tuning.ts";
import type { Variant } from "../../src/kernels/families/variants.ts";
import { chooseVariant, variantName } from "../../src/kernels/families/variants.ts";
import { makePlan } from "../../src/kernels/plan/make-plan.ts";
import { matmul } from "../../src/tensor/ops/matmul.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { leaf } from "../../src/tensor/tensor.ts";
import { planLimits } from "../support/plans.ts";

const limits = {
  maxComputeWorkgroupsPerDimension: 65535,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16384,
};
const discrete: AdapterFacts = { adapterClass: "discrete", subgroupSize: 32, limits };
const winner = { variant: "tile 32x32", parts: 2 };
const tuning: Tuning = {
  ...{
    format: tuningFormat,
    library: "0.1.0",
    date: "2026-11-22T10:00:00.000Z",
    adapter: "A card",
    clock: "timestamps",
  },
  classes: { "matmul 1x512x512x512": { work: "matmul 512x512x512", winner, times: [{ ...winner, ms: 0.02 }] } },
};

describe("a tuning", () => {
  test("decides for products of its class, and no others", () => {
    const facts = { ...discrete, tuned: tunedBy(tuning) };
    const choose = (n: number): Variant => chooseVariant("matmul", { count: 1, rows: n, depth: n, columns: n }, facts);
    expect([variantName(choose(512)), choose(512).parts]).toEqual(["tile 32x32", 2]);
    expect(variantName(choose(600))).toBe("tile 32x32"); // 512 is the nearest power of two
    expect(variantName(choose(602))).not.toBe("tile 32x32"); // columns that do not come in fours are another class
    expect(variantName(choose(1024))).not.toBe("tile 32x32");
  });

  test("reaches the plan", () => {
    const [a, b] = [0, 1].map(() => leaf({ shape: [512, 512], dtype: "f32" }, { kind: "input" })) as [
      AnyTensor,
      AnyTensor,
    ];
    const stepsFor = (adapter: AdapterFacts): readonly { readonly code: string; readonly file: string }[] =>
      makePlan({ outputs: [matmul(a as never, b as never)], donations: new Map() }, planLimits(adapter)).steps;
    const [product, sum] = stepsFor({ ...discrete, tuned: tunedBy(tuning) });
    expect(product!.code).toContain("const PARTS: u32 = 2u;");
    expect(product!.code).toContain("const ROW_QUADS: u32 = 1u;");
    expect(sum!.file).toMatch(/^sum-part/);
    expect(stepsFor(discrete)[0]!.code).not.toContain("const PARTS: u32 = 2u;");
  });

  test("leaves variants that the adapter cannot run, or that are unknown, to the rules", () => {
    const shape = { count: 1, rows: 512, depth: 512, columns: 512 };
    const choose = (variant: string, facts: AdapterFacts): string =>
      variantName(chooseVariant("matmul", shape, { ...facts, tuned: () => ({ variant, parts: 1 }) }));
    const rules = variantName(chooseVariant("matmul", shape, discrete));
    expect(choose("broadcast 4", { ...discrete, subgroupSize: null })).toBe(rules);
    expect(choose("a kernel of a later version", discrete)).toBe(rules);
    const small = { ...discrete, limits: { ...limits, maxComputeWorkgroupStorageSize: 8192 } };
    expect(choose("tile 128x128", small)).not.toBe("tile 128x128");
    expect(choose("tile 128x128", discrete)).toBe("tile 128x128");
  });

  test("names classes by the nearest powers of two", () => {
    expect(classOf("conv2d", { count: 4, rows: 8192, depth: 147, columns: 64 })).toBe("conv2d 4x8192x128x64");
    expect(classOf("matmul", { count: 1, rows: 100, depth: 3, columns: 10 })).toBe("matmul 1x128x4x8 ragged");
  });

  test("survives JSON", () => expect(parseTuning(JSON.parse(JSON.stringify(tuning)), "f")).toEqual(tuning));

  const entry = tuning.classes["matmul 1x512x512x512"]!;
  test.each([
    [null, "f: the top is not an object"],
    [[], "f: the top is not an object"],
    [{ ...tuning, format: "deconfound tuning 0" }, `f: format is not "${tuningFormat}"`],
    [{ ...tuning, adapter: 3 }, "f: adapter is not a text"],
    [{ ...tuning, clock: "sun" }, 'f: clock is not "timestamps" or "wall"'],
    [{ ...tuning, classes: 1 }, "f: classes is not an object"],
    [{ ...tuning, classes: { c: 1 } }, 'f: classes["c"] is not an object'],
    [{ ...tuning, classes: { c: { ...entry, winner: {} } } }, 'f: classes["c"].winner.variant is not a text'],
    [
      { ...tuning, classes: { c: { ...entry, winner: { variant: "narrow", parts: 0 } } } },
      'f: classes["c"].winner.parts is not a whole number of 1 or more',
    ],
    [{ ...tuning, classes: { c: { ...entry, times: [winner] } } }, 'f: classes["c"].times[0].ms is not a number'],
  ])("that is damaged is refused with the place: %#", (value, message) => {
    expect(() => parseTuning(value, "f")).toThrow(message);
  });

  test("of another adapter is refused", () => {
    checkAdapter(tuning, "A card");
    expect(() => checkAdapter(tuning, "Another")).toThrow(/another adapter: A card\n {2}this one is Another/);
  });
});

describe("the rules", () => {
  const choice = (rows: number, depth: number, columns: number, facts: AdapterFacts): string => {
    const variant = chooseVariant("conv2d", { count: 1, rows, depth, columns }, facts);
    return `${variantName(variant)}/${variant.parts}`;
  };

  test("keep every adapter's limits", () => {
    const tiny = { ...limits, maxComputeInvocationsPerWorkgroup: 64, maxComputeWorkgroupStorageSize: 4096 };
    expect(choice(4096, 4096, 4096, { ...discrete, limits: tiny })).toMatch(/^tile (32x32|64x16|16x64)\//);
  });

  test("take large tiles where there are enough of them, and cut the depth where there are few", () => {
    expect(choice(4096, 4096, 4096, discrete)).toBe("tile 128x128/1");
    expect(choice(131072, 144, 16, discrete)).toBe("tile 128x16/1");
    expect(choice(16, 4096, 4096, discrete)).toMatch(/^tile 16x64\/\d+$/);
    expect(choice(64, 65536, 64, discrete)).toMatch(/\/(64|128|256|512)$/);
  });

  test("broadcast on software adapters with subgroups", () => {
    const software: AdapterFacts = { ...discrete, adapterClass: "software", subgroupSize: 8 };
    expect(choice(4096, 144, 16, software)).toBe("broadcast 4/1");
    expect(choice(4096, 288, 32, software)).toBe("broadcast 8/1");
    expect(choice(4096, 27, 3, software)).toMatch(/^tile/);
  });
});
