import { copy, copyOf } from "./brand.ts";
import { describe, tensorMend } from "./describe.ts";
import { dtypes } from "./dtype.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import type { Kind } from "./parameters.ts";

/*
 * What parameters take, by JavaScript's types. Which sizes, axes and dtypes fit each other, the ops' own rules say.
 */

const isTensor = (value: unknown): boolean => copyOf(value) === copy;
const isNumber = (value: unknown): value is number => typeof value === "number";
const isNumbers = (value: unknown): boolean => Array.isArray(value) && value.every(isNumber);
const isSize = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
const isPair = (value: unknown): boolean => isNumbers(value) && (value as unknown[]).length === 2;
const isPairs = (value: unknown): boolean => Array.isArray(value) && value.every(isPair);

export const tensor: Kind = { expects: "a tensor", accepts: isTensor, mend: tensorMend, tensors: true };

/** A tensor, or a number that takes the dtype of the tensor beside it. */
export const operand: Kind = {
  expects: "a tensor or a number",
  accepts: (value) => isNumber(value) || isTensor(value),
  mend: (value) => (typeof value === "boolean" ? `${Number(value)}, or tensor(${value})` : tensorMend(value)),
  tensors: true,
};

export const tensors: Kind = {
  expects: "a list of tensors",
  accepts: (value) => Array.isArray(value) && value.every(isTensor),
  mend: (value) => {
    if (isTensor(value)) return "put the tensors in one list: [a, b]";
    if (!Array.isArray(value)) return undefined;
    const at = value.findIndex((item) => !isTensor(item));
    return [`number ${at} is ${describe(value[at])}`, tensorMend(value[at])].filter(Boolean).join(": ");
  },
  tensors: true,
};

export const indices: Kind = {
  expects: "an i32 tensor",
  accepts: isTensor,
  mend: (value) =>
    isNumber(value) || isNumbers(value) ? `tensor(${describe(value)}, { dtype: "i32" })` : tensorMend(value),
  tensors: true,
};

export const key: Kind = {
  expects: "a key: u32[2], from random.key or random.split",
  accepts: isTensor,
  mend: (value) => (isNumber(value) ? `random.key(${value})` : tensorMend(value)),
  tensors: true,
};

/** A number that is not NaN. */
export const number: Kind = { expects: "a number", accepts: (value) => isNumber(value) && !Number.isNaN(value) };
export const finite: Kind = { expects: "a finite number", accepts: Number.isFinite };
/** A share or a probability. */
export const share: Kind = {
  expects: "a number from 0 to 1",
  accepts: (value) => isNumber(value) && value >= 0 && value <= 1,
};
/** A decay: 1 would keep everything for ever. */
export const belowOne: Kind = {
  expects: "a number ≥ 0 and < 1",
  accepts: (value) => isNumber(value) && value >= 0 && value < 1,
};
export const count: Kind = { expects: "an integer ≥ 0", accepts: isSize };
export const atLeastOne: Kind = {
  expects: "an integer ≥ 1",
  accepts: (value) => Number.isInteger(value) && (value as number) >= 1,
};
export const positive: Kind = {
  expects: "a finite number > 0",
  accepts: (value) => Number.isFinite(value) && (value as number) > 0,
};
export const notNegative: Kind = {
  expects: "a finite number ≥ 0",
  accepts: (value) => Number.isFinite(value) && (value as number) >= 0,
};
/** NaN too. */
export const anyNumber: Kind = { expects: "a number", accepts: isNumber };
/** What the function itself looks at. */
export const anything: Kind = { expects: "a value", accepts: (value) => value !== undefined, tensors: true };
export const flag: Kind = { expects: "true or false", accepts: (value) => typeof value === "boolean" };
export const text: Kind = { expects: "a string", accepts: (value) => typeof value === "string" };
export const callback: Kind = { expects: "a function", accepts: (value) => typeof value === "function" };

/** Any value is a tree: what is not a branch is a leaf. */
export const tree: Kind = { expects: "a tree", accepts: () => true, tensors: true };
export const list: Kind = { expects: "a list", accepts: Array.isArray };

/** A plain object with these entries, and perhaps others. */
export function fields(entries: Readonly<Record<string, Kind>>): Kind {
  const wrong = (value: unknown): string | undefined =>
    Object.keys(entries).find((name) => {
      const [entry, given] = [entries[name]!, (value as Readonly<Record<string, unknown>>)[name]];
      return !entry.accepts(given) && !(entry.optional && given === undefined);
    });
  const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !isTensor(value);
  return {
    expects: `an object { ${Object.keys(entries).join(", ")} }`,
    accepts: (value) => isObject(value) && wrong(value) === undefined,
    mend: (value) => {
      if (!isObject(value)) return undefined;
      const name = wrong(value)!;
      const given = (value as Readonly<Record<string, unknown>>)[name];
      return `its ${name} is ${given === undefined ? "missing" : describe(given)}, not ${entries[name]!.expects}`;
    },
    tensors: true,
  };
}

/** Numbers of arguments. */
export const indexList: Kind = {
  expects: "a list of integers ≥ 0",
  accepts: (value) => Array.isArray(value) && [...value].every(isSize),
};

export function oneOf(...choices: readonly string[]): Kind {
  const expects = choices.map((choice) => `"${choice}"`).join(" or ");
  return { expects, accepts: (value) => choices.includes(value as string) };
}

/** Other libraries' names of dtypes. */
const dtypeNames: Readonly<Record<string, string>> = {
  float: "f32",
  float32: "f32",
  number: "f32",
  f64: "f32",
  float64: "f32",
  double: "f32",
  float16: "f16",
  half: "f16",
  int: "i32",
  int32: "i32",
  i64: "i32",
  int64: "i32",
  uint32: "u32",
  uint8: "u8",
  boolean: "bool",
};

export const dtype: Kind = {
  expects: `a dtype: ${dtypes.join(", ")}`,
  accepts: (value) => (dtypes as readonly unknown[]).includes(value),
  mend: (value) => {
    const found = typeof value === "string" ? dtypeNames[value.toLowerCase()] : undefined;
    if (found === undefined) return undefined;
    const double = found === "f32" && /64|double/i.test(String(value));
    return `take "${found}"${double ? '; f64 is a precision: evaluateReference(tree, { precision: "f64" })' : ""}`;
  },
  error: DTypeError,
};

export const shape: Kind = {
  expects: "a list of sizes",
  accepts: (value) => Array.isArray(value) && [...value].every(isSize),
  says: (value) => {
    if (!Array.isArray(value)) return undefined;
    const wrong: unknown = [...value].find((size) => !isSize(size));
    return `a size must be a non-negative integer, not ${describe(wrong)}`;
  },
  mend: (value) => (isNumber(value) ? `[${value}]` : undefined),
  error: ShapeError,
};

/** Sizes, of which one may be −1. */
export const openShape: Kind = { ...shape, accepts: Array.isArray, says: () => undefined };

export const axis: Kind = { expects: "the number of an axis", accepts: isNumber, error: ShapeError };
export const axisList: Kind = { expects: "a list of axes", accepts: isNumbers, error: ShapeError };
export const axes: Kind = {
  expects: "the number of an axis, or a list of them",
  accepts: (value) => isNumber(value) || isNumbers(value),
  error: ShapeError,
};

export const numberList: Kind = { expects: "a list of numbers", accepts: isNumbers };

/** For each axis, or one for all; undefined in a list is the default. */
export const positions: Kind = {
  expects: "an integer, or a list of them, one per axis",
  accepts: (value) => isNumber(value) || (Array.isArray(value) && value.every((n) => n === undefined || isNumber(n))),
};

/** Along height and width. */
export const pair: Kind = {
  expects: "a number, or [height, width]",
  accepts: (value) => isNumber(value) || isPair(value),
  error: ShapeError,
};

/** Arguments of a function. */
export const argnums: Kind = {
  expects: "the index of an argument, or a list of them",
  accepts: (value) => isNumber(value) || isNumbers(value),
};

const isAxisOrNull = (value: unknown): boolean => value === null || Number.isInteger(value);

export const integer: Kind = { expects: "an integer", accepts: Number.isInteger };
export const inAxes: Kind = {
  expects: "the number of an axis, null, or a list with one of them per argument",
  accepts: (value) => isAxisOrNull(value) || (Array.isArray(value) && value.every(isAxisOrNull)),
};

export const padding: Kind = {
  expects: '"valid", "same", a number, or [[top, bottom], [left, right]]',
  accepts: (value) =>
    value === "valid" || value === "same" || isNumber(value) || (isPairs(value) && (value as unknown[]).length === 2),
  error: ShapeError,
};

export const sides: Kind = {
  expects: "a number, or a list of [before, after], one per axis",
  accepts: (value) => isNumber(value) || isPairs(value),
  error: ShapeError,
};
