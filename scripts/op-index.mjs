// The page docs/ops.md: every op record with what its fields say, and every function made of records, from their doc comments.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { exportsOf, root, tableRow } from "./doc-comments.mjs";

const recordFiles = ["src/autodiff", "src/tensor"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map(
      (path) => `${folder}/${path.replaceAll("\\", "/")}`,
    ),
  )
  .filter((path) => path.endsWith(".ts"))
  .filter((path) => /^import \{[^}]*\bdefineOp\b/m.test(readFileSync(join(root, path), "utf8")))
  .sort();

/** Compiles the files of records and what asks them, and loads them. */
async function load() {
  const folder = mkdtempSync(join(tmpdir(), "op-index-"));
  const outfile = join(folder, "records.mjs");
  const contents = `
    ${recordFiles.map((path, i) => `import * as file${i} from "./${path}";`).join("\n")}
    export const files = [${recordFiles.map((path, i) => `[${JSON.stringify(path)}, file${i}]`).join(", ")}];
    export { apply } from "./src/tensor/op.ts";
    export { dtypes } from "./src/tensor/dtype.ts";
    export { pullback } from "./src/autodiff/pullback.ts";
    export { zeros } from "./src/tensor/ops/creation.ts";
    export { elementwiseOps } from "./src/tensor/ops/elementwise-records.ts";`;
  await build({ stdin: { contents, resolveDir: root }, bundle: true, format: "esm", platform: "neutral", outfile });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const library = await load();
const isRecord = (value) => typeof value === "object" && value !== null && "infer" in value && "samples" in value;

/** The dtypes that an op takes, by trying them on a sample: one list, or one per group of inputs that go together. */
function dtypesOf(op) {
  if (isLoop(op)) return "those of its body";
  const { inputs, params } = op.samples()[0];
  const takes = (own, dtype) => {
    try {
      op.infer(
        inputs.map((input) => (input.dtype === own ? { ...input, dtype } : input)),
        params,
      );
      return true;
    } catch {
      return false;
    }
  };
  const groups = [...new Set(inputs.map(({ dtype }) => dtype))];
  return groups.map((own) => library.dtypes.filter((dtype) => takes(own, dtype)).join(" ")).join("; ");
}

const isLoop = ({ kernel }) => kernel !== undefined && "loop" in kernel;

/** Inputs, from 0, that get a cotangent in some sample. */
function differentiableIn(op) {
  const found = new Set();
  let most = 0;
  for (const { inputs, params } of op.samples()) {
    const leaves = inputs.map(({ shape, dtype }) => library.zeros(shape, { dtype }));
    most = Math.max(most, leaves.length);
    const outputs = library.apply(op, leaves, params).filter(({ dtype }) => dtype === "f32");
    const floats = leaves.filter(({ dtype }) => dtype === "f32");
    if (op.vjp === null || outputs.length === 0) continue;
    const back = library.pullback(
      outputs,
      outputs.map((y) => library.zeros(y.shape)),
      floats,
    );
    back.forEach((g, i) => g !== null && g !== undefined && found.add(leaves.indexOf(floats[i])));
  }
  if (found.size === 0) return "–";
  return most === 1 ? "yes" : found.size === most ? "all" : [...found].sort().join(", ");
}

function computedBy(op) {
  const { kernel } = op;
  if (isLoop(op)) return "a loop of other ops";
  const own = kernel && ("family" in kernel ? `kernel ${kernel.family}` : "a kernel of its own");
  if (op.expand) return own ? `${own}, or other ops` : "other ops";
  if (own) return own;
  return op.scalar ? "a scalar expression" : op.view ? "index arithmetic" : "conversion";
}

function underVmap(op) {
  if (op.batch) return "params" in op.batch ? "the same op" : "its rule";
  if (op.scalar || op.convert) return "the same op";
  return op.expand ? "other ops" : "call by call";
}

const publicFunctions = new Map([
  ...exportsOf("src/tensor/ops/index.ts"),
  ...exportsOf("src/tensor/linalg/index.ts"),
  ...exportsOf("src/autodiff/index.ts"),
]);

const told = ({ summary, formula }) => (formula === "" ? summary : `${summary}: \`${formula}\``);

const byName = (a, b) => (a.name < b.name ? -1 : 1);

function table(columns, rows) {
  return [tableRow(...columns), tableRow(...columns.map(() => "---")).replaceAll(" ", ""), ...rows].join("\n");
}

const elementwise = Object.values(library.elementwiseOps).sort(byName);

/** Records but the elementwise ones, each with what its own comment says. */
const others = library.files
  .flatMap(([path, exported]) => {
    const comments = exportsOf(path);
    return Object.entries(exported)
      .filter(([, value]) => isRecord(value) && value.samples().length > 0)
      .map(([constant, op]) => ({
        name: op.name,
        op,
        comment: publicFunctions.get(op.name) ?? comments.get(constant),
      }));
  })
  .sort(byName);

const elementwiseTable = () =>
  table(
    ["op", "what", "dtypes", "gradient in"],
    elementwise.map((op) =>
      tableRow(`\`${op.name}\``, told(publicFunctions.get(op.name)), dtypesOf(op), differentiableIn(op)),
    ),
  );

const othersTable = () =>
  table(
    ["op", "what", "dtypes", "computed by", "gradient in", "vmap"],
    others.map(({ name, op, comment }) =>
      tableRow(`\`${name}\``, told(comment), dtypesOf(op), computedBy(op), differentiableIn(op), underVmap(op)),
    ),
  );

const functionTable = (entries) =>
  table(
    ["function", "what"],
    [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, entry]) => tableRow(`\`${name}\``, told(entry))),
  );

/** The text of docs/ops.md. */
export function opIndexPage() {
  const names = new Set([...elementwise, ...others].map(({ name }) => name));
  return `<!-- Made by scripts/index-pages.mjs from the op records and their doc comments. \`npm run docs\` writes it. -->

# Ops

An op is one record (\`src/tensor/op.ts\`); functions are made of ops and have gradients and rules for \`vmap\` through them. [array-api.md](array-api.md)
compares the names with the Python array API standard; [linear-algebra.md](linear-algebra.md) says more of matrices.

- *Dtypes*: those that the op takes, found by trying; inputs of another kind after a semicolon.
- *Computed by*: index arithmetic is folded into the kernel that reads; a kernel is one of [the compiler's families](compiler.md), or the
  record brings its own along. "Other ops": the record is defined by them.
- *Gradient in*: the inputs, from 0, that get a cotangent; "–": none does, or it is 0. Gradients are ops again, so all orders exist.
- *vmap*: the same op with one more axis, a rule of the record, the rules of the other ops, or one call after the other.

## Elementwise

Each is one scalar expression, fused with its neighbours into one kernel; under \`vmap\` it is the same op.

${elementwiseTable()}

## Other records

${othersTable()}

## Functions of \`deconfound\` made of them

${functionTable([...publicFunctions].filter(([name]) => !names.has(name)))}

## \`random\` of \`deconfound\`

${functionTable(exportsOf("src/tensor/samplers.ts"))}

## \`deconfound/nn\`

${functionTable([...exportsOf("src/nn/index.ts")].filter(([name]) => /^[a-z]/.test(name)))}
`;
}
