import { elementsPerWord } from "../../tensor/dtype.ts";
import { sizeOf, stridesOf } from "../../tensor/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { expressionCost } from "../cost.ts";
import type { AdapterFacts } from "../family.ts";
import { foldWorkgroups } from "../family.ts";
import { valueRef } from "../plan-keys.ts";
import type { Step } from "../step.ts";
import { wgsl } from "../wgsl.generated.ts";
import type { Affine, IndexSymbol } from "./affine.ts";
import { combine, indexKey, symbolIndex, visitAffine } from "./affine.ts";
import { collectBindings } from "./bindings.ts";
import type { Loop } from "./coalesce.ts";
import { coalesce } from "./coalesce.ts";
import { divided, indexPrinter, remainder } from "./print-index.ts";
import type { PrintedValues, Width } from "./print-value.ts";
import { printStored, valuePrinter } from "./print-value.ts";
import { helpersFor } from "./scalar-library.ts";
import type { Value } from "./value.ts";
import { indicesOf, valueBuilder, valuesBelow } from "./value.ts";

/** One output of an elementwise kernel; `over`: the donated input whose buffer it takes. */
export interface ElementwiseRoot {
  readonly tensor: AnyTensor;
  readonly over: AnyTensor | null;
}

/** Axes of an iteration space as symbols, and the row-major index of its element. */
export function iterationOf(shape: readonly number[]): { coordinates: Affine[]; flat: Affine } {
  const symbols: IndexSymbol[] = shape.map((range, axis) => ({ range, source: { axis } }));
  const coordinates = symbols.map(symbolIndex);
  const strides = stridesOf(shape);
  return { coordinates, flat: combine(coordinates.map((c, axis) => [c, strides[axis]!] as const)) };
}

/**
 * A kernel that computes several elementwise outputs of one shape.
 *
 * @param isMaterialised - tensors that lie in buffers; the roots themselves are computed here.
 */
export function elementwiseStep(
  roots: readonly ElementwiseRoot[],
  isMaterialised: (tensor: AnyTensor) => boolean,
  adapter: AdapterFacts,
): Step {
  const own = new Set(roots.map(({ tensor }) => tensor.node));
  const packed = roots.some(({ tensor }) => elementsPerWord(tensor.dtype) > 1);
  const size = sizeOf(roots[0]!.tensor.shape);
  // packed outputs go by whole words, so their iteration is flat and rounded up
  const shape = packed ? [Math.ceil(size / 4) * 4] : roots[0]!.tensor.shape;
  const iteration = iterationOf(shape);
  const builder = valueBuilder((tensor) => isMaterialised(tensor) && !own.has(tensor.node));
  const position = packed ? { flat: iteration.flat } : { coordinates: iteration.coordinates };
  const values = roots.map(({ tensor }) => builder.at(tensor, position));
  const loops = coalesce(shape, [...indicesOf(values), iteration.flat], new Set());
  const last = loops[loops.length - 1];
  const width: Width = last !== undefined && last.size % 4 === 0 ? 4 : 1;
  const names = loops.map((_, i) => `c${i}`);
  const printer = indexPrinter(loops, names, shape);
  // a last word that is not full must not be loaded whole
  const index = size % 4 === 0 ? printer : { ...printer, isVector: () => false };
  const bindings = collectBindings();
  const inPlace = roots.map(
    ({ over, tensor }) => over !== null && updatesInPlace(values, over, tensor, indexKey(iteration.flat)),
  );
  const outputs = roots.map(({ tensor, over }, i) =>
    bindings.name(valueRef(inPlace[i] ? over! : tensor), inPlace[i] ? "update" : "write", width === 4 && !packed),
  );
  const lastAxes = new Set(last?.axes);
  const printed = valuePrinter(
    values,
    width,
    index,
    (tensor, vector) => bindings.name(valueRef(tensor), "read", vector),
    (at) => dependsOnlyOn(at, lastAxes),
  );
  const results = values.map((value) => printed.print(value));
  const stores = roots.flatMap(({ tensor }, i) => printStores(outputs[i]!, results[i]!, tensor, width, size));
  const rows = chooseRows(sizeOf(shape) / width, loops, width, printed);
  const linear = "let i = row * COLUMNS + column;";
  const split = splitCoordinates("i", loops, width);
  const walk = rows.hoisted ? [`let c${loops.length - 1} = ${times("column", width)};`, ...printed.fixed] : []; // the last coordinate is the column
  const inside = rows.hoisted
    ? [linear, ...splitCoordinates("row", loops.slice(0, -1), 1), ...printed.varying, ...stores]
    : [linear, `if (i < COUNT) {`, ...split, ...printed.fixed, ...printed.varying, ...stores, "}"];
  const code = [
    wgsl.elementwise,
    `const COUNT = ${rows.count}u; const COLUMNS = ${rows.columns}u; const ROWS = ${rows.rows}u; const ROW_STEP = ${rows.step}u;`,
    ...bindings.declarations(),
    "fn elements(column: u32, first: u32) {",
    ...walk.map((line) => `  ${line}`),
    "  for (var row = first; row < ROWS; row += ROW_STEP) {",
    ...inside.map((line) => `    ${line}`),
    "  }",
    "}",
  ].join("\n");
  const buffers = bindings.buffers();
  return {
    file: "elementwise.wgsl",
    name: `elementwise ${roots.map(({ tensor }) => tensor.node.op!.name).join("+")}`,
    code: code + helpersFor(code),
    buffers,
    workgroups: foldWorkgroups(Math.ceil((rows.columns * rows.step) / 64), adapter),
    cost: expressionCost(values, size, buffers),
  };
}

/** How the iteration is laid out as columns and rows. */
interface Rows {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  readonly step: number;
  /** A column is a coordinate of the last loop, so that what depends on it alone is computed once. */
  readonly hoisted: boolean;
}

const rowsEach = 8;

function chooseRows(count: number, loops: readonly Loop[], width: Width, printed: PrintedValues): Rows {
  const columns = loops.length < 2 ? 0 : loops[loops.length - 1]!.size / width;
  const rows = count / columns;
  if (printed.fixed.length > 0 && columns > 0 && rows >= 64) {
    return { count, columns, rows, step: Math.ceil(rows / rowsEach), hoisted: true };
  }
  // several elements an invocation: worth it for light bodies only, as software drivers compile some 10 ms a load
  const each = count >= 1 << 15 && printed.varying.length <= 12 ? 4 : 1;
  return {
    count: Math.max(1, count),
    columns: Math.ceil(Math.max(1, count) / each),
    rows: each,
    step: 1,
    hoisted: false,
  };
}

/** True for indices that only the given axes move. */
export function dependsOnlyOn(index: Affine, axes: ReadonlySet<number>): boolean {
  let only = true;
  visitAffine(index, (part) => {
    for (const { source } of part.terms.keys()) if ("axis" in source && !axes.has(source.axis)) only = false;
  });
  return only;
}

const times = (text: string, width: Width): string => (width === 1 ? text : `${text} * 4u`);

/** Statements that split a linear index into loop coordinates; the last one counts in `width`s. */
export function splitCoordinates(
  linear: string,
  loops: readonly { size: number }[],
  width: Width,
  prefix = "c",
): string[] {
  const statements: string[] = [];
  let rest = linear;
  for (let at = loops.length - 1; at >= 0; at--) {
    const last = at === loops.length - 1;
    const size = last ? loops[at]!.size / width : loops[at]!.size;
    const own = at === 0 ? rest : remainder(rest, size);
    statements.push(`let ${prefix}${at} = ${last ? times(own, width) : own};`);
    rest = divided(rest, size);
  }
  return statements;
}

/** A donated buffer may be overwritten as it is read if every element is read only where it is written. */
function updatesInPlace(values: readonly Value[], over: AnyTensor, tensor: AnyTensor, flatKey: string): boolean {
  if (over.dtype !== tensor.dtype || elementsPerWord(over.dtype) > 1) return false;
  const isOver = (value: Value): boolean =>
    value.kind === "load" && value.tensor.node === over.node && value.tensor.index === over.index;
  return [...valuesBelow(values)].every((v) => !isOver(v) || (v.kind === "load" && indexKey(v.at) === flatKey));
}

function printStores(output: string, result: string, tensor: AnyTensor, width: Width, size: number): string[] {
  switch (tensor.dtype) {
    case "u8":
      return [`${output}[i] = pack4xU8(${result});`];
    case "f16":
      return [
        `${output}[i * 2u] = pack2x16float((${result}).xy);`,
        `if (i * 4u + 2u < ${size}u) { ${output}[i * 2u + 1u] = pack2x16float((${result}).zw); }`,
      ];
    default:
      return [`${output}[i] = ${printStored(result, tensor.dtype, width)};`];
  }
}
