import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeNpy, encodeNpy } from "../../src/formats/npy.ts";
import { DataError } from "../../src/tensor/errors.ts";

/** A file as NumPy writes it. */
function file(header: string, values: Uint8Array, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header.padEnd(117));
  const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length, 0, 0, 0];
  return Uint8Array.from([0x93, ...new TextEncoder().encode("NUMPY"), version, 0, ...length, ...text, ...values]);
}

const header = (descr: string, shape: string, fortran = "False"): string =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

describe("decodeNpy", () => {
  test.each([1, 2, 3])("reads version %i", (version) => {
    const { shape, data } = decodeNpy(file(header("|u1", "(2, 3)"), Uint8Array.of(1, 2, 3, 4, 5, 6), version), "a");
    expect([shape, data]).toEqual([[2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6)]);
  });

  test.each([
    ["<i2", [1, 255], Int16Array.of(-255)],
    [">i2", [255, 1], Int16Array.of(-255)],
    ["<u4", [1, 2, 0, 0], Uint32Array.of(513)],
    [">i4", [0, 0, 2, 1], Int32Array.of(513)],
    ["<i8", [254, 255, 255, 255, 255, 255, 255, 255], BigInt64Array.of(-2n)],
    [">u8", [0, 0, 0, 0, 0, 0, 1, 0], BigUint64Array.of(256n)],
    [">f4", [0x3f, 0x80, 0, 0], Float32Array.of(1)],
    ["<f8", [0, 0, 0, 0, 0, 0, 0xf0, 0x3f], Float64Array.of(1)],
    ["|b1", [1], Uint8Array.of(1)],
    ["|i1", [255], Int8Array.of(-1)],
  ] as const)("reads %s", (descr, bytes, expected) => {
    expect(decodeNpy(file(header(descr, "(1,)"), Uint8Array.from(bytes)), "a").data).toEqual(expected);
  });

  test("reads Fortran order: the first axis runs fastest", () => {
    // a[i][j][k] = 100 i + 10 j + k, of shape (2, 3, 2), first axis fastest
    const values = [0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121];
    const { data } = decodeNpy(file(header("|u1", "(2, 3, 2)", "True"), Uint8Array.from(values)), "a");
    expect([...(data as Uint8Array)]).toEqual([0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121]);
    const wide = new Uint8Array(Uint16Array.from(values).buffer);
    expect(
      [...(decodeNpy(file(header("<u2", "(2, 3, 2)", "True"), wide), "a").data as Uint16Array)].slice(0, 4),
    ).toEqual([0, 1, 10, 11]);
  });

  test.each([
    [file(header("|O", "(1,)"), Uint8Array.of(1)), /a: its values are of NumPy's type \|O/],
    [
      file("{'descr': [('x', '<i4')], 'fortran_order': False, 'shape': (1,), }", new Uint8Array(4)),
      /of several fields/,
    ],
    [file(header("<U3", "(1,)"), new Uint8Array(12)), /type <U3/],
    [
      file(header("<i4", "(2,)"), new Uint8Array(4)),
      /holds 4 bytes of values; its header, \(2\) of 4 bytes each, needs 8/,
    ],
    [file(header("<i4", "(-1,)"), new Uint8Array(4)), /its header is not that of an array/],
    [file(header("<i4", "(999999999999, 99999)"), new Uint8Array(4)), /holds 4 bytes/],
    [file(header("|u1", "(1,)"), Uint8Array.of(1), 4), /is of \.npy version 4/],
    [new TextEncoder().encode("PK\x03\x04"), /is not a \.npy file/],
  ])("refuses what it cannot read", (bytes, message) => {
    expect(() => decodeNpy(bytes, "a")).toThrow(message);
    expect(() => decodeNpy(bytes, "a")).toThrow(DataError);
  });

  test("is the inverse of encodeNpy", () => {
    const arrays = fc.oneof(fc.uint8Array(), fc.int32Array(), fc.float64Array({ noNaN: true }), fc.bigInt64Array());
    fc.assert(
      fc.property(arrays, (data) => {
        const back = decodeNpy(encodeNpy({ shape: [data.length], data }), "a");
        expect([back.shape, back.data]).toEqual([[data.length], data]);
      }),
    );
  });
});
