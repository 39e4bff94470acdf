import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { HostTensor } from "../../src/formats/safetensors.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.ts";
import { DataError } from "../../src/tensor/errors.ts";
import { fromHalf } from "../../src/tensor/half.ts";

const shape = fc.array(fc.nat(4), { maxLength: 3 });
const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

const hostTensor: fc.Arbitrary<HostTensor> = shape.chain((sizes) => {
  const fill = (value: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
    fc.array(value, { minLength: product(sizes), maxLength: product(sizes) });
  return fc.oneof(
    fill(fc.float()).map((v): HostTensor => ({ dtype: "f32", shape: sizes, data: Float32Array.from(v) })),
    fill(fc.integer()).map((v): HostTensor => ({ dtype: "i32", shape: sizes, data: Int32Array.from(v) })),
    fill(fc.nat()).map((v): HostTensor => ({ dtype: "u32", shape: sizes, data: Uint32Array.from(v) })),
    fill(fc.nat(255)).map((v): HostTensor => ({ dtype: "u8", shape: sizes, data: Uint8Array.from(v) })),
    fill(fc.nat(1)).map((v): HostTensor => ({ dtype: "bool", shape: sizes, data: Uint32Array.from(v) })),
  );
});

const errorOf = (act: () => unknown): Error => {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  return undefined as never;
};

test("what is written is read back, bit by bit", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "a.b")), hostTensor),
      (named) => {
        const entries = Object.entries(named).filter(([name]) => name !== "__metadata__");
        const file = { tensors: new Map(entries), metadata: { note: "é" } };
        const read = decodeSafetensors(encodeSafetensors(file), "a.safetensors");
        expect(read.metadata).toEqual(file.metadata);
        expect(new Map([...read.tensors].sort())).toEqual(new Map([...file.tensors].sort()));
      },
    ),
    { numRuns: 60 },
  );
});

test("a NaN keeps its payload", () => {
  const data = new Float32Array(new Uint32Array([0x7fc01234, 0xff812345, 0x80000000]).buffer);
  const bytes = encodeSafetensors({ tensors: new Map([["x", { dtype: "f32", shape: [3], data }]]), metadata: {} });
  const read = decodeSafetensors(bytes, "x").tensors.get("x")!.data as Float32Array;
  expect([...new Uint32Array(read.buffer)]).toEqual([0x7fc01234, 0xff812345, 0x80000000]);
});

/** A file written by hand, as another program would. */
function foreign(header: object | string, values: readonly number[]): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + values.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  bytes.set(values, 8 + text.length);
  return bytes;
}

test("PyTorch's other types are read at an unaligned place", () => {
  const header = {
    a: { dtype: "I64", shape: [1], data_offsets: [0, 8] },
    b: { dtype: "F16", shape: [2], data_offsets: [8, 12] },
    c: { dtype: "BF16", shape: [], data_offsets: [12, 14] },
  };
  const bytes = foreign(header, [254, 255, 255, 255, 255, 255, 255, 255, 0, 0x3c, 1, 0, 0x20, 0xc1]);
  const { tensors } = decodeSafetensors(bytes, "x");
  expect(tensors.get("a")).toEqual({ dtype: "i32", shape: [1], data: Int32Array.of(-2) });
  expect(tensors.get("b")).toEqual({ dtype: "f32", shape: [2], data: Float32Array.of(1, 2 ** -24) });
  expect(tensors.get("c")).toEqual({ dtype: "f32", shape: [], data: Float32Array.of(-10) });
  expect([fromHalf(0x7bff), fromHalf(0xfc00), fromHalf(0x7e00)]).toEqual([65504, -Infinity, Number.NaN]);
});

test("every truncation of a file is refused with its name", () => {
  const tensors = new Map<string, HostTensor>([["x", { dtype: "f32", shape: [2], data: Float32Array.of(1, 2) }]]);
  const whole = encodeSafetensors({ tensors, metadata: {} });
  for (let length = 0; length < whole.length; length++) {
    expect(() => decodeSafetensors(whole.slice(0, length), "m.safetensors")).toThrow(/^m\.safetensors: /);
  }
  expect(() => decodeSafetensors(new Uint8Array([...whole, 0]), "m.safetensors")).toThrow(DataError);
});

const f32 = (begin: number, end: number): object => ({
  dtype: "F32",
  shape: [(end - begin) / 4],
  data_offsets: [begin, end],
});

test.each<[name: string, header: string | object, message: string]>([
  ["too few bytes for the shape", { x: { ...f32(0, 8), shape: [4] } }, "m: x needs 16 bytes, has 0 to 8 of 8"],
  ["an end beyond the file", { x: f32(0, 16) }, "m: x needs 16 bytes, has 0 to 16 of 8"],
  ["an unknown type", { x: { ...f32(0, 8), dtype: "F8" } }, "m: x has type F8, which is not read"],
  ["a negative size", { x: { ...f32(0, 8), shape: [-2] } }, 'header["x"].shape[0] is not a whole number of 0 or more'],
  ["a fraction as size", { x: { ...f32(0, 8), shape: [2.5] } }, 'header["x"].shape[0] is not a whole number'],
  [
    "sizes whose product no number holds",
    { x: { ...f32(0, 8), shape: Array(40).fill(1e9) } },
    "m: x needs Infinity bytes, has 0 to 8 of 8",
  ],
  ["counts of 1e9", { x: { ...f32(0, 8), shape: [1e9] } }, "m: x needs 4000000000 bytes, has 0 to 8 of 8"],
  ["a million axes", { x: { ...f32(0, 8), shape: Array(1e6).fill(1) } }, "m: x has 1000000 axes; 64 are read at most"],
  ["one offset", { x: { ...f32(0, 8), data_offsets: [0] } }, "m: x: data_offsets are not a begin and an end"],
  ["three offsets", { x: { ...f32(0, 8), data_offsets: [0, 8, 8] } }, "m: x: data_offsets are not a begin and an end"],
  ["offsets that go back", { x: { ...f32(0, 8), data_offsets: [8, 0] } }, "m: x needs 8 bytes, has 8 to 0 of 8"],
  ["a null entry", { x: null }, 'm: header["x"] is not an object'],
  ["an empty entry", { x: {} }, 'm: header["x"].dtype is not a text'],
  ["a list as entry", { x: [1] }, 'm: header["x"] is not an object'],
  ["no array at all", {}, "8 bytes of values where the header names 0"],
  ["an array too few", { x: f32(0, 4) }, "8 bytes of values where the header names 4"],
  [
    "two arrays at one place",
    { x: f32(0, 8), y: f32(0, 8) },
    "m: damaged, y begins at byte 0 and byte 0 belongs to an array before it too",
  ],
  [
    "arrays that overlap",
    { x: f32(0, 8), y: f32(4, 8) },
    "y begins at byte 4 and byte 4 belongs to an array before it too",
  ],
  ["shifted offsets", { x: f32(4, 8) }, "x begins at byte 4 and byte 0 is missed by all before it"],
  ["a gap that an overlap makes up for", { x: f32(0, 4), y: f32(0, 4) }, "belongs to an array before it too"],
  ["null metadata", { __metadata__: null, x: f32(0, 8) }, "m: __metadata__ is not an object"],
  ["a number in the metadata", { __metadata__: { a: 1 }, x: f32(0, 8) }, 'm: __metadata__["a"] is not a text'],
  ["an array called __proto__ without fields", '{"__proto__":{"x":1}}', 'm: header["__proto__"].dtype is not a text'],
  [
    "a key twice",
    '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0078":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
    'm: header: has the key "x" twice in one object',
  ],
  ["a metadata key twice", '{"__metadata__":{"a":"1","a":"2"}}', 'm: header: has the key "a" twice in one object'],
  ["200,000 brackets", "[".repeat(200_000), "m: header: is nested deeper than 64 levels"],
  ["200,000 objects", '{"a":'.repeat(200_000), "m: header: is nested deeper than 64 levels"],
  ["a header that is not JSON", "{x}", "m: header: is not JSON"],
  ["an empty header", "", "m: header: is not JSON"],
  ["a list", "[]", "m: header is not an object"],
  ["a number", "7", "m: header is not an object"],
  ["null", "null", "m: header is not an object"],
  ["terminal escapes in a name", { "\u001b[31m\nred": {} }, 'm: header["\\u{1b}[31m\\nred"].dtype is not a text'],
  ["a name of 2 MB", { ["n".repeat(2e6)]: {} }, `m: header["${"n".repeat(80)}…"].dtype is not a text`],
  [
    "a type of 2 MB",
    { x: { ...f32(0, 8), dtype: "F".repeat(2e6) } },
    `m: x has type ${"F".repeat(80)}…, which is not read`,
  ],
])("damage is named in one short line: %s", (_, header, message) => {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const error = errorOf(() => decodeSafetensors(foreign(text, new Array(8).fill(0)), "m"));
  expect(error).toBeInstanceOf(DataError);
  expect(error.message).toContain(message);
  expect(error.message.length).toBeLessThan(250);
  expect(error.message).not.toMatch(/\p{Cc}/u);
});

test("a header that says it is longer than the file, or than the format allows, is refused", () => {
  const bytes = new Uint8Array(64);
  for (const length of [57n, 100_000_001n, 2n ** 63n]) {
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    expect(() => decodeSafetensors(bytes, "m")).toThrow(`its header would take ${Number(length)} bytes of 56`);
  }
});

test("arrays without values may stand anywhere between others", () => {
  const empty = { dtype: "F32", shape: [0, 3], data_offsets: [4, 4] };
  const { tensors } = decodeSafetensors(
    foreign(JSON.stringify({ b: f32(4, 8), e: empty, a: f32(0, 4) }), new Array(8).fill(0)),
    "m",
  );
  expect([...tensors.keys()]).toEqual(["b", "e", "a"]);
  expect(tensors.get("e")!.shape).toEqual([0, 3]);
});

test("every view reads the same: Node's Buffer, a part of a pool, an odd offset, another kind of view", () => {
  const data = Float32Array.of(1, -2, 3.5);
  const bytes = encodeSafetensors({ tensors: new Map([["x", { dtype: "f32", shape: [3], data }]]), metadata: {} });
  const pool = new Uint8Array(bytes.length + 64).fill(255);
  pool.set(bytes, 13);
  const views: Uint8Array[] = [
    Buffer.from(bytes),
    Buffer.from(pool.buffer, 13, bytes.length),
    pool.subarray(13, 13 + bytes.length),
    new DataView(pool.buffer, 13, bytes.length) as unknown as Uint8Array,
    new Uint8Array(new SharedArrayBuffer(bytes.length)),
  ];
  views[4]!.set(bytes);
  for (const view of views) {
    const read = decodeSafetensors(view, "x").tensors.get("x")!;
    expect(read).toEqual({ dtype: "f32", shape: [3], data });
    expect(read.data.buffer.byteLength).toBe(12); // a copy of its own
  }
  expect(() => decodeSafetensors(bytes.buffer as unknown as Uint8Array, "x")).toThrow("expects a Uint8Array");
});

test("what would not be read back is not written", () => {
  const encode = (name: string, value: HostTensor) => () =>
    encodeSafetensors({ tensors: new Map([[name, value]]), metadata: {} });
  const two = Float32Array.of(1, 2);
  expect(encode("x", { dtype: "f32", shape: [3], data: two })).toThrow("x has 2 values for the shape [3]");
  expect(encode("x", { dtype: "i32", shape: [2], data: two })).toThrow(
    "x has its values in a Float32Array, expects a Int32Array",
  );
  expect(encode("x", { dtype: "f16", shape: [2], data: two })).toThrow(
    "x is f16, which is not written; cast it to f32",
  );
  expect(encode("__metadata__", { dtype: "f32", shape: [2], data: two })).toThrow(
    "a name that the format keeps for itself",
  );
  const truth = encode("x", { dtype: "bool", shape: [2], data: Uint32Array.of(256, 0) })();
  expect([...decodeSafetensors(truth, "x").tensors.get("x")!.data]).toEqual([1, 0]);
});

test("flipped and missing bytes give a DataError or a file of the same size, and never hang", () => {
  const tensors = new Map<string, HostTensor>([
    ["w", { dtype: "f32", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ["n", { dtype: "i32", shape: [2], data: Int32Array.of(-1, 7) }],
    ["b", { dtype: "bool", shape: [3], data: Uint32Array.of(1, 0, 1) }],
  ]);
  const whole = encodeSafetensors({ tensors, metadata: { deconfound: '{"model":"small-4"}' } });
  const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(flips, fc.option(fc.nat(whole.length)), (changes, cut) => {
      const bytes = whole.slice(0, cut ?? whole.length);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      const error = errorOf(() => decodeSafetensors(bytes, "m"));
      if (error !== undefined) expect(error).toBeInstanceOf(DataError);
      expect(error?.message.length ?? 0).toBeLessThan(300);
    }),
    { numRuns: 2000 },
  );
});

test("an i64 that does not fit is refused, not wrapped", () => {
  const bytes = foreign({ a: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, [0, 0, 0, 0, 1, 0, 0, 0]);
  expect(() => decodeSafetensors(bytes, "m")).toThrow("m: a holds 4294967296, which does not fit in i32");
});
