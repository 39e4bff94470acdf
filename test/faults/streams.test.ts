import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BuiltProgram } from "../support/program.ts";
import { buildProgram, ended, listen } from "../support/program.ts";

let program: BuiltProgram;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
  program = await buildProgram();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  program.remove();
});

const train =
  "train --dataset builtin --size 12 --count 40 --model small-2 --batch 10 --defence none --epochs 3 --device cpu";
const full = "/dev/full"; // a file that has no room
const linux = existsSync(full);

test("a reader of the results that goes away ends the command without a word", async () => {
  const child = program.start("--help", ["ignore", "pipe", "pipe"]);
  child.stdout!.destroy();
  const log = listen(child);
  expect([await ended(child), log.said()]).toEqual([0, ""]);
});

test.runIf(linux)("results that find no room are told in one line, with an exit code of their own", async () => {
  const child = program.start("--help", ["ignore", openSync(full, "w"), "pipe"]);
  const log = listen(child);
  expect(await ended(child)).toBe(4);
  expect(log.said()).toBe("deconfound: standard output cannot be written, no space left on the disk\n");
});

test("a training goes on when the reader of its log goes away", async () => {
  const out = join(folder, "no-log");
  const child = program.start(`${train} --out ${out}`, ["ignore", "ignore", "pipe"]);
  listen(child, "epoch 1/3", () => child.stderr!.destroy());
  expect(await ended(child)).toBe(0);
  expect(JSON.parse(readFileSync(join(out, "run.json"), "utf8"))).toMatchObject({ results: [{ defence: "none" }] });
});

test.each(["SIGHUP", "SIGTERM", "SIGINT"] as const)("%s saves the state, and the run can go on", async (signal) => {
  const out = join(folder, signal);
  const child = program.start(`${train} --out ${out}`, ["ignore", "ignore", "pipe"]);
  const log = listen(child, "epoch 1/3", () => child.kill(signal));
  expect(await ended(child)).toBe(130);
  expect(log.said()).toContain(`stopped; go on with: deconfound train --resume ${out}\n`);
  const second = program.start(`train --resume ${out}`, ["ignore", "ignore", "pipe"]);
  expect(await ended(second)).toBe(0);
});

test("the second signal ends the process at once", async () => {
  const child = program.start(train.replace("epochs 3", "epochs 3000"), ["ignore", "ignore", "pipe"]);
  listen(child, "epoch 1/3000", () => {
    child.kill("SIGINT");
    child.kill("SIGTERM");
  });
  expect(["SIGINT", "SIGTERM"]).toContain(await ended(child)); // not 130: it did not take the time to save
});
