import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeGpu } from "../support/gpu.ts";
import { command } from "./capture.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describeGpu("train on the GPU", () => {
  test("an interrupted and resumed run gives the bits of an unbroken one", { timeout: 300_000 }, async () => {
    const line =
      "train --dataset builtin --size 12 --count 48 --attack badnets --defence cbd --model small-2 --batch 16 " +
      "--preset paper --epochs 2 --backdoor-epochs 1 --device gpu";
    const [broken, unbroken] = [join(folder, "broken"), join(folder, "unbroken")];
    expect((await command(`${line} --out ${broken}`, { interruptAt: "clean model  epoch 1/2" })).code).toBe(130);
    expect((await command(`train --resume ${broken}`)).code).toBe(0);
    expect((await command(`${line} --out ${unbroken}`)).code).toBe(0);
    for (const name of ["model-cbd.safetensors", "suspects.csv"]) {
      expect(readFileSync(join(broken, name))).toEqual(readFileSync(join(unbroken, name)));
    }
    const report = JSON.parse(readFileSync(join(unbroken, "run.json"), "utf8")) as { device: { kind: string } };
    expect(report.device.kind).toBe("gpu");
  });
});
