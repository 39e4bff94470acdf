import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { command } from "./capture.ts";

/** What every set was put on a device with. */
const limits: (number | undefined)[] = [];
vi.mock("../../src/backdoor/device-data.ts", async (original) => {
  const actual = await original<typeof import("../../src/backdoor/device-data.ts")>();
  const putDataset: typeof actual.putDataset = (device, dataset, residentBytes) => {
    limits.push(residentBytes);
    return actual.putDataset(device, dataset, residentBytes);
  };
  return { ...actual, putDataset };
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The limits that a command gave, and what it said. */
async function limitsOf(line: string): Promise<{ given: readonly (number | undefined)[]; out: string }> {
  limits.length = 0;
  const { code, out, err } = await command(line);
  expect([code, err]).toEqual([0, expect.any(String)]);
  expect(limits.length).toBeGreaterThan(0);
  return { given: [...new Set(limits)], out };
}

test("--resident reaches every set that train, predict, poison and show put on the device", {
  timeout: 60_000,
}, async () => {
  const drawn = "--dataset builtin --size 12 --count 30 --seed 3";
  const attack =
    "--attack dynamic --rate 0.1 --set dynamic.width=1 --set dynamic.maskSteps=2 --set dynamic.patternSteps=2 " +
    "--set dynamic.surrogate.width=1 --set dynamic.batch=6";
  const training = "--defence none --model small-2 --batch 15 --epochs 1 --augment none";
  const [run, all] = [join(folder, "run"), join(folder, "all")];
  const train = await limitsOf(`train ${drawn} ${attack} ${training} --device cpu --resident 0 --out ${run}`);
  expect(train.given).toEqual([0]);
  expect((await limitsOf(`train ${drawn} ${attack} ${training} --device cpu --out ${all}`)).given).toEqual([undefined]);
  for (const name of ["attack-dynamic.safetensors", "model-none.safetensors"]) {
    expect(readFileSync(join(run, name))).toEqual(readFileSync(join(all, name)));
  }
  const model = `${drawn} ${attack} --model ${run}/model-none.safetensors --device cpu`;
  expect((await limitsOf(`predict ${model} --resident 3`)).given).toEqual([3 * 2 ** 20]);
  expect((await limitsOf(`show ${model} --resident 3 --out ${folder}/a.png`)).given).toEqual([3 * 2 ** 20]);
  const poison = `poison ${drawn} ${attack} --device cpu --resident 3 --out ${folder}/set`;
  expect((await limitsOf(poison)).given).toEqual([3 * 2 ** 20]);
});

test("--resident reaches the scan", { timeout: 60_000 }, async () => {
  const scan = "scan --dataset builtin --size 12 --count 20 --device cpu --resident 0";
  limits.length = 0;
  const stopped = await command(scan, { interruptWhen: Promise.resolve() });
  expect([stopped.code, limits]).toEqual([130, [0]]);
});
