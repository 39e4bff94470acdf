import { elementsPerWord } from "../../tensor/dtype.ts";
import { sameShape, sizeOf, stridesOf } from "../../tensor/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { valueRef } from "../graph/buffer-ref.ts";
import type { Affine, IndexSymbol } from "./affine.ts";
import { combine, indexKey, symbolIndex, visitAffine } from "./affine.ts";
import type { Bindings } from "./bindings.ts";
import type { Loop } from "./coalesce.ts";
import { coalesce } from "./coalesce.ts";
import { indexPrinter } from "./print-index.ts";
import type { Held, PrintedValues, Width } from "./print-value.ts";
import { printStored, valuePrinter } from "./print-value.ts";
import type { Value } from "./value.ts";
import { indicesOf, valueBuilder, valuesBelow } from "./value.ts";

/** One output of an elementwise kernel; `over`: the donated input whose buffer it takes. */
export interface ElementwiseRoot {
  readonly tensor: AnyTensor;
  readonly over: AnyTensor | null;
}

/** Elementwise outputs of one iteration space as statements. */
interface PrintedRoots {
  readonly shape: readonly number[];
  readonly loops: readonly Loop[];
  readonly width: Width;
  readonly values: readonly Value[];
  readonly printed: PrintedValues;
  /** Stores of the outputs' elements `i`, counted in `width`s. */
  readonly stores: readonly string[];
}

/** Axes of an iteration space as symbols, and the row-major index of its element. */
export function iterationOf(shape: readonly number[]): { coordinates: Affine[]; flat: Affine } {
  const symbols: IndexSymbol[] = shape.map((range, axis) => ({ range, source: { axis } }));
  const coordinates = symbols.map(symbolIndex);
  const strides = stridesOf(shape);
  return { coordinates, flat: combine(coordinates.map((c, axis) => [c, strides[axis]!] as const)) };
}

/**
 * @param isMaterialised - tensors that lie in buffers; the roots themselves are computed here.
 * @param held - tells values that need no load.
 * @param widest - 1 where the caller has one element at a time.
 */
export function printRoots(
  roots: readonly ElementwiseRoot[],
  isMaterialised: (tensor: AnyTensor) => boolean,
  bindings: Bindings,
  held: Held = () => undefined,
  widest: Width = 4,
): PrintedRoots {
  const packed = roots.some(({ tensor }) => elementsPerWord(tensor.dtype) > 1);
  const size = sizeOf(roots[0]!.tensor.shape);
  // packed outputs go by whole words, so their iteration is flat and rounded up
  const shape = packed ? [Math.ceil(size / 4) * 4] : roots[0]!.tensor.shape;
  const { values, flat } = valuesOf(
    roots.map(({ tensor }) => tensor),
    shape,
    isMaterialised,
  );
  const loops = coalesce(shape, [...indicesOf(values), flat], new Set());
  const last = loops[loops.length - 1];
  const width: Width = widest === 4 && last !== undefined && last.size % 4 === 0 ? 4 : 1;
  const printer = indexPrinter(
    loops,
    loops.map((_, i) => `c${i}`),
    shape,
    bindings.sizes,
  );
  // a last word that is not full must not be loaded whole
  const index = size % 4 === 0 ? printer : { ...printer, isVector: () => false };
  const outputs = roots.map(({ tensor, over }) => {
    const inPlace = over !== null && updatesInPlace(values, over, tensor, indexKey(flat));
    return bindings.name(valueRef(inPlace ? over : tensor), inPlace ? "update" : "write", width === 4 && !packed);
  });
  const lastAxes = new Set(last?.axes);
  const printed = valuePrinter(
    values,
    width,
    index,
    (tensor, vector) => bindings.name(valueRef(tensor), "read", vector),
    (at) => dependsOnlyOn(at, lastAxes),
    held,
  );
  const results = values.map((value) => printed.print(value));
  const stores = roots.flatMap(({ tensor }, i) =>
    printStores(outputs[i]!, results[i]!, tensor, width, () => bindings.sizes.of(size)),
  );
  return { shape, loops, width, values, printed, stores };
}

/** The outputs' values at the element of an iteration over `shape`; outputs of another shape by its row-major number. */
function valuesOf(
  roots: readonly AnyTensor[],
  shape: readonly number[],
  isMaterialised: (tensor: AnyTensor) => boolean,
): { values: Value[]; flat: Affine } {
  const own = new Set(roots.map(({ node }) => node));
  const { coordinates, flat } = iterationOf(shape);
  const builder = valueBuilder((tensor) => isMaterialised(tensor) && !own.has(tensor.node));
  const values = roots.map((root) => builder.at(root, sameShape(root.shape, shape) ? { coordinates } : { flat }));
  return { values, flat };
}

/** True if the roots, of one size, read `tensor` only at the element that they compute. */
export function readsInPlace(
  roots: readonly AnyTensor[],
  tensor: AnyTensor,
  isMaterialised: (tensor: AnyTensor) => boolean,
): boolean {
  const { values, flat } = valuesOf(roots, roots[0]!.shape, isMaterialised);
  return loadsOf(values, tensor).every((at) => indexKey(at) === indexKey(flat));
}

/** A donated buffer may be overwritten as it is read if every element is read only where it is written. */
function updatesInPlace(values: readonly Value[], over: AnyTensor, tensor: AnyTensor, flatKey: string): boolean {
  if (over.dtype !== tensor.dtype || elementsPerWord(over.dtype) > 1) return false;
  return loadsOf(values, over).every((at) => indexKey(at) === flatKey);
}

function loadsOf(values: readonly Value[], tensor: AnyTensor): Affine[] {
  return [...valuesBelow(values)].flatMap((value) =>
    value.kind === "load" && value.tensor.node === tensor.node && value.tensor.index === tensor.index ? [value.at] : [],
  );
}

/** True for indices that only the given axes move. */
export function dependsOnlyOn(index: Affine, axes: ReadonlySet<number>): boolean {
  let only = true;
  visitAffine(index, (part) => {
    for (const { source } of part.terms.keys()) if ("axis" in source && !axes.has(source.axis)) only = false;
  });
  return only;
}

function printStores(output: string, result: string, tensor: AnyTensor, width: Width, size: () => string): string[] {
  switch (tensor.dtype) {
    case "u8":
      return [`${output}[i] = pack4xU8(${result});`];
    case "f16":
      return [
        `${output}[i * 2u] = pack2x16float((${result}).xy);`,
        `if (i * 4u + 2u < ${size()}) { ${output}[i * 2u + 1u] = pack2x16float((${result}).zw); }`,
      ];
    default:
      return [`${output}[i] = ${printStored(result, tensor.dtype, width)};`];
  }
}
