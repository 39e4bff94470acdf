import { sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { expressionCost } from "../cost.ts";
import type { AdapterFacts } from "../family.ts";
import { foldWorkgroups } from "../family.ts";
import type { Step } from "../step.ts";
import { wgsl } from "../wgsl.generated.ts";
import { collectBindings } from "./bindings.ts";
import type { Loop } from "./coalesce.ts";
import { divided, remainder } from "./print-index.ts";
import type { ElementwiseRoot } from "./print-roots.ts";
import { printRoots } from "./print-roots.ts";
import type { PrintedValues, Width } from "./print-value.ts";
import { helpersFor } from "./scalar-library.ts";

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
  const bindings = collectBindings();
  const { shape, loops, width, values, printed, stores } = printRoots(roots, isMaterialised, bindings);
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
    sizes: null,
    workgroups: foldWorkgroups(Math.ceil((rows.columns * rows.step) / 64), adapter),
    cost: expressionCost([{ roots: values, elements: sizeOf(roots[0]!.tensor.shape) }], buffers),
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
