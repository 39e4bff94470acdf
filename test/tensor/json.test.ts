import * as fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { DataError } from "../../src/tensor/errors.ts";
import { parseJson } from "../../src/tensor/json.ts";
import * as json from "../../src/tensor/json-schema.ts";

describe("parseJson", () => {
  test("reads what JSON.parse reads, where no key comes twice", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        expect(parseJson(text, "f")).toEqual(JSON.parse(text));
        expect(parseJson(JSON.stringify(JSON.parse(text), null, 2), "f")).toEqual(JSON.parse(text));
      }),
    );
  });

  test.each([
    ["", "f: is not JSON"],
    ["{", "f: is not JSON"],
    ['{"a', "f: is not JSON"],
    ['"\\', "f: is not JSON"],
    ["]]]", "f: is not JSON"],
    ["1 2", "f: is not JSON"],
    [`${"[".repeat(64)}${"]".repeat(64)}`, null],
    [`${"[".repeat(65)}${"]".repeat(65)}`, "f: is nested deeper than 64 levels"],
    ["[".repeat(200_000), "f: is nested deeper than 64 levels"],
    ['["[[[[", {"{{{{": "}}"}]', null],
    ['{"a":1,"b":{"a":2},"c":[{"a":3}]}', null],
    ['{"a":1,"b":2,"a":3}', 'f: has the key "a" twice in one object'],
    ['{"x":{"a":1 , "\\u0061" : 2}}', 'f: has the key "a" twice in one object'],
    ['{"__proto__":1,"__proto__":2}', 'f: has the key "__proto__" twice in one object'],
    ['{"\\u001b[31m":1,"\\u001b[31m":2}', 'f: has the key "\\u{1b}[31m" twice in one object'],
  ])("%.40s", (text, message) => {
    if (message === null) expect(parseJson(text, "f")).toEqual(JSON.parse(text));
    else expect(() => parseJson(text, "f", ["write it again"])).toThrow(new DataError(message, ["write it again"]));
  });
});

describe("a schema", () => {
  const schema = json.object({
    name: json.string,
    count: json.integer({ min: 1, max: 10 }),
    rate: json.number({ min: 0, max: 1 }),
    limit: json.optional(json.integer({ min: 1 })),
    mode: json.literal("a", "b", 3),
    sizes: json.list(json.number()),
    named: json.record(json.string),
  });
  const right = { name: "x", count: 3, rate: 0.5, mode: "b", sizes: [1, -2.5], named: { k: "v" } };
  const parse = (value: unknown): json.Checked<typeof schema> => json.check(schema, value, "f");

  test("gives a value its type, and leaves out what it does not name", () => {
    expect(parse({ ...right, more: 1 })).toEqual(right);
    expect(parse({ ...right, limit: 4 }).limit).toBe(4);
    expectTypeOf<json.Checked<typeof schema>>().toExtend<{
      readonly name: string;
      readonly limit: number | undefined;
      readonly mode: "a" | "b" | 3;
    }>();
  });

  test("keeps a key __proto__ a key", () => {
    const named = parse({ ...right, named: JSON.parse('{"__proto__":"v"}') }).named;
    expect(Object.entries(named)).toEqual([["__proto__", "v"]]);
    expect(() => json.check(json.object({ toString: json.string }), {}, "f")).toThrow("f: toString is not a text");
  });

  test.each<[field: object, message: string]>([
    [{ name: 1 }, "f: name is not a text"],
    [{ name: undefined }, "f: name is not a text"],
    [{ count: 1e9 }, "f: count is not a whole number from 1 to 10"],
    [{ count: 1.5 }, "f: count is not a whole number from 1 to 10"],
    [{ rate: Number.NaN }, "f: rate is not a number from 0 to 1"],
    [{ rate: "0.5" }, "f: rate is not a number from 0 to 1"],
    [{ limit: 0 }, "f: limit is not a whole number of 1 or more"],
    [{ mode: "c" }, 'f: mode is not "a" or "b" or 3'],
    [{ sizes: { length: 1 } }, "f: sizes is not a list"],
    [{ sizes: [1, null] }, "f: sizes[1] is not a number"],
    [{ named: [] }, "f: named is not an object"],
    [{ named: { "a\nb": 1 } }, 'f: named["a\\nb"] is not a text'],
  ])("names the place that is wrong: %j", (field, message) => {
    expect(() => parse({ ...right, ...field })).toThrow(new DataError(message));
  });

  test("refuses what is not an object", () => {
    for (const value of [null, 3, "x", [], undefined])
      expect(() => parse(value)).toThrow("f: the top is not an object");
  });
});
