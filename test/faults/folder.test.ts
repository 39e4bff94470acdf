import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtinDataset } from "../../src/data/builtin.ts";
import { encodeCifar10 } from "../../src/data/formats/cifar10.ts";
import { command } from "../cli/capture.ts";
import type { BuiltProgram } from "../support/program.ts";
import { buildProgram, ended, listen } from "../support/program.ts";

let program: BuiltProgram;
let folder: string;
let stopped: string; // the folder of a run that was stopped
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
  program = await buildProgram();
  stopped = join(folder, "stopped");
  expect((await command(`${train} --out ${stopped}`, { interruptAt: "epoch 1/3" })).code).toBe(130);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  program.remove();
});

const settings = "--model small-2 --batch 10 --defence none --epochs 3 --device cpu";
const train = `train --dataset builtin --size 12 --count 40 ${settings}`;
const table = /^defence +CA %/;

test("a folder that holds anything is not mixed with a new run", async () => {
  const before = readdirSync(stopped);
  const again = await command(`${train} --out ${stopped}`);
  expect([again.code, again.err]).toEqual([
    2,
    `deconfound train: --out ${stopped} holds a run already; train --resume ${stopped} goes on with it\n`,
  ]);
  expect(readdirSync(stopped)).toEqual(before); // no lock stays either
  const used = join(folder, "used");
  mkdirSync(used);
  writeFileSync(join(used, "\u001b[31mthesis.txt"), "mine");
  expect((await command(`${train} --out ${used}`)).err).toBe(
    `deconfound train: --out ${used} is not empty, it holds "\\u{1b}[31mthesis.txt"; name a new folder\n`,
  );
});

test("two runs at once do not share a folder", async () => {
  const out = join(folder, "shared");
  const first = program.start(`${train} --out ${out}`.replace("epochs 3", "epochs 400"), ["ignore", "ignore", "pipe"]);
  await new Promise<void>((resolve) => void listen(first, "epoch 3/400", resolve));
  for (const line of [`${train} --out ${out}`, `train --resume ${out}`]) {
    const second = await command(line);
    expect(second.code).toBe(2);
    expect(second.err).toMatch(new RegExp(`${out}: another run is at work here \\(process ${first.pid} on .*; wait`));
  }
  first.kill("SIGKILL");
  expect(await ended(first)).toBe("SIGKILL");
  expect(readdirSync(out)).toContain("run.lock"); // the lock of a dead process is taken over
  expect((await command(`train --resume ${out}`, { interruptAt: "/400" })).code).toBe(130);
  expect(readdirSync(out)).toEqual(["state.safetensors"]);
}, 60_000);

test("a changed bit of the state is seen, wherever it is", async () => {
  const path = join(stopped, "state.safetensors");
  const bytes = readFileSync(path);
  try {
    for (const share of [0.001, 0.1, 0.5, 0.9, 0.9999]) {
      const damaged = Uint8Array.from(bytes);
      damaged[Math.floor(bytes.length * share)]! ^= 1;
      writeFileSync(path, damaged);
      const { code, err } = await command(`train --resume ${stopped}`);
      expect([share, code, err.split("\n").length]).toEqual([share, 2, 2]);
      expect(err).toMatch(/^deconfound train: .*state\.safetensors: /);
    }
  } finally {
    writeFileSync(path, bytes);
  }
});

test("images that have changed since are not trained on any further", async () => {
  const [data, out] = [join(folder, "data"), join(folder, "on-disk")];
  mkdirSync(data);
  const part = (kind: "train" | "test"): Uint8Array =>
    encodeCifar10(builtinDataset({ count: 20, size: 32, part: kind, seed: 1 }));
  writeFileSync(join(data, "data_batch_1.bin"), part("train"));
  writeFileSync(join(data, "test_batch.bin"), part("test"));
  const line = `train --data ${data} ${settings} --out ${out}`;
  expect((await command(line, { interruptAt: "epoch 1/3" })).code).toBe(130);
  const bytes = part("train");
  bytes[100]! ^= 1;
  writeFileSync(join(data, "data_batch_1.bin"), bytes);
  const { code, err } = await command(`train --resume ${out}`);
  expect([code, err]).toEqual([
    2,
    `deconfound train: ${out}: the training images have changed since the run began; train anew\n`,
  ]);
  writeFileSync(join(data, "data_batch_1.bin"), part("train"));
  expect((await command(`train --resume ${out}`)).code).toBe(0);
}, 60_000);

test("a folder that is removed during the run is made again, with all that was to be in it", async () => {
  const out = join(folder, "removed");
  const child = program.start(`${train} --out ${out}`, ["ignore", "pipe", "pipe"]);
  listen(child, "epoch 1/3", () => rmSync(out, { recursive: true }));
  expect(await ended(child)).toBe(0);
  expect(readdirSync(out).sort()).toEqual([
    "evidence-none.safetensors",
    "model-none.safetensors",
    "report",
    "report.html",
    "run.json",
    "state.safetensors",
  ]);
});

test("a folder that cannot be written any more: training goes on, results are printed, and the exit code says it", async () => {
  const out = join(folder, "gone");
  const child = program.start(`${train} --out ${out}`, ["ignore", "pipe", "pipe"]);
  let printed = "";
  child.stdout!.on("data", (part: Buffer) => {
    printed += part.toString();
  });
  const log = listen(child, "epoch 2/3", () => {
    renameSync(out, `${out}-before`);
    writeFileSync(out, "a file in its place");
  });
  expect(await ended(child)).toBe(4);
  expect(printed).toMatch(table);
  expect(log.said()).toMatch(/^not saved: .*gone: .*; training goes on, and tries again$/m);
  expect(log.said()).toMatch(/^deconfound train: not everything was written: .*gone: .*; once that is mended, /m);
  rmSync(out);
  renameSync(`${out}-before`, out);
  expect((await command(`train --resume ${out}`)).code).toBe(0); // the state before is whole
});

test("a disk without room: what was saved before stays whole", async () => {
  const out = join(folder, "full");
  mkdirSync(out);
  const child = program.start(`${train} --out ${out}`, ["ignore", "pipe", "pipe"], { largestFile: 1 });
  let printed = "";
  child.stdout!.on("data", (part: Buffer) => {
    printed += part.toString();
  });
  const log = listen(child);
  expect(await ended(child)).toBe(4);
  expect(printed).toMatch(table);
  expect(log.said()).toContain("the file would be larger than allowed");
  expect(log.said()).toContain("no epoch was saved: the run must begin anew");
  expect(readdirSync(out)).toEqual([]); // no part of a file, no lock
});

test("--out below a file, or where nothing can be made, is refused before anything is trained", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  for (const out of [file, join(file, "below"), "/proc/nope/x"]) {
    const { code, err } = await command(`${train} --out ${out}`);
    expect([code, err.split("\n").length]).toEqual([2, 2]);
    expect(err).toContain(`${out}: cannot be written, `);
  }
});
