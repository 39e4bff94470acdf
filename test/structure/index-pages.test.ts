import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import * as autodiff from "../../src/autodiff/index.ts";
import * as main from "../../src/index.ts";
import * as nn from "../../src/nn/index.ts";
import * as linalg from "../../src/tensor/linalg/index.ts";
import * as ops from "../../src/tensor/ops/index.ts";
import { records } from "../support/records.ts";
import { readText, root } from "../support/repository.ts";

// docs/ops.md and docs/array-api.md are made from the source: `npm run docs` writes them.

/** The functions of the array API standard 2024.12: `__all__` of its stubs, without the array's methods and the constants. */
const standard = `
  arange asarray empty empty_like eye from_dlpack full full_like linspace meshgrid ones ones_like tril triu zeros zeros_like
  astype can_cast finfo iinfo isdtype result_type
  abs acos acosh add asin asinh atan atan2 atanh bitwise_and bitwise_left_shift bitwise_invert bitwise_or bitwise_right_shift bitwise_xor
  ceil clip conj copysign cos cosh divide equal exp expm1 floor floor_divide greater greater_equal hypot imag isfinite isinf isnan less
  less_equal log log1p log2 log10 logaddexp logical_and logical_not logical_or logical_xor maximum minimum multiply negative nextafter
  not_equal positive pow real reciprocal remainder round sign signbit sin sinh square sqrt subtract tan tanh trunc
  fft ifft fftn ifftn rfft irfft rfftn irfftn hfft ihfft fftfreq rfftfreq fftshift ifftshift
  take take_along_axis
  __array_namespace_info__
  matmul matrix_transpose tensordot vecdot
  cholesky cross det diagonal eigh eigvalsh inv matrix_norm matrix_power matrix_rank outer pinv qr slogdet solve svd svdvals trace
  vector_norm
  broadcast_arrays broadcast_to concat expand_dims flip moveaxis permute_dims repeat reshape roll squeeze stack tile unstack
  argmax argmin count_nonzero nonzero searchsorted where
  unique_all unique_counts unique_inverse unique_values
  argsort sort
  cumulative_prod cumulative_sum max mean min prod std sum var
  all any diff`
  .trim()
  .split(/\s+/);

interface Row {
  readonly ours?: string;
  readonly how?: string;
  readonly why?: string;
}
const { functions } = JSON.parse(readText("docs/array-api.json")) as {
  functions: Readonly<Record<string, Readonly<Record<string, Row>>>>;
};
const rows = Object.values(functions).flatMap((section) => Object.entries(section));

/** Names that are not classes'. */
const functionsOf = (module: object): string[] =>
  Object.entries(module).flatMap(([name, value]) => (typeof value === "function" && /^[a-z]/.test(name) ? [name] : []));

test("the pages are what the source makes", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/index-pages.mjs", "--check"], {
    cwd: root,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("every function of the standard has one row: a function of ours, or the reason why not", () => {
  expect(rows.map(([name]) => name).sort()).toEqual([...standard].sort());
  const isOne = ({ ours, why }: Row): boolean => (ours === undefined) !== (why === undefined);
  expect(rows.filter(([, row]) => !isOne(row))).toEqual([]);
});

test("the functions named are there, and 80 % of the standard", () => {
  const named = rows.flatMap(([, { ours, how }]) => (ours === undefined ? [] : [{ ours, how: how ?? ours }]));
  expect(named.filter(({ ours }) => !functionsOf(main).includes(ours))).toEqual([]);
  expect(named.filter(({ ours, how }) => !new RegExp(`\\b${ours}\\b`).test(how))).toEqual([]);
  expect(named.length / standard.length).toBeGreaterThanOrEqual(0.8);
});

/** The rows of a section of docs/ops.md that say something. */
function rowsOf(title: string): string[] {
  const section = readText("docs/ops.md")
    .split("\n## ")
    .find((part) => part.startsWith(title))!;
  return [...section.matchAll(/^\| `(\w+)` \| \S/gm)].map(([, name]) => name!);
}

test("every record and every function is in the index, with a word on it", () => {
  const recordRows = [...rowsOf("Elementwise"), ...rowsOf("Other records")];
  expect(recordRows.sort()).toEqual(records.map(({ name }) => name).sort());
  const functionRows = [...recordRows, ...rowsOf("Functions of `deconfound`")];
  expect(functionRows).toEqual(expect.arrayContaining([ops, linalg, autodiff].flatMap(functionsOf)));
  expect(rowsOf("`random`").sort()).toEqual(functionsOf(main.random).sort());
  expect(rowsOf("`deconfound/nn`")).toEqual(expect.arrayContaining(functionsOf(nn)));
});
