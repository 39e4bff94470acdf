import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunReport } from "../../src/cli/run-report.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { command } from "./capture.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const data = "--dataset builtin --size 12 --count 60 --seed 3";
const attacked = `train ${data} --attack badnets --rate 0.2 --target 1 --model small-2 --batch 16 --device cpu`;
const line = `${attacked} --preset paper --defence none,cbd --epochs 2 --backdoor-steps 5`;

/** Results without what a clock decides. */
function timeless(report: RunReport): object {
  const results = report.results.map(({ seconds: _, imagesPerSecond: __, ...rates }) => rates);
  return { ...report, results };
}

test("a run writes report, models and suspects, and prints one table", async () => {
  const out = join(folder, "first");
  const { code, out: table, err } = await command(`${line} --out ${out}`);
  expect(code).toBe(0);
  expect(table).toMatch(
    /^defence +CA % +ASR % +clean target % +RA % +target class % +worst class % +passes +× none +seconds +× none +images\/s\n-[- ]+\nnone .*\ncbd .*\n/,
  );
  expect(table).toContain("none: COLLAPSED");
  expect(err.match(/^none {2}epoch \d\/2 {2}loss \d.*CA .*ASR .*$/gm)).toHaveLength(2);
  expect(err.match(/^cbd: backdoored model {2}epoch \d\/2 /gm)).toHaveLength(2); // 5 steps are 2 epochs of 4
  expect(err).toMatch(/^cbd: nothing found.* AUROC /m); // two epochs on 60 images
  expect(readdirSync(out).sort()).toEqual([
    "evidence-cbd.safetensors",
    "evidence-none.safetensors",
    "model-cbd.safetensors",
    "model-none.safetensors",
    "report",
    "report.html",
    "run.json",
    "state.safetensors",
    "suspects.csv",
  ]);
  const report = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as RunReport;
  expect(report.sets).toEqual({ train: 60, poisoned: 12, test: 30, triggered: 27 });
  expect(report.config).toMatchObject({
    attacks: [{ name: "badnets", options: { rate: 0.2, target: 1 } }],
    seed: 3,
    training: { batch: 16, clean: { epochs: 2 } },
    defences: [
      { name: "none", options: {} },
      { name: "cbd", options: { backdoor: { steps: 5 }, weight: { cap: 0 } } },
    ],
  });
  expect(report.epochs.map(({ defence, phase, epoch }) => `${defence} ${phase} ${epoch}`)).toEqual([
    "none clean 1",
    "none clean 2",
    "cbd backdoor 1",
    "cbd backdoor 2",
    "cbd clean 1",
    "cbd clean 2",
  ]);
  for (const { ca, asr, ra, cleanTargetRate, flops, forwardEquivalents, seconds, imagesPerSecond } of report.results) {
    for (const rate of [ca, asr!, ra!, cleanTargetRate!]) expect(rate >= 0 && rate <= 100).toBe(true);
    expect(seconds > 0 && imagesPerSecond > 0 && flops > 0 && forwardEquivalents > 3).toBe(true);
  }
  const suspects = readFileSync(join(out, "suspects.csv"), "utf8").trim().split("\n");
  expect(suspects).toHaveLength(61);
  expect(suspects[0]).toBe("index,label,suspicion,weight,lossBackdoored,lossClean,rank,run");
});

test("the same seed gives the same bits; --json prints run.json", async () => {
  const out = join(folder, "second");
  const { code, out: text } = await command(`${line} --out ${out} --json`);
  expect(code).toBe(0);
  expect(text).toBe(readFileSync(join(out, "run.json"), "utf8"));
  const first = readFileSync(join(folder, "first", "run.json"), "utf8");
  expect(timeless(JSON.parse(text) as RunReport)).toEqual(timeless(JSON.parse(first) as RunReport));
  for (const name of ["model-cbd.safetensors", "model-none.safetensors", "suspects.csv"]) {
    expect(readFileSync(join(out, name))).toEqual(readFileSync(join(folder, "first", name)));
  }
});

test("an interrupted run exits with 130, and resumed inside an epoch of either phase it ends bit for bit the same", async () => {
  const out = join(folder, "third");
  const first = await command(`${line} --out ${out}`, { interruptAt: "none  epoch 1/2" });
  expect(first.code).toBe(130);
  expect(first.err).toContain(`go on with: deconfound train --resume ${out}\n`);
  const second = await command(`train --resume ${out}`, { interruptAt: "backdoored model  epoch 1/2" });
  expect([second.code, second.out]).toEqual([130, ""]);
  const third = await command(`train --resume ${out}`, { interruptAt: "clean model  epoch 1/2" });
  expect(third.code).toBe(130);
  const last = await command(`train --resume ${out} --json`);
  expect(last.code).toBe(0);
  const unbroken = JSON.parse(readFileSync(join(folder, "first", "run.json"), "utf8")) as RunReport;
  expect(timeless(JSON.parse(last.out) as RunReport)).toEqual(timeless(unbroken));
  for (const name of ["model-cbd.safetensors", "model-none.safetensors", "suspects.csv"]) {
    expect(readFileSync(join(out, name))).toEqual(readFileSync(join(folder, "first", name)));
  }
  const again = await command(`train --resume ${out} --json`); // a finished run only prints
  expect(JSON.parse(again.out)).toEqual(JSON.parse(last.out));
});

test("predict agrees with the run that made the model", async () => {
  const model = join(folder, "first", "model-cbd.safetensors");
  const line = `predict --model ${model} ${data} --attack badnets --target 1 --device cpu`;
  const csv = await command(line);
  expect(csv.code).toBe(0);
  const rows = csv.out.trim().split("\n");
  expect(rows[0]).toBe("index,label,class,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9");
  expect(rows).toHaveLength(31);
  const { rates, predictions } = JSON.parse((await command(`${line} --json`)).out) as {
    rates: object;
    predictions: { class: number; probabilities: number[] }[];
  };
  const report = JSON.parse(readFileSync(join(folder, "first", "run.json"), "utf8")) as RunReport;
  expect(report.results[1]).toMatchObject(rates);
  for (const { class: predicted, probabilities } of predictions) {
    expect(Math.abs(probabilities.reduce((a, b) => a + b) - 1)).toBeLessThan(1e-5);
    expect(Math.max(...probabilities)).toBe(probabilities[predicted]);
  }
  const wrong = await command(`predict --model ${model} --dataset builtin --size 16 --device cpu`);
  expect([wrong.code, wrong.err]).toEqual([
    2,
    "deconfound predict: the model is for images of 12×12 pixels, 3 channels and 10 classes; these have 16×16 pixels, " +
      "3 channels and 10 classes\n",
  ]);
});

test("--init starts from a model file; without an attack there is nothing to say of one", async () => {
  const model = join(folder, "first", "model-none.safetensors");
  const out = join(folder, "init");
  const words = `train ${data} --model small-2 --batch 16 --device cpu --defence none --epochs 1 --lr 0 --init ${model}`;
  const { code, out: table } = await command(`${words} --out ${out}`);
  expect(code).toBe(0);
  expect(table).toMatch(/^none +\d+\.\d +- +- +- /m);
  const read = (path: string) => decodeSafetensors(new Uint8Array(readFileSync(path)), path).tensors;
  const [before, after] = [read(model), read(join(out, "model-none.safetensors"))];
  expect(after.get("fc.weight")).toEqual(before.get("fc.weight")); // the rate was 0
  expect(after.get("layers.0.bn.running_mean")).not.toEqual(before.get("layers.0.bn.running_mean"));
});
