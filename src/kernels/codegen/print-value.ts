import type { DType } from "../../tensor/dtype.ts";
import { isFloat } from "../../tensor/dtype.ts";
import { roundToHalf } from "../../tensor/half.ts";
import { fold } from "../../tensor/scalar/expression.ts";
import type { ScalarFn } from "../../tensor/scalar/table.ts";
import { scalarTable } from "../../tensor/scalar/table.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Affine } from "./affine.ts";
import type { IndexPrinter } from "./print-index.ts";
import type { Value } from "./value.ts";
import { indicesOf, valuesBelow } from "./value.ts";

export type Width = 1 | 4;

/** Names the buffer of a materialised tensor inside a kernel; `vector`: as an array of four-element words. */
type NameBuffer = (tensor: AnyTensor, vector: boolean) => string;

/** The register that holds a materialised tensor's element already. */
export type Held = (tensor: AnyTensor) => string | undefined;

/** WGSL element type in registers. */
export function registerType(dtype: DType, width: Width): string {
  const scalar = dtype === "f16" ? "f32" : dtype === "u8" ? "u32" : dtype;
  return width === 1 ? scalar : `vec4<${scalar}>`;
}

/** True if a buffer of so many elements is one of whole words; that of no elements is too short for one. */
const isWhole = (size: number): boolean => size > 0 && size % 4 === 0;

type IsVector = (tensor: AnyTensor, at: Affine) => boolean;

/** Statements of a kernel's body: those that a loop over rows repeats, and those that it does not. */
export interface PrintedValues {
  readonly fixed: string[];
  readonly varying: string[];
  print(value: Value): string;
}

/**
 * Prints values below `roots` as `let` statements, each shared value once.
 *
 * @param isFixed - indices that stay the same while the kernel walks its rows.
 * @param held - tells values that need no load.
 */
export function valuePrinter(
  roots: readonly Value[],
  width: Width,
  index: IndexPrinter,
  buffer: NameBuffer,
  isFixed: (index: Affine) => boolean,
  held: Held = () => undefined,
): PrintedValues {
  const fixed: string[] = [];
  const varying: string[] = [];
  const names = new Map<Value, string>();
  // one binding per tensor: where any load of it is not a vector, all go element by element
  const scattered = new Set<object>();
  for (const value of valuesBelow(roots)) {
    if (value.kind === "load" && !index.isVector(value.at)) scattered.add(value.tensor.node);
  }
  // a buffer that ends within a word cannot be bound as words: a view that fills them up reads its last elements alone
  const isVector: IsVector = (tensor, at) =>
    width === 4 && isWhole(sizeOf(tensor.shape)) && !scattered.has(tensor.node) && index.isVector(at);
  const stays = (value: Value): boolean => indicesOf([value]).every(isFixed);
  const bind = (value: Value, text: string): string => {
    const name = `v${fixed.length + varying.length}`;
    (stays(value) ? fixed : varying).push(`let ${name}: ${registerType(value.dtype, width)} = ${text};`);
    return name;
  };
  const print = (value: Value): string => {
    if (value.kind === "constant") return printConstant(value.value, value.dtype, width);
    const known = (value.kind === "load" ? held(value.tensor) : undefined) ?? names.get(value);
    if (known !== undefined) return known;
    const name = bind(value, text(value));
    names.set(value, name);
    return name;
  };
  const text = (value: Exclude<Value, { kind: "constant" }>): string => {
    switch (value.kind) {
      case "load":
        return printLoad(value.tensor, value.at, width, index, buffer, isVector);
      case "convert":
        return printConvert(print(value.of), value.of.dtype, value.dtype, width);
      case "call": {
        const numeric = value.args.find((arg) => arg.dtype !== "bool")?.dtype ?? "bool";
        return fold(value.expr, value.args.map(print), {
          constant: (c) => printConstant(c, numeric, width),
          call: (fn, args) => printCall(fn, args, numeric, width),
        });
      }
      case "choose": {
        let result = printConstant(value.fill, value.dtype, width);
        for (const choice of [...value.choices].reverse()) {
          const holds = choice.conditions.map(({ index: at, size, step }) =>
            perLane(width, `vec4<bool>`, (lane) => {
              const text = index.print(at, lane);
              const below = `(${text} < ${index.sizes.of(size)})`;
              return step === 1 ? below : `(${below} & (${index.sizes.remainder(text, step)} == 0u))`;
            }),
          );
          const inner = print(choice.value);
          result = holds.length === 0 ? inner : `select(${result}, ${inner}, ${holds.join(" & ")})`;
        }
        return result;
      }
    }
  };
  return { fixed, varying, print };
}

function perLane(width: Width, type: string, f: (lane: number) => string): string {
  if (width === 1) return f(0);
  const lanes = [0, 1, 2, 3].map(f);
  return lanes.every((lane) => lane === lanes[0]) ? `${type}(${lanes[0]})` : `${type}(${lanes.join(", ")})`;
}

function printLoad(
  tensor: AnyTensor,
  at: Affine,
  width: Width,
  index: IndexPrinter,
  buffer: NameBuffer,
  isVector: IsVector,
): string {
  const { dtype } = tensor;
  if (dtype === "u8" || dtype === "f16") {
    const name = buffer(tensor, false);
    return perLane(width, registerType(dtype, 4), (lane) => {
      const i = index.print(at, lane);
      return dtype === "u8"
        ? `((${name}[${i} / 4u] >> ((${i} % 4u) * 8u)) & 255u)`
        : `unpack2x16float(${name}[${i} / 2u])[${i} % 2u]`;
    });
  }
  const truth = (text: string): string => (dtype === "bool" ? `(${text} != ${width === 1 ? "0u" : "vec4u()"})` : text);
  if (isVector(tensor, at)) return truth(`${buffer(tensor, true)}[${index.print(at)} >> 2u]`);
  const name = buffer(tensor, false);
  const one = (lane: number): string => `${name}[${index.print(at, lane)}]`;
  return truth(perLane(width, dtype === "bool" ? "vec4u" : registerType(dtype, 4), one));
}

/** Element type as stored: bool as u32. */
export function storedType(dtype: DType): "f32" | "i32" | "u32" {
  return dtype === "f32" ? "f32" : dtype === "i32" ? "i32" : "u32";
}

/** What is written for a register value. */
export function printStored(text: string, dtype: DType, width: Width): string {
  if (dtype !== "bool") return text;
  return width === 1 ? `select(0u, 1u, ${text})` : `select(vec4u(), vec4u(1u), ${text})`;
}

function printConvert(text: string, from: DType, to: DType, width: Width): string {
  const target = registerType(to, width);
  const kept = registerType(from, width) === target ? text : `${target}(${text})`;
  switch (to) {
    case "bool":
      return from === "bool" ? text : `(!(${text} == ${registerType(from, width)}()))`; // as != may be false of NaN
    case "f16":
      return from === "f16" ? text : fill("f16_of_($0)", [kept], "f32", width);
    case "u8":
      return from === "u8" || from === "bool" ? kept : fill("u8_of_($0)", [text], from, width);
    case "i32":
      return isFloat(from) ? fill("i32_of_($0)", [text], "f32", width) : kept;
    case "u32":
      return isFloat(from) ? fill("u32_of_($0)", [text], "f32", width) : kept;
    case "f32":
      return kept;
  }
}

export function printConstant(value: number, dtype: DType, width: Width): string {
  const scalar = printScalar(value, dtype);
  return width === 1 ? scalar : `${registerType(dtype, 4)}(${scalar})`;
}

function printScalar(value: number, dtype: DType): string {
  switch (dtype) {
    case "bool":
      return value !== 0 ? "true" : "false";
    case "i32":
      return value === -(2 ** 31) ? "(-2147483647i - 1i)" : `${value < 0 ? `(${value}i)` : `${value}i`}`;
    case "u32":
    case "u8":
      return `${value}u`;
    default: {
      const rounded = dtype === "f16" ? roundToHalf(value) : Math.fround(value);
      if (!Number.isFinite(rounded) || Object.is(rounded, -0)) return `float_bits(${bitsOf(rounded)}u)`;
      return rounded < 0 ? `(${rounded}f)` : `${rounded}f`;
    }
  }
}

function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}

/** A scalar function's WGSL. */
export function printCall(fn: ScalarFn, args: readonly string[], dtype: DType, width: Width): string {
  const { wgsl, integerWgsl } = scalarTable[fn];
  return fill(isFloat(dtype) ? wgsl : (integerWgsl ?? wgsl), args, dtype, width);
}

/** Helpers of `scalar*.wgsl` end in `_`; `i` and `u` name their integer forms, 4 the vector form. */
function fill(template: string, args: readonly string[], dtype: DType, width: Width): string {
  const suffix = `${dtype === "i32" ? "i" : dtype === "u32" ? "u" : ""}${width === 4 ? "4" : ""}`;
  return template.replace(/\$(\d)/g, (_, i) => args[Number(i)]!).replace(/^(\w+)_\(/, `$1_${suffix}(`);
}
