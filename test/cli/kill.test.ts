import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { command } from "./capture.ts";

const program = join(import.meta.dirname, "../../.vitest", `cli-${process.pid}`); // two below package.json
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
  mkdirSync(program, { recursive: true });
  await build({
    entryPoints: [join(import.meta.dirname, "../../src/cli/main.ts")],
    outfile: join(program, "main.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["webgpu"],
    logLevel: "error",
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(program, { recursive: true, force: true });
});

/** Runs the program and sends it a signal once it has said `when`. Resolves to its exit code or signal. */
function killWhen(line: string, when: string, signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
  const child = spawn(process.execPath, [join(program, "main.mjs"), ...line.split(" ")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (part: Buffer) => {
    const before = said.includes(when);
    said += part.toString();
    if (!before && said.includes(when)) child.kill(signal);
  });
  return new Promise((resolve) => {
    child.on("close", (code, by) => resolve(code ?? by!));
  });
}

test("killed twice, once with no warning, a run ends bit for bit like an unbroken one", {
  timeout: 60_000,
}, async () => {
  const line =
    "train --dataset builtin --size 12 --count 80 --attack badnets --defence cbd --model small-2 --batch 16 " +
    "--epochs 6 --backdoor-epochs 2 --device cpu";
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
