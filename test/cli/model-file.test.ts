import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { encodeModel, readModel, readWeights } from "../../src/cli/model-file.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.ts";
import { parseModel } from "../../src/nn/models/index.ts";
import { DataError } from "../../src/tensor/errors.ts";
import { key } from "../../src/tensor/random.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { isTensor } from "../../src/tensor/tensor.ts";
import { leavesOf } from "../../src/tensor/tree.ts";

const shape = { height: 12, width: 12, channels: 3, classes: 10, run: "0123456789abcdef" };

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
  path = join(folder, "model.safetensors");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function freshWeights(model: string): { params: object; stats: object } {
  return evaluateReference(parseModel(model).build(shape).init(key(7)), { precision: "f32" });
}

async function valuesOf(tree: unknown): Promise<Record<string, readonly number[]>> {
  const leaves = leavesOf(tree).flatMap(({ path: place, value }) => (isTensor(value) ? [[place, value] as const] : []));
  return Object.fromEntries(
    await Promise.all(leaves.map(async ([place, value]) => [place, [...(await value.data())]])),
  );
}

test.each(["wrn-10-2", "small-4", "shortcut"] as const)("%s survives its file, bit by bit", async (model) => {
  const weights = freshWeights(model);
  writeFileSync(path, await encodeModel({ model, ...shape }, weights));
  const read = await readModel(path);
  expect(read.header).toEqual({ model, ...shape });
  expect(await valuesOf(read.weights)).toEqual(await valuesOf({ params: weights.params, stats: weights.stats }));
});

test("a wide residual network is written under PyTorch's names and in its layout", async () => {
  const weights = freshWeights("wrn-10-2");
  const { tensors } = decodeSafetensors(await encodeModel({ model: "wrn-10-2", ...shape }, weights), "m");
  expect(tensors.get("conv1.weight")!.shape).toEqual([16, 3, 3, 3]); // out, in, rows, columns
  expect(tensors.get("block2.layer.0.convShortcut.weight")!.shape).toEqual([64, 32, 1, 1]);
  expect(tensors.get("block1.layer.0.bn1.running_var")!.shape).toEqual([16]);
  expect(tensors.get("fc.weight")!.shape).toEqual([10, 128]);
  const ours = (await valuesOf(weights))["params.conv1.weight"]!; // rows, columns, in, out
  const [o, i, r, c] = [5, 2, 1, 0];
  expect(tensors.get("conv1.weight")!.data[((o * 3 + i) * 3 + r) * 3 + c]).toBe(ours[((r * 3 + c) * 3 + i) * 16 + o]);
});

test("a file of another model is refused with the first array that does not fit", async () => {
  const bytes = await encodeModel({ model: "wrn-10-1", ...shape }, freshWeights("wrn-10-1"));
  writeFileSync(path, bytes);
  await expect(readWeights(path, "wrn-10-2", shape)).rejects.toThrow(
    /block1\.layer\.0\.bn2\.bias is f32\[16\], a wrn-10-2 here has f32\[32\]/,
  );
  await expect(readWeights(path, "wrn-16-1", shape)).rejects.toThrow(
    /no array block1\.layer\.1\..*; is it a wrn-16-1\?/,
  );
  const { tensors } = decodeSafetensors(bytes, path);
  writeFileSync(path, encodeSafetensors({ tensors, metadata: {} }));
  await expect(readModel(path)).rejects.toThrow("does not say which model it holds");
  expect(Object.keys((await readWeights(path, "wrn-10-1", shape)).params)).toContain("fc");
  writeFileSync(path, bytes.slice(0, bytes.length - 4));
  await expect(readModel(path)).rejects.toThrow(DataError);
});

test("a file says how to use it elsewhere: preprocessing, names of the classes", async () => {
  const classNames = Array.from({ length: 10 }, (_, k) => `class ${k}`);
  const header = { model: "wrn-10-1", ...shape, classNames };
  const bytes = await encodeModel(header, freshWeights("wrn-10-1"));
  const { metadata } = decodeSafetensors(bytes, "m");
  expect(metadata["format"]).toBe("pt");
  expect(metadata["input"]).toBe(
    "float32 (n, channels, height, width), RGB, each value / 255, no mean or deviation taken off",
  );
  expect(JSON.parse(metadata["deconfound"]!)).toEqual(header);
  writeFileSync(path, bytes);
  expect((await readModel(path)).header).toEqual(header);
});

test.each([
  ["not JSON", "{", "is not JSON"],
  ["200,000 brackets", "[".repeat(200_000), "is nested deeper than 64 levels"],
  ["null", "null", "the top is not an object"],
  ["no model", "{}", "model is not a text"],
  ["a count of 1e9", { model: "small-4", ...shape, classes: 1e9 }, "classes is not a whole number from 1 to 1048576"],
  ["another model", { model: "vgg\u001b[31m", ...shape }, 'a model that this program does not know: "vgg\\u{1b}[31m"'],
  ["a model of 2 MB", { model: "w".repeat(2e6), ...shape }, `"${"w".repeat(80)}…"`],
])("a damaged header is one short line: %s", async (_, header, message) => {
  const { tensors } = decodeSafetensors(
    await encodeModel({ model: "small-4", ...shape }, freshWeights("small-4")),
    "m",
  );
  const deconfound = typeof header === "string" ? header : JSON.stringify(header);
  writeFileSync(path, encodeSafetensors({ tensors, metadata: { deconfound } }));
  const error = await readModel(path).catch((reason: unknown) => reason as Error);
  expect(error).toBeInstanceOf(DataError);
  expect((error as Error).message).toContain(message);
  expect((error as Error).message.length).toBeLessThan(300);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])("a model with the weight %s is refused", async (wrong) => {
  const { tensors, metadata } = decodeSafetensors(
    await encodeModel({ model: "small-4", ...shape }, freshWeights("small-4")),
    "m",
  );
  tensors.get("fc.weight")!.data[3] = wrong;
  writeFileSync(path, encodeSafetensors({ tensors, metadata }));
  await expect(readModel(path)).rejects.toThrow("fc.weight holds NaN or infinity; its training failed");
});
