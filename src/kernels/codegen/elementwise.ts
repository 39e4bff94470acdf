import { sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import { wgsl } from "../wgsl/wgsl.generated.ts";
import { collectBindings } from "./bindings.ts";
import type { Loop } from "./coalesce.ts";
import { expressionCost } from "./cost.ts";
import type { ElementwiseRoot } from "./print-roots.ts";
import { printRoots } from "./print-roots.ts";
import type { PrintedValues, Width } from "./print-value.ts";
import { helpersFor } from "./scalar-library.ts";
import type { SizeTable } from "./size-table.ts";
import { sizeTable, withSizes } from "./size-table.ts";
import { sizesAreData } from "./sizes.ts";
import type { Step } from "./step.ts";

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
  const asData = sizesAreData(adapter);
  const bindings = collectBindings(sizeTable(asData));
  const { shape, loops, width, values, printed, stores } = printRoots(roots, isMaterialised, bindings);
  const rows = chooseRows(sizeOf(shape) / width, loops, width, printed);
  const linear = "let i = row * columns + column;";
  const split = splitCoordinates("i", loops, width, bindings.sizes);
  const walk = rows.hoisted ? [`let c${loops.length - 1} = ${times("column", width)};`, ...printed.fixed] : []; // the last coordinate is the column
  const inside = rows.hoisted
    ? [linear, ...splitCoordinates("row", loops.slice(0, -1), 1, bindings.sizes), ...printed.varying, ...stores]
    : [linear, `if (i < count) {`, ...split, ...printed.fixed, ...printed.varying, ...stores, "}"];
  const body = bindings.sizes.begin([
    "let columns = size.columns;",
    "let rows = size.rows;",
    "let row_step = size.row_step;",
    ...(rows.hoisted ? [] : ["let count = size.count;"]),
    ...walk,
    "var row = first;",
    "loop {", // tested at its end: software adapters' masks cost less there
    ...inside.map((line) => `  ${line}`),
    "  continuing { row += row_step; break if row >= rows; }",
    "}",
  ]);
  const { sizes: numbers } = bindings;
  const [column, row] = rows.hoisted
    ? [numbers.remainder("id", rows.columns), numbers.divided("id", rows.columns)]
    : ["id", "0u"]; // divisions are slow
  const place = Object.entries({ column_of: column, row_of: row }).map(
    ([name, value]) => `fn ${name}(id: u32) -> u32 { ${numbers.begin([`return ${value};`]).join(" ")} }`,
  );
  const code = [
    wgsl.elementwise,
    ...bindings.declarations(),
    ...place,
    "fn elements(column: u32, first: u32) {",
    ...body.map((line) => `  ${line}`),
    "}",
  ].join("\n");
  const buffers = bindings.buffers();
  const sizes = {
    ...{ count: rows.count, columns: rows.columns, rows: rows.rows, row_step: rows.step },
    ...bindings.sizes.fields(),
  };
  return {
    file: "elementwise.wgsl",
    name: `elementwise ${roots.map(({ tensor }) => tensor.node.op!.name).join("+")}`,
    ...withSizes(code + helpersFor(code), sizes, asData),
    buffers,
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
  // several elements per invocation: worth it for light bodies only, as software drivers compile some 10 ms per load
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
  sizes: SizeTable,
  prefix = "c",
): string[] {
  const statements: string[] = [];
  let rest = linear;
  for (let at = loops.length - 1; at >= 0; at--) {
    const last = at === loops.length - 1;
    const size = last ? loops[at]!.size / width : loops[at]!.size;
    const own = at === 0 ? rest : sizes.remainder(rest, size);
    statements.push(`let ${prefix}${at} = ${last ? times(own, width) : own};`);
    rest = sizes.divided(rest, size);
  }
  return statements;
}
