import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BuiltProgram } from "../support/program.ts";
import { buildProgram, ended, listen } from "../support/program.ts";
import { command } from "./capture.ts";

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

/** Runs the program and sends it a signal once it has said `when`. Resolves to its exit code or signal. */
function killWhen(line: string, when: string, signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
  const child = program.start(line, ["ignore", "ignore", "pipe"]);
  listen(child, when, () => child.kill(signal));
  return ended(child);
}

test("killed twice, once with no warning, a run ends bit for bit like an unbroken one", {
  timeout: 60_000,
}, async () => {
  const line =
    "train --dataset builtin --size 12 --count 80 --attack badnets --defence cbd --model small-2 --batch 16 " +
    "--preset paper --epochs 6 --backdoor-epochs 2 --device cpu";
  const [broken, unbroken] = [join(folder, "broken"), join(folder, "unbroken")];
  expect(await killWhen(`${line} --out ${broken}`, "backdoored model  epoch 1/2", "SIGINT")).toBe(130);
  expect(await killWhen(`train --resume ${broken}`, "clean model  epoch 1/6", "SIGKILL")).toBe("SIGKILL");
  expect(existsSync(join(broken, "run.json"))).toBe(false); // the kill came in time
  expect((await command(`train --resume ${broken}`)).code).toBe(0);
  expect((await command(`${line} --out ${unbroken}`)).code).toBe(0);
  for (const name of ["model-cbd.safetensors", "suspects.csv"]) {
    expect(readFileSync(join(broken, name))).toEqual(readFileSync(join(unbroken, name)));
  }
});
