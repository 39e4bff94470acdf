import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { command } from "./capture.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("wrong use ends before any work, with one line", async () => {
  const full = join(folder, "full");
  mkdirSync(full);
  writeFileSync(join(full, "a\u001b.txt"), "");
  for (const [line, words] of [
    ["scan", "--data is missing"],
    ["scan one two", "unexpected argument 'two'"],
    [`scan ${folder} --data ${folder}`, "DIR and --data are the same: leave one out"],
    [`scan ${folder}/none`, "no such file or folder"],
    [`scan --dataset builtin --out ${full}`, `--out ${full} is not empty, it holds "a\\u{1b}.txt"`],
    [`scan --dataset builtin --out ${full}/a\u001b.txt`, "cannot be written"],
  ] as const) {
    const { code, out, err } = await command(line);
    expect([code, out, err.trim().split("\n").length]).toEqual([2, "", 1]);
    expect(err).toContain(words);
  }
});

test("an interrupted scan stops after its step and writes nothing", async () => {
  const out = join(folder, "out");
  const line = `scan --dataset builtin --size 12 --count 20 --device cpu --out ${out} --json`;
  const { code, out: printed, err } = await command(line, { interruptAt: "scan: " });
  expect([code, printed]).toEqual([130, ""]);
  expect(err).toContain("stopped; nothing was written");
  expect(existsSync(out) ? readdirSync(out) : []).toEqual([]);
});
