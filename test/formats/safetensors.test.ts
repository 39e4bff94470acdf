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

test("what is written is read back, bit by bit", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), hostTensor), (named) => {
      const entries = Object.entries(named).filter(([name]) => name !== "__metadata__");
      const file = { tensors: new Map(entries), metadata: { note: "é" } };
      const read = decodeSafetensors(encodeSafetensors(file), "a.safetensors");
      expect(read.metadata).toEqual(file.metadata);
      expect(new Map([...read.tensors].sort())).toEqual(new Map([...file.tensors].sort()));
    }),
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
function foreign(header: object, values: readonly number[]): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
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

test.each([
  [{ x: { dtype: "F32", shape: [2], data_offsets: [0, 4] } }, /needs 8 bytes, has 0 to 4 of 4/],
  [{ x: { dtype: "F8", shape: [4], data_offsets: [0, 4] } }, /has type F8/],
  [{ x: { dtype: "F32", shape: [-1], data_offsets: [0, 4] } }, /no valid shape/],
  [{ x: null }, /has type undefined/],
  [{}, /4 bytes of values where the header names 0/],
])("damage is named: %j", (header, message) => {
  expect(() => decodeSafetensors(foreign(header, [0, 0, 0, 0]), "m")).toThrow(message);
});

test("an i64 that does not fit is refused, not wrapped", () => {
  const bytes = foreign({ a: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, [0, 0, 0, 0, 1, 0, 0, 0]);
  expect(() => decodeSafetensors(bytes, "m")).toThrow("m: a holds 4294967296, which does not fit in i32");
});
