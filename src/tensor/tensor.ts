import { brand, copy } from "./brand.ts";
import type { DType, NumericArray } from "./dtype.ts";
import { allocate } from "./dtype.ts";
import { ShapeError, TraceError } from "./errors.ts";
import * as kind from "./kinds.ts";
import type { TensorMethods } from "./method-signatures.ts";
import { MisuseHooks, misuse } from "./misuse-hooks.ts";
import type { AnyOp } from "./op.ts";
import { parameters } from "./parameters.ts";
import type { Nested } from "./read-values.ts";
import { copyChecked, readValues } from "./read-values.ts";
import type { Shape } from "./shape.ts";
import { checkShape, formatShape, sizeOf } from "./shape.ts";
import type { NestedShape, Plain } from "./shape-types.ts";
import type { Site } from "./site.ts";
import { captureSite } from "./site.ts";
import { refuseWhileTracing } from "./tracing.ts";

/** What is known of a value before it is computed. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Data that a device holds for a leaf. Only the device that made it can read it. */
export interface Storage {
  /** The device that owns it, by identity. */
  readonly device: object;
  /** Where the value was given away (donated, freed, device closed); undefined while it lives. */
  readonly gone: string | undefined;
  /** @throws DeviceError when the value was given away, or the device is closed or lost. */
  read(type: TensorType): Promise<NumericArray>;
}

/** Where a leaf's value comes from. `literal`: a number in a formula. `input`: a traced program's argument. */
type Source =
  | { readonly kind: "host"; readonly data: NumericArray; readonly literal: boolean }
  | { readonly kind: "device"; readonly storage: Storage }
  | { readonly kind: "input" };

/** A vertex of the immutable program graph: a leaf with a source, or an op applied to tensors. */
export type Node = {
  readonly outputs: readonly TensorType[];
  readonly site: Site | undefined;
} & (
  | { readonly op: undefined; readonly source: Source; readonly inputs: readonly []; readonly params: undefined }
  | { readonly op: AnyOp; readonly source: undefined; readonly inputs: readonly AnyTensor[]; readonly params: unknown }
);

/**
 * A value of the program: output `index` of `node`. Nothing is computed until an evaluator runs it.
 *
 * `S` is the shape, literal where the compiler can know it; `D` the element type. Write `Tensor` for numbers to compute with: f32
 * of any shape, which is what the functions of the language give. {@link AnyTensor} is for code that takes any dtype: keys, labels,
 * images, whole trees.
 */
export interface Tensor<out S extends Shape = Shape, out D extends DType = "f32"> extends TensorMethods {
  readonly node: Node;
  readonly index: number;
  readonly shape: S;
  readonly dtype: D;
  /** The values, row-major. Leaves only. @throws TraceError for a tensor that is still a program. */
  data(): Promise<NumericArray>;
  /** The one value of a tensor of size 1. Leaves only. */
  item(): Promise<number>;
}

/** A tensor of any shape and dtype: what library code passes around. */
export type AnyTensor = Tensor<Shape, DType>;

/** Without the methods, which `methods.ts` attaches. */
class TensorValue extends MisuseHooks implements Omit<AnyTensor, keyof TensorMethods> {
  readonly node: Node;
  readonly index: number;
  readonly shape: Shape;
  readonly dtype: DType;

  constructor(node: Node, index: number) {
    super();
    const type = node.outputs[index]!;
    this.node = node;
    this.index = index;
    this.shape = type.shape;
    this.dtype = type.dtype;
  }

  data(): Promise<NumericArray> {
    refuseWhileTracing("data");
    return read(this);
  }

  item(): Promise<number> {
    refuseWhileTracing("item");
    return readOne(this);
  }
}

async function read(tensor: TensorType & { readonly node: Node }): Promise<NumericArray> {
  const { source, op, site } = tensor.node;
  if (source === undefined || source.kind === "input") {
    throw new TraceError(
      `data: ${op?.name ?? "this input"} is a program, not a value`,
      ["use device.evaluate(tree), or evaluateReference(tree), and read its result"],
      site,
    );
  }
  if (source.kind === "host") return source.data.slice();
  return source.storage.read(tensor);
}

async function readOne(tensor: TensorType & { readonly node: Node }): Promise<number> {
  if (sizeOf(tensor.shape) !== 1) {
    throw new ShapeError(`item: needs one element, this tensor is ${formatType(tensor)}`);
  }
  return (await read(tensor))[0]!;
}

/** A tensor without a value yet. A leaf has no such iterator: test libraries would iterate over what they compare. */
class ProgramValue extends TensorValue {
  /** So that `[...x]`, `const [a, b] = x` and `Float32Array.from(x)` say what to do. */
  [Symbol.iterator](): never {
    throw misuse(this, "iterated over", "for parts of a program use slice or gather; for values await x.data()");
  }
}

/** The prototype that `methods.ts` extends. */
export const tensorPrototype: object = TensorValue.prototype;

Object.defineProperty(tensorPrototype, brand, { value: copy });

/**
 * Whether a value is a tensor: a program or a leaf.
 * @example
 * ```ts
 * import { isTensor, tensor } from "deconfound";
 * console.log(isTensor(tensor(1)), isTensor(1)); // true false
 * ```
 */
export function isTensor(value: unknown): value is AnyTensor {
  return value instanceof TensorValue;
}

/** `f32[2,3]`. */
export function formatType(type: TensorType): string {
  return `${type.dtype}${formatShape(type.shape)}`;
}

/** Wraps output `index` of a node. Library-internal: users call ops. */
export function outputOf(node: Node, index: number): AnyTensor {
  const hasValue = node.source !== undefined && node.source.kind !== "input";
  return (hasValue ? new TensorValue(node, index) : new ProgramValue(node, index)) as Omit<
    AnyTensor,
    keyof TensorMethods
  > as AnyTensor;
}

/** A leaf. */
export function leaf(type: TensorType, source: Source, site?: Site): AnyTensor {
  const outputs = [{ shape: type.shape, dtype: type.dtype }];
  return outputOf({ op: undefined, source, inputs: [], params: undefined, outputs, site }, 0);
}

/** A leaf that holds host data of the right length; the data is taken, not copied. */
export function hostLeaf(type: TensorType, data: NumericArray, literal = false): AnyTensor {
  return leaf(type, { kind: "host", data, literal });
}

const checkTensor = parameters("tensor", { values: kind.anything }, { shape: kind.shape, dtype: kind.dtype });

/**
 * A tensor of given values: nested arrays, or a flat array with `shape`. The values are copied.
 *
 * @param values - numbers and truth values in nested arrays of equal lengths; or a Float32Array, Float64Array, Int32Array,
 *   Uint32Array, Uint8Array or Uint8ClampedArray.
 * @param options.shape - needed for a flat array of rank ≠ 1.
 * @param options.dtype - default: from a typed array's type, else `f32`.
 * @throws ShapeError if the lengths disagree; DTypeError for a number that an integer dtype does not have; DataError for
 *   anything but numbers and truth values.
 * @example
 * ```ts
 * import { tensor } from "deconfound";
 *
 * const x = tensor([[1, 2], [3, 4]]);
 * const labels = tensor([1, 0], { dtype: "i32" });
 * console.log(String(x.shape), labels.dtype, String(await x.data())); // 2,2 i32 1,2,3,4
 * ```
 */
export function tensor<
  const V extends Nested | NumericArray,
  const S extends Shape = V extends NumericArray ? readonly [number] : NestedShape<V>,
  D extends DType = DTypeOfArray<V>,
>(values: V, options: { shape?: S | undefined; dtype?: D | undefined } = {}): Tensor<Plain<S>, D> {
  checkTensor(arguments);
  const { flat, natural, shape: own } = readValues(values);
  const dtype = options.dtype ?? natural ?? "f32";
  const shape = options.shape ?? own;
  checkShape("tensor", shape);
  if (sizeOf(shape) !== flat.length) {
    throw new ShapeError(
      `tensor: ${flat.length} values do not fill shape ${formatShape(shape)}`,
      [`expects ${sizeOf(shape)} values`],
      captureSite(),
    );
  }
  const data = allocate(dtype, flat.length);
  if (natural === dtype) data.set(flat);
  else copyChecked(flat, data, dtype);
  return hostLeaf({ shape: [...shape], dtype }, data) as Tensor<Plain<S>, D>;
}

export type DTypeOfArray<V> = V extends Int32Array
  ? "i32"
  : V extends Uint32Array
    ? "u32"
    : V extends Uint8Array
      ? "u8"
      : "f32";
