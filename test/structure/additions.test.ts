import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunReport } from "../../src/cli/run-report.ts";
import { readText, root } from "../support/repository.ts";

// An attack, a defence, a dataset format, a model family and a dependence estimator are each added by one file and one row of an
// index. This test adds one of each to a copy of src/, builds the program from it, and finds them wherever a user would look.

/** Where a file of additions/ goes, and the row: the list of the index that it joins. */
const additions = [
  { name: "corner", exported: "corner", place: "src/backdoor/attacks", list: "attacks" },
  { name: "twice", exported: "twice", place: "src/backdoor/defences", list: "defences" },
  { name: "raw", exported: "raw", place: "src/data/formats", list: "datasetFormats" },
  { name: "linear", exported: "linearFamily", place: "src/nn/models", list: "modelFamilies" },
  { name: "covariance", exported: "covariance", place: "src/mi", list: "dependenceEstimators" },
] as const;

mkdirSync(`${root}.vitest`, { recursive: true });
const folder = mkdtempSync(`${root}.vitest/additions-`); // below node_modules, which the copy needs
const program = join(folder, "dist", "cli", "main.mjs");

function add({ name, exported, place, list }: (typeof additions)[number]): void {
  const file = join(place, `${name}.ts`);
  const text = readText(`test/structure/additions/${name}.ts`).replaceAll(
    /"\.\.\/\.\.\/\.\.\/([^"]+)"/g,
    (_, path: string) => {
      const from = relative(dirname(file), path);
      return `"${from.startsWith(".") ? from : `./${from}`}"`;
    },
  );
  writeFileSync(join(folder, file), text);
  const index = join(folder, place, "index.ts");
  const before = readFileSync(index, "utf8");
  const after = before.replace(new RegExp(`(export const ${list}: [^=]+= \\[[^\\]]*?),?\\s*\\]`), `$1, ${exported}]`);
  expect(after).not.toBe(before);
  writeFileSync(index, `import { ${exported} } from "./${name}.ts";\n${after}`);
}

function run(line: string): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...line.split(" ")], {
    encoding: "utf8",
    cwd: folder,
  });
  return { code: status, out: stdout, err: stderr };
}

/** 40 and 20 images whose class is the brightest of ten places. */
function writeImages(data: string): void {
  mkdirSync(data);
  const file = (count: number): Uint8Array =>
    Uint8Array.from(
      Array.from({ length: count }, (_, i) => {
        const image = Array.from({ length: 64 }, (_, at) => (i * 7 + at * 13) % 60);
        image[10 + 5 * (i % 10)] = 250;
        return [i % 10, ...image];
      }).flat(),
    );
  writeFileSync(join(data, "train.raw"), file(40));
  writeFileSync(join(data, "test.raw"), file(20));
}

beforeAll(async () => {
  cpSync(`${root}src`, join(folder, "src"), { recursive: true });
  cpSync(`${root}package.json`, join(folder, "package.json"));
  for (const addition of additions) add(addition);
  await build({
    entryPoints: [join(folder, "src/cli/main.ts")],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["webgpu", "sharp"],
    logLevel: "error",
  });
  writeImages(join(folder, "data"));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const line =
  "train --data data --attack corner --every 5 --defence none,twice,cbd --preset paper --model linear --batch 10 " +
  "--epochs 2 --backdoor-epochs 1 " +
  "--augment none --backdoor-augment none --set gain=0.5 --set shade=200 --set twice.steps=5 --set cbd.critic.estimator=covariance " +
  "--set cbd.critic.scale=2 --device cpu";

test("the help names each of them, and each of their options", () => {
  const { code, out } = run("train --help");
  expect(code).toBe(0);
  for (const name of ["corner", "twice", "raw", "linear"]) expect(out).toMatch(new RegExp(`^ {2}${name} +\\S`, "m"));
  for (const option of ["raw.gain", "corner.every", "corner.shade", "twice.steps", "twice.share", "cbd.critic.scale"]) {
    expect(out).toContain(`\n  ${option}`);
  }
  expect(out).toMatch(/^ {2}--every N +corner: one of so many is poisoned \[4\]/m);
  expect(out).toMatch(/cbd\.critic\.estimator +[^[]*one\s+of\s+wasserstein,\s+club,\s+hsic,\s+covariance/);
});

test("a run uses each of them, and its report and run.json name them", () => {
  const { code, out, err } = run(`${line} --out run`);
  expect([code, err]).toEqual([0, expect.stringContaining("twice: second look  epoch 2/2")]);
  expect(out).toMatch(/^none .*\ntwice \(needs the poison rate\) .*\ncbd /m);
  const report = JSON.parse(readFileSync(join(folder, "run/run.json"), "utf8")) as RunReport;
  expect(report.config).toMatchObject({
    dataset: { format: "raw", options: { gain: 0.5 } },
    attacks: [{ name: "corner", options: { every: 5, shade: 200 } }],
    model: "linear",
    defences: [
      { name: "none", options: {} },
      { name: "twice", options: { steps: 5, share: 0.5 } },
      { name: "cbd", options: { critic: { estimator: "covariance", scale: 2 } } },
    ],
  });
  expect(report.sets).toEqual({ train: 40, poisoned: 8, test: 20, triggered: 20 }); // all-to-all: every image has another target
  expect(report.results.map(({ defence }) => defence)).toEqual(["none", "twice", "cbd"]);
  const epochs = report.epochs.filter(({ defence }) => defence === "cbd").at(-1)!;
  expect(epochs.means["dependence"]).toBeGreaterThan(0);
});

test("predict and clean know them too", () => {
  const predicted = run("predict --model run/model-twice.safetensors --data data --attack corner --device cpu");
  expect([predicted.code, predicted.out.split("\n").length]).toEqual([0, 22]);
  expect(predicted.err).toMatch(/ASR \d/);
  const cleaned = run("clean --suspects run/suspects.csv --drop 3 --out cleaned");
  expect([cleaned.code, cleaned.out]).toEqual([0, "37 of 40 images in cleaned, 3 dropped\n"]);
  expect(readFileSync(join(folder, "cleaned/train.raw")).length).toBe(37 * 65);
  expect(
    run("train --data cleaned --model linear --defence none --batch 10 --epochs 1 --augment none --device cpu").code,
  ).toBe(0);
});

test("what does not apply is refused", () => {
  expect(run("train --data data --every 5 --model linear").err).toBe(
    "deconfound train: --every needs --attack corner\n",
  );
  expect(run(`${line} --set twice.steps=1e9`).err).toContain("--set twice.steps: expects an integer, 1 … 1000 steps");
});
