import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { encodeTree } from "../../src/node/tree-file.ts";
import { command } from "./capture.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
  writeFileSync(join(folder, "file"), "");
  writeFileSync(join(folder, "data_batch_1.bin"), new Uint8Array(100));
  writeFileSync(join(folder, "test_batch.bin"), new Uint8Array(3073));
  for (const [name, state] of [
    ["old", { format: 1, config: {} }],
    ["empty", { format: 4, config: {} }],
    ["null", null],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "state.safetensors"), await encodeTree(state));
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("help and version go to standard output", async () => {
  const help = await command("--help");
  expect(help.code).toBe(0);
  for (const name of [
    "scan",
    "train",
    "demo",
    "predict",
    "clean",
    "data",
    "poison",
    "show",
    "mi",
    "mi-bench",
    "doctor",
    "tune",
  ]) {
    expect(help.out).toMatch(new RegExp(`^ {2}${name} `, "m"));
    const page = await command(`${name} --help`);
    const long = page.out.split("\n").filter((line) => line.length > 80 && !line.startsWith("  deconfound ")); // a command stays whole
    expect(long).toEqual([]);
    expect([page.code, page.err]).toEqual([0, ""]);
    expect(page.out).toContain("Exit codes");
  }
  expect(await command("--version")).toEqual({ code: 0, out: `${manifest.version}\n`, err: "" });
});

const tiny = "--dataset builtin --size 12 --count 40 --model small-2 --device cpu";

test.each([
  ["", /^deconfound: a clean model/],
  ["trian", /^deconfound: there is no command trian; see deconfound --help\n$/],
  [
    "train",
    /^deconfound train: --data is missing: the folder of the images, or --dataset builtin, which needs none\n$/,
  ],
  ["train --dataset builtin --nope", /^deconfound train: unknown option '--nope'; see deconfound train --help\n$/],
  [`train ${tiny} --batch 41`, /^deconfound train: --batch 41 is more than the 40 training images\n$/],
  [`train ${tiny} --set lambda=x`, /^deconfound train: --set cbd.lambda: expects a number, 0 … 1000000, got "x"\n$/],
  [`train ${tiny} --set clean.epochs=0`, /^deconfound train: clean.epochs is 0: there is nothing to train\n$/],
  [
    "train --dataset cifar10 --data FOLDER/none",
    /^deconfound train: .*none: cannot be read, no such file or folder\n$/,
  ],
  ["train --dataset cifar10 --data FOLDER", /^deconfound train: .*data_batch_1\.bin has 100 bytes: .*truncated.*\n$/],
  [
    `train ${tiny} --batch 8 --out FOLDER/file/x`,
    /^deconfound train: .*x: cannot be written, a part of the path is a file.*\n$/,
  ],
  [`train ${tiny} --batch 8 --init FOLDER/file`, /^deconfound train: .*file: not a safetensors file, 0 bytes.*\n$/],
  ["train --resume FOLDER", /^deconfound train: .*there is no run to go on with.*\n$/],
  [
    "train --resume FOLDER/old",
    /^deconfound train: .*state\.safetensors: was written by another version of this program \(format 1, not 4\): train anew\n$/,
  ],
  ["train --resume FOLDER/null", /^deconfound train: .*\(format none, not 4\): train anew\n$/],
  ["train --resume FOLDER/empty", /^deconfound train: .*state\.safetensors: .* is (?:missing|not .*)\n$/],
  [
    "train --dataset builtin --size 512 --count 1000000",
    /^deconfound train: .*1000000 images of 512×512 are 786432000000 bytes; expects at most 2147483648: .*\n$/,
  ],
  [
    "train --dataset builtin --set cbd.critic.width=1e12",
    /width: expects an integer, 0 … 16384 hidden units, got "1e12"\n$/,
  ],
  [
    "train --resume FOLDER --epochs 3",
    /^deconfound train: --resume goes on with the run's own options; leave out --epochs\n$/,
  ],
  [
    "predict --model FOLDER/file",
    /^deconfound predict: --data is missing: the folder of the images, or --dataset builtin, which needs none\n$/,
  ],
  [
    "predict --dataset builtin --model FOLDER/none",
    /^deconfound predict: .*none: cannot be read, no such file or folder\n$/,
  ],
  ["clean --out FOLDER/x", /^deconfound clean: --suspects is missing\n$/],
  ["doctor --device gpu --tuning FOLDER/none", /^deconfound doctor: .*none: cannot be read, no such file or folder\n$/],
  [
    "doctor --device gpu --tuning FOLDER/file",
    /^deconfound doctor: .*file: is not JSON; deconfound tune writes a new one\n$/,
  ],
  ["tune --only conv3d", /^deconfound tune: --only: expects some of matmul, conv2d, .*, got "conv3d"\n$/],
  ["tune --rounds 0", /^deconfound tune: --rounds: expects an integer, 1 … 1000 times, got "0"\n$/],
  ["tune --out FOLDER/file/x/t.json", /^deconfound tune: .*x: cannot be written, a part of the path is a file.*\n$/],
  ["doctor --device tpu", /^deconfound doctor: --device: expects one of auto, gpu, cpu, got "tpu"\n$/],
])("deconfound %s: exit 2 and one line", async (line, message) => {
  const { code, out, err } = await command(line.replaceAll("FOLDER", folder));
  expect([code, out]).toEqual([2, ""]);
  expect(err).toMatch(message);
});

test("doctor on the CPU reference: exit 3, and a figure", async () => {
  const { code, out } = await command("doctor --device cpu --json");
  expect(code).toBe(3);
  const report = JSON.parse(out) as { kind: string; matmulGflops: number };
  expect(report).toMatchObject({ deconfound: manifest.version, node: process.version, kind: "reference" });
  expect(report.matmulGflops).toBeGreaterThan(0.001);
});
