import type { DType } from "../../tensor/dtype.ts";
import { integerRange } from "../../tensor/dtype.ts";
import type { ScalarFn } from "../../tensor/scalar/table.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { BoundBuffer, BufferRef } from "../graph/buffer-ref.ts";
import { wgsl } from "../wgsl/wgsl.generated.ts";
import type { Bindings } from "./bindings.ts";
import type { Evaluated } from "./cost.ts";
import { splitCoordinates } from "./elementwise.ts";
import type { ElementwiseRoot } from "./print-roots.ts";
import { printRoots } from "./print-roots.ts";
import type { Width } from "./print-value.ts";
import { printCall, printConstant, printStored, registerType } from "./print-value.ts";
import { helpersFor } from "./scalar-library.ts";
import { withSizes } from "./size-table.ts";
import { sizesAreData } from "./sizes.ts";
import type { Cost, Step } from "./step.ts";

/** One of the reductions that share a pass. */
export interface Part {
  readonly root: AnyTensor;
  readonly combine: ScalarFn;
  readonly dtype: DType;
}

/** Value that changes nothing: what an empty chunk holds. */
function identity(combine: ScalarFn, dtype: DType, width: Width): string {
  const [lowest, extreme] = integerRange[dtype] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const value: Partial<Record<ScalarFn, number>> = {
    add: 0,
    mul: 1,
    maximum: lowest,
    minimum: extreme,
    logicalAnd: 1,
    logicalOr: 0,
  };
  return printConstant(value[combine]!, dtype, width);
}

/** What a kernel computes for each column and row: statements, and the values to combine. */
interface Body {
  readonly column: readonly string[];
  readonly row: readonly string[];
  readonly values: readonly string[];
}

/** Elementwise outputs, a column each, of a reduction's totals. */
export interface Finish {
  readonly roots: readonly ElementwiseRoot[];
  readonly isMaterialised: (tensor: AnyTensor) => boolean;
}

/** A pass over columns and rows, as the frames `reduce-columns.wgsl` and `reduce-rows*.wgsl` divide it. */
export interface Frame {
  readonly file: "reduce-columns" | RowFrame["file"];
  /** Lanes that walk one column together: 1 in `reduce-columns`. */
  readonly lanes: number;
  readonly parts: readonly Part[];
  readonly width: Width;
  /** The four lanes are rows of one column, and meet at the end. */
  readonly horizontal: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly chunks: number;
  readonly rowsPerChunk: number;
  readonly body: Body;
  /** Where each part's totals go; null for totals that only the finish reads. */
  readonly targets: readonly (BufferRef | null)[];
  /** Work on the totals before they leave the registers: null where chunks are still to be combined. */
  readonly finish: Finish | null;
  readonly bindings: Bindings;
  readonly adapter: AdapterFacts;
  readonly costOf: (buffers: readonly BoundBuffer[], finished: Evaluated) => Cost;
}

/** The frame whose lanes walk one column each. */
export const columnFrame = { file: "reduce-columns", lanes: 1 } as const;

/** A frame whose lanes share a column. */
interface RowFrame {
  readonly file: "reduce-rows" | "reduce-rows-subgroup";
  readonly lanes: number;
}

/** Software adapters run a barrier as coroutines, 3 times the time of the sum itself: there lanes meet by shuffles. */
export function rowFrame({ adapterClass, subgroupSize }: AdapterFacts): RowFrame {
  return adapterClass === "software" && subgroupSize !== null && subgroupSize > 1
    ? { file: "reduce-rows-subgroup", lanes: subgroupSize }
    : { file: "reduce-rows", lanes: 64 };
}

const mostTerms = 256; // of an f32 sum, one by one: each may lose half a unit in the last place

/** Rows that a lane sums before it adds them to its total, as many as such blocks; null where all rows are few enough for one sum. */
function blockRows({ parts, lanes, rowsPerChunk }: Frame): number | null {
  const terms = Math.ceil(rowsPerChunk / lanes);
  const rounds = parts.some(({ combine, dtype }) => dtype === "f32" && (combine === "add" || combine === "mul"));
  return rounds && terms > mostTerms ? lanes * Math.ceil(Math.sqrt(terms)) : null;
}

/** Completes a frame with bindings and the functions that it calls. */
export function frameStep(f: Frame): Step {
  const fields = f.parts.map((part, i) => ({ name: `p${i}`, ...part, type: registerType(part.dtype, f.width) }));
  const combined = (a: string, b: string): string =>
    `Partial(${fields.map(({ name, combine, dtype }, i) => printCall(combine, [`${a}.${name}`, b === "" ? f.body.values[i]! : `${b}.${name}`], dtype, f.width)).join(", ")})`;
  const outWidth: Width = f.horizontal ? 1 : f.width;
  const totals = fields.map(({ name, combine, dtype }) => {
    const lanes = ["x", "y", "z", "w"].map((lane) => `total.${name}.${lane}`);
    const value = f.horizontal ? lanes.reduce((a, b) => printCall(combine, [a, b], dtype, 1)) : `total.${name}`;
    return `let ${name} = ${value};`;
  });
  const stores = fields.flatMap(({ name, dtype }, i) => {
    const target = f.targets[i]!;
    if (target === null) return [];
    const out = f.bindings.name(target, "write", outWidth === 4);
    return [`${out}[chunk * size.columns + column] = ${printStored(name, dtype, outWidth)};`];
  });
  const finish = printFinish(f, outWidth);
  const shuffles = fields.map(({ name, dtype }) => {
    const value = `total.${name}`;
    if (dtype !== "bool") return `subgroupShuffleXor(${value}, mask)`;
    return `(subgroupShuffleXor(${printStored(value, dtype, f.width)}, mask) != ${f.width === 1 ? "0u" : "vec4u()"})`;
  });
  const subgroup = f.file === "reduce-rows-subgroup";
  const nothing = `Partial(${fields.map(({ combine, dtype }) => identity(combine, dtype, f.width)).join(", ")})`;
  const walk = (into: string, from: string, to: string): string[] => [
    `var ${into} = ${nothing};`,
    `for (var row = ${from}; row < ${to}; row += step) {`,
    ...[...f.body.row, `${into} = ${combined(into, "")};`].map((line) => `  ${line}`),
    "}",
  ];
  const block = blockRows(f);
  const accumulate = f.bindings.sizes.begin([
    ...f.body.column,
    ...(block === null
      ? walk("total", "first", "end")
      : [
          `var total = ${nothing};`,
          "for (var start = first; start < end; start += size.block) {",
          ...walk("block", "start", "min(start + size.block, end)").map((line) => `  ${line}`),
          "  total = merge(total, block);",
          "}",
        ]),
    "return total;",
  ]);
  const code = [
    `${subgroup ? "enable subgroups; " : ""}${wgsl[f.file]}`,
    ...f.bindings.declarations(),
    `struct Partial { ${fields.map(({ name, type }) => `${name}: ${type}`).join(", ")} }`,
    "fn accumulate(column: u32, first: u32, end: u32, step: u32) -> Partial {",
    ...accumulate.map((line) => `  ${line}`),
    "}",
    `fn merge(a: Partial, b: Partial) -> Partial { return ${combined("a", "b")}; }`,
    ...(subgroup
      ? [
          `const LANES = ${f.lanes}u;`,
          `fn shuffled(total: Partial, mask: u32) -> Partial { return Partial(${shuffles.join(", ")}); }`,
        ]
      : []),
    ...finish.functions,
    `fn store_partial(total: Partial, column: u32, chunk: u32) {\n  ${[...totals, ...stores, ...finish.calls].join("\n  ")}\n}`,
  ].join("\n");
  const groups = f.lanes > 1 ? f.columns * f.chunks : Math.ceil((f.columns * f.chunks) / 64);
  const buffers = f.bindings.buffers();
  const sizes = {
    ...{ columns: f.columns, rows: f.rows, chunks: f.chunks, rows_per_chunk: f.rowsPerChunk },
    ...(block === null ? {} : { block }),
    ...f.bindings.sizes.fields(),
  };
  return {
    file: `${f.file}.wgsl`,
    name: [
      `${f.file} ${namesOf(f.parts.map(({ root }) => root))}`,
      ...(finish.names === "" ? [] : [finish.names]),
    ].join(" + "),
    ...withSizes(code + helpersFor(code), sizes, sizesAreData(f.adapter)),
    buffers,
    workgroups: foldWorkgroups(groups, f.adapter),
    cost: f.costOf(buffers, finish.finished),
  };
}

const namesOf = (roots: readonly AnyTensor[]): string => roots.map(({ node }) => node.op!.name).join("+");

/** The function that computes and stores the finish of column `i`, counted in its own width, and its calls. */
function printFinish(
  { finish, parts, bindings, columns }: Frame,
  outWidth: Width,
): { functions: string[]; calls: string[]; names: string; finished: Evaluated } {
  if (finish === null || finish.roots.length === 0) {
    return { functions: [], calls: [], names: "", finished: { roots: [], elements: 0 } };
  }
  const totals = parts.map((_, i) => `p${i}`);
  const totalOf = new Map(parts.map(({ root }, i) => [root.node, totals[i]!]));
  const body = printRoots(finish.roots, finish.isMaterialised, bindings, ({ node }) => totalOf.get(node), outWidth);
  const lines = [
    ...splitCoordinates("i", body.loops, body.width, bindings.sizes),
    ...body.printed.fixed,
    ...body.printed.varying,
  ];
  const parameters = parts.map(({ dtype }, i) => `${totals[i]}: ${registerType(dtype, body.width)}`);
  const call = (i: string, lane: string): string => `finish(${[i, ...totals.map((name) => name + lane)].join(", ")});`;
  return {
    functions: [
      `fn finish(i: u32, ${parameters.join(", ")}) {`,
      ...bindings.sizes.begin([...lines, ...body.stores]).map((line) => `  ${line}`),
      "}",
    ],
    calls:
      body.width === outWidth
        ? [call("column", "")]
        : ["x", "y", "z", "w"].map((lane, k) => call(`column * 4u + ${k}u`, `.${lane}`)),
    names: namesOf(finish.roots.map(({ tensor }) => tensor)),
    finished: { roots: body.values, elements: columns * outWidth },
  };
}
