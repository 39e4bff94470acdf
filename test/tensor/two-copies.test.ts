import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as ours from "../../src/index.ts";
import { copy } from "../../src/tensor/brand.ts";
import { root } from "../support/repository.ts";

// A second copy of the package in the process, as two versions in node_modules bring it.

const folder = mkdtempSync(`${tmpdir()}/copies-`);
let theirs: typeof ours;

beforeAll(async () => {
  const outfile = `${folder}/copy.mjs`;
  await build({ entryPoints: [`${root}src/index.ts`], bundle: true, format: "esm", outfile });
  theirs = (await import(outfile)) as typeof ours;
});
afterAll(() => rmSync(folder, { recursive: true }));

test("tensors of another copy are refused, both ways, wherever they go", async () => {
  const [x, y] = [ours.tensor([1, 2]), theirs.tensor([1, 2])];
  expect(ours.isTensor(y)).toBe(false);
  const words = /a tensor of another copy of deconfound \(\d+\.\d+\.\d+\)(.|\n)*npm dedupe/;
  expect(() => ours.add(x, y)).toThrow(words);
  expect(() => theirs.add(y, x)).toThrow(words);
  expect(() => ours.concat([x, y])).toThrow(words);
  expect(() => ours.evaluateReference([y])).toThrow(words);
  expect(() => ours.mapTree({ y }, ours.neg)).toThrow(words);
  expect(() => ours.grad(ours.sum)(y)).toThrow(words);
  const device = ours.referenceDevice();
  expect(() => device.put({ y })).toThrow(words);
  await expect(device.evaluate({ y })).rejects.toThrow(words);
  await expect(device.compile((a: ours.Tensor) => ours.add(a, x))(y)).rejects.toThrow(words);
  await expect(device.compile((a: ours.Tensor) => ours.add(a, y))(x)).rejects.toThrow(words);
  await expect(theirs.referenceDevice().evaluate(x)).rejects.toThrow(words);
});

test("the version that a copy names is the package's", () => {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { version: string };
  expect(copy.version).toBe(version);
});
