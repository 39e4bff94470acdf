import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Manifest } from "../../src/cli/manifest.ts";
import type { RunReport } from "../../src/cli/run-report.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import { cifar10, encodeCifar10 } from "../../src/data/formats/cifar10.ts";
import { command } from "./capture.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const report = (run: string): RunReport => JSON.parse(readFileSync(join(folder, run, "run.json"), "utf8")) as RunReport;
const manifest = (set: string): Manifest =>
  JSON.parse(readFileSync(join(folder, set, "manifest.json"), "utf8")) as Manifest;
const training =
  "--defence cbd --preset paper --model small-2 --batch 16 --epochs 1 --backdoor-epochs 1 --augment none --backdoor-augment none --device cpu";
const drawn = "--dataset builtin --size 12 --count 60 --seed 3";

test("a poisoned set trains like the run that poisons it, and its attack is known", async () => {
  const made = await command(
    `poison ${drawn} --attack badnets,wanet --rate 0.2 --target 1 --set wanet.rate=0.1 --out ${folder}/set`,
  );
  expect([made.code, made.err]).toEqual([0, ""]);
  expect(made.out).toBe(
    "badnets: 12 of 60 training images are poisoned (20.0 %, as many as 200.0 % of the 6 of class 1 ring)\n" +
      "wanet: 6 of 60 training images are poisoned (10.0 %, as many as 100.0 % of the 6 of class 1 ring); 12 more have a false trigger and their own label\n" +
      `60 training images in ${folder}/set\n`,
  );
  const { images, attacks, seed } = manifest("set");
  expect([seed, attacks.map(({ name }) => name)]).toEqual([3, ["badnets", "wanet"]]);
  expect(new Set(images.map(({ index }) => index)).size).toBe(30);
  for (const { index, flag, label, originalLabel } of images) {
    expect([originalLabel, label]).toEqual([index % 10, flag === 1 ? 1 : index % 10]);
  }
  const direct = await command(
    `train ${drawn} --attack badnets,wanet --rate 0.2 --target 1 --set wanet.rate=0.1 ${training} --out ${folder}/direct`,
  );
  expect(direct.code).toBe(0);
  for (const flag of ["poisoned", "data"]) {
    const trained = await command(`train --${flag} ${folder}/set --seed 3 ${training} --out ${folder}/${flag}`);
    expect([trained.code, trained.err]).toEqual([0, expect.stringContaining("badnets: 12 of 60")]);
    const [before, after] = [report("direct"), report(flag)];
    expect(after.sets).toEqual(before.sets);
    expect(after.data).toBe(before.data);
    const rates = ({ results: [result], suspects }: RunReport): unknown => [
      result!.ca,
      result!.asr,
      result!.others,
      suspects,
    ];
    expect(rates(after)).toEqual(rates(before));
  }
  expect(report("direct").results[0]!.others.map(({ attack }) => attack)).toEqual(["wanet"]);
  expect(direct.out).toMatch(/^cbd, attack wanet: ASR \d/m);
});

test("attacks that train something leave it beside the set and the run, for resume and predict", async () => {
  const small = "--set trojan.surrogate.width=2 --set trojan.surrogate.steps=10 --set trojan.steps=4 --set reach=0";
  const made = await command(`poison ${drawn} --attack trojan ${small} --device cpu --out ${folder}/trojan`);
  expect([made.code, made.err]).toEqual([0, expect.stringContaining("device")]);
  expect(existsSync(join(folder, "trojan/attack-trojan.safetensors"))).toBe(true);
  const trained = await command(`train --poisoned ${folder}/trojan --seed 3 ${training} --out ${folder}/run`);
  expect(trained.code).toBe(0);
  const model = `--model ${folder}/run/model-cbd.safetensors --dataset builtin --size 12 --count 60`;
  const predicted = await command(`predict ${model} --attack trojan ${small} --seed 3 --device cpu`);
  expect([predicted.code, predicted.err]).toEqual([0, expect.stringMatching(/ASR \d/)]);
  const [, rate] = /ASR ([\d.]+)/.exec(predicted.err)!;
  expect(Number(rate)).toBeCloseTo(report("run").results[0]!.asr!, 1);
  const other = await command(`predict ${model} --attack trojan ${small} --seed 4 --device cpu`);
  expect([other.code, other.err]).toEqual([
    2,
    expect.stringContaining("was made with other options of the attack, or another seed"),
  ]);
  expect((await command(`train --resume ${folder}/run`)).code).toBe(0);
});

test("a folder keeps its format, and images that changed since are refused", async () => {
  const [train, test_] = [
    builtinDataset({ count: 30, size: 32 }),
    builtinDataset({ count: 10, size: 32, part: "test" }),
  ];
  const clean = mkdtempSync(join(folder, "clean-"));
  writeFileSync(join(clean, "data_batch_1.bin"), encodeCifar10(train));
  writeFileSync(join(clean, "test_batch.bin"), encodeCifar10(test_));
  const out = join(folder, "cifar");
  expect((await command(`poison --data ${clean} --attack sig --rate 0.1 --limit 20 --out ${out}`)).code).toBe(0);
  expect(manifest("cifar").dataset.format).toBe(cifar10.name);
  expect(manifest("cifar").images.every(({ label, originalLabel }) => label === 0 && originalLabel === 0)).toBe(true);
  expect((await command(`poison --data ${out} --attack sig --out ${folder}/twice`)).err).toContain(
    "is poisoned already",
  );
  const again = `train --poisoned ${out} ${training}`;
  expect((await command(`${again} --attack blend`)).err).toContain(`--attack: ${out} is poisoned already, by sig`);
  expect((await command(`${again} --limit 10`)).err).toContain("the set is poisoned already; give poison the limit");
  expect((await command(`train --poisoned ${clean} ${training}`)).err).toContain("holds no manifest.json");
  writeFileSync(
    join(out, "data_batch_1.bin"),
    encodeCifar10({ ...train, count: 20, images: train.images.slice(0, 20 * 3072), labels: train.labels.slice(0, 20) }),
  );
  expect((await command(again)).err).toContain("its training images are not those that manifest.json is of");
});
