import * as fc from "fast-check";
import { expect, test } from "vitest";
import { encodeSafetensors } from "../../src/formats/safetensors.ts";
import { decodeTree, encodeTree } from "../../src/node/tree-file.ts";
import { ConfigError, DataError } from "../../src/tensor/errors.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { hostLeaf, isTensor, tensor } from "../../src/tensor/tensor.ts";
import { mapLeaves } from "../../src/tensor/tree.ts";

test("a tree survives a file: structure, tensors, numbers, nulls", async () => {
  const tree = {
    a: [tensor([1, 2.5]), { k: tensor([[1], [2]], { dtype: "i32" }) }],
    n: [3, Number.NaN, -0, Number.NEGATIVE_INFINITY],
    s: "x",
    z: null,
    on: true,
    e: [],
  };
  const read = decodeTree(await encodeTree(tree), "state") as typeof tree;
  expect(Object.keys(read).sort()).toEqual(Object.keys(tree).sort());
  expect({ ...read, a: 0 }).toEqual({ ...tree, a: 0 });
  const inner = (read.a[1] as { k: AnyTensor }).k;
  expect([inner.dtype, inner.shape, [...(await inner.data())]]).toEqual(["i32", [2, 1], [1, 2]]);
  expect([...(await (read.a[0] as AnyTensor).data())]).toEqual([1, 2.5]);
});

test("a tree with a value that a file cannot hold is refused", async () => {
  await expect(encodeTree({ a: { b: undefined } })).rejects.toThrow(/a\.b is neither/);
});

/** A tree with bits in place of its tensors, to compare. */
async function bitsOf(tree: unknown): Promise<unknown> {
  const reads: Promise<void>[] = [];
  const shown = mapLeaves(tree, (value) => {
    if (!isTensor(value)) return value;
    const entry = { dtype: value.dtype, shape: value.shape, words: [] as number[] };
    reads.push(
      value.data().then((data) => {
        entry.words.push(...new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      }),
    );
    return entry;
  });
  await Promise.all(reads);
  return shown;
}

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.double(),
  fc.float32Array({ maxLength: 5 }).map((data) => hostLeaf({ shape: [data.length], dtype: "f32" }, data)),
  fc.int32Array({ minLength: 1, maxLength: 1 }).map((data) => hostLeaf({ shape: [], dtype: "i32" }, data)),
  fc.uint8Array({ minLength: 6, maxLength: 6 }).map((data) => hostLeaf({ shape: [3, 1, 2], dtype: "u8" }, data)),
);
const keys = fc
  .oneof(fc.string(), fc.constantFrom("a", "b", "a.b", "b.a", "__proto__", "__metadata__", "constructor", ""))
  .filter((key) => key !== "$tensor" && key !== "$number" && !/\.\$(tensor|number)|\$(tensor|number)\./.test(key));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(keys, tie("tree"), { maxKeys: 4 }),
  ),
}));

test("every tree survives: any keys, bits of every tensor, every number", async () => {
  await fc.assert(
    fc.asyncProperty(tree, async (value) => {
      const read = decodeTree(await encodeTree(value), "state");
      expect(await bitsOf(read)).toEqual(await bitsOf(value));
    }),
    { numRuns: 200 },
  );
});

test("a key that marks what JSON cannot say is refused", async () => {
  for (const key of ["$tensor", "$number"])
    await expect(encodeTree({ a: { [key]: "x" } })).rejects.toThrow(ConfigError);
});

test.each([
  ["", "state: is not JSON"],
  ["[".repeat(200_000), "state: is nested deeper than 64 levels"],
  ['{"a":{"$tensor":"w\\u001b"}}', "state: damaged, no $tensor w\\u{1b}"],
  ['{"a":{"$tensor":3}}', "state: damaged, no $tensor 3"],
  ['{"a":{"$tensor":"x","more":1}}', "state: damaged, no $tensor x"],
  ['{"a":{"$number":"12"}}', "state: damaged, no $number 12"],
  ['{"a":{"$number":null}}', "state: damaged, no $number null"],
])("damage in the saved structure is one short line: %.30s", (text, message) => {
  const x = { dtype: "f32", shape: [1], data: Float32Array.of(1) } as const;
  const bytes = encodeSafetensors({ tensors: new Map([["x", x]]), metadata: { tree: text } });
  expect(() => decodeTree(bytes, "state")).toThrow(new DataError(message));
});

test("flipped bytes of a state give a tree or a DataError", async () => {
  const whole = await encodeTree({ epoch: 3, losses: [Number.NaN, 0.5], w: tensor([1, 2, 3]), name: "small-4" });
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.option(fc.nat(whole.length)), (at, value, cut) => {
      const bytes = whole.slice(0, cut ?? whole.length);
      if (at < bytes.length) bytes[at] = value;
      try {
        decodeTree(bytes, "state");
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
      }
    }),
    { numRuns: 2000 },
  );
});
