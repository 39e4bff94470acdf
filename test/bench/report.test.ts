import { expect, test } from "vitest";
import { choose, parseOptions } from "../../bench/options.ts";
import type { Row } from "../../bench/report.ts";
import { jsonLine, table } from "../../bench/report.ts";
import { ratioOf } from "../../bench/rounds.ts";
import { median } from "../../bench/statistics.ts";

const own: Row = { work: "matmul-512", unit: "ms", ours: 4.56789, runs: 45, adapter: "llvmpipe" };
const beside: Row = { ...own, peer: { name: "jax-js", value: 43.21, ratio: 9.4, min: 9, max: 10 } };

test("a JSON line has the promised fields", () => {
  expect(JSON.parse(jsonLine(beside))).toEqual({
    work: "matmul-512",
    ours_ms: 4.568,
    peer: "jax-js",
    peer_ms: 43.21,
    ratio: 9.4,
    ratio_min: 9,
    ratio_max: 10,
    runs: 45,
    adapter: "llvmpipe",
  });
  expect(Object.keys(JSON.parse(jsonLine(own)))).toEqual(["work", "ours_ms", "runs", "adapter"]);
  expect(JSON.parse(jsonLine({ ...own, unit: "mib" }))).toHaveProperty("ours_mib", 4.568);
});

test("a table has a line a row", () => {
  const lines = table([own, beside]).split("\n");
  expect(lines).toHaveLength(4);
  expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
  expect(lines[3]).toContain("9.40 (9.00–10.00)");
  expect(lines[0]).not.toContain("CPU");
  expect(table([{ ...own, others: 0.25, also: { smallest_ms: 1.23456 } }])).toMatch(/25 % +\| smallest_ms 1.235 \|$/);
});

test("the ratio is the median of the rounds' ratios of medians", () => {
  expect(ratioOf([[1, 2, 3], [1], [2]], [[8], [3], [2, 4]])).toEqual({ ratio: 3, min: 1.5, max: 4 });
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test("options are what the usage says", () => {
  expect(parseOptions([])).toEqual({ peers: false, json: false, only: null });
  expect(parseOptions(["--peers", "--json", "--only", "a,b", "--only=c"])).toEqual({
    peers: true,
    json: true,
    only: ["a", "b", "c"],
  });
  expect(() => parseOptions(["--fast"])).toThrow("usage");
  expect(() => parseOptions(["--only"])).toThrow("wants a name");
});

test("--only takes a name or a beginning, and lists what there is", () => {
  const all = [
    { name: "sum" },
    { name: "sum-axis-0" },
    { name: "sum-axis-1" },
    { name: "huge", heavy: true },
    { name: "list", byName: true },
  ];
  const names = (only: string[] | null, heavy = false): string[] => choose(all, only, heavy).map(({ name }) => name);
  expect(names(["sum"])).toEqual(["sum"]);
  expect(names(["sum-"])).toEqual(["sum-axis-0", "sum-axis-1"]);
  expect(names(null)).not.toContain("huge");
  expect(names(null, true)).toEqual(["sum", "sum-axis-0", "sum-axis-1", "huge"]);
  expect(names(["li"])).toEqual(["list"]);
  expect(names(["huge"])).toEqual(["huge"]);
  expect(() => choose(all, ["mean"], false)).toThrow("sum-axis-1");
});
