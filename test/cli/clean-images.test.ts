import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunReport } from "../../src/cli/run-report.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { encodePng } from "../../src/formats/png.ts";
import { command } from "./capture.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
  await writeImages("pictures", builtinDataset({ count: 20, size: 12, seed: 77 }));
  await writeImages("test-images", builtinDataset({ count: 20, size: 12, seed: 3, part: "test" }));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** One folder per class. */
async function writeImages(name: string, { images, labels, count, classNames }: Dataset): Promise<void> {
  for (let i = 0; i < count; i++) {
    const place = join(folder, name, classNames![labels[i]!]!);
    mkdirSync(place, { recursive: true });
    const pixels = images.subarray(i * 432, (i + 1) * 432);
    writeFileSync(join(place, `${i}.png`), await encodePng({ height: 12, width: 12, channels: 3, pixels }));
  }
}

const report = (run: string): RunReport => JSON.parse(readFileSync(join(folder, run, "run.json"), "utf8")) as RunReport;
const drawn = "--dataset builtin --size 12 --count 60 --seed 3";
const short = "--model small-2 --batch 16 --epochs 1 --set fp.tuning.epochs=2 --device cpu";
const attacked = `train ${drawn} --attack badnets --rate 0.2 ${short}`;

const timeless = ({
  results,
  config: { clean: _, defences: __, ...config },
  run: ___,
  epochs,
  ...rest
}: RunReport): unknown => ({
  ...rest,
  config,
  epochs: epochs.filter(({ defence }) => defence === "none"),
  results: results
    .filter(({ defence }) => defence === "none")
    .map(({ seconds: _, imagesPerSecond: __, ...rates }) => rates),
});

describe("a run with clean images", () => {
  test("says how many in the table and run.json; other defences train as without", async () => {
    const { code, out, err } = await command(`${attacked} --defence none,fp --clean-share 0.2 --out ${folder}/first`);
    expect([code, err]).toEqual([0, expect.stringContaining("fp: fine-tuning  epoch 2/2")]);
    expect(out).toMatch(/^none +\d.*\nfp \(clean data 20 %, 12 images\) +\d/m);
    const { sets, config } = report("first");
    expect([sets, config.clean]).toEqual([
      { train: 60, poisoned: 12, clean: 12, test: 30, triggered: 27 },
      { share: 0.2 },
    ]);
    expect((await command(`${attacked} --defence none --out ${folder}/alone`)).code).toBe(0);
    const [alone, both] = [report("alone"), report("first")];
    expect(alone.sets).toEqual({ train: 60, poisoned: 12, test: 30, triggered: 27 });
    const { clean: _, ...sizes } = both.sets;
    expect(timeless({ ...both, sets: sizes })).toEqual(timeless(alone));
    expect(readFileSync(join(folder, "alone/model-none.safetensors")).length).toBeGreaterThan(0);
  });

  test("stopped while it tunes it goes on to the same bits", async () => {
    const line = `${attacked} --defence none,fp --clean-share 0.2 --out ${folder}/second`;
    expect((await command(line, { interruptAt: "fp: fine-tuning  epoch 1/2" })).code).toBe(130);
    expect((await command(`train --resume ${folder}/second`)).code).toBe(0);
    const model = (run: string): Buffer => readFileSync(join(folder, run, "model-fp.safetensors"));
    expect(model("second")).toEqual(model("first"));
    expect(report("second").run).toBe(report("first").run);
  });

  test("of a set that poison wrote, draws them from its untouched images; of another share it is another run", async () => {
    await command(`poison ${drawn} --attack badnets --rate 0.2 --out ${folder}/set`);
    const line = `train --poisoned ${folder}/set --seed 3 --defence fp ${short} --epochs 1`;
    const { code, out } = await command(`${line} --clean-share 0.2 --out ${folder}/poisoned`);
    expect([code, out]).toEqual([0, expect.stringContaining("fp (clean data 20 %, 12 images)")]);
    const model = (run: string): Buffer => readFileSync(join(folder, run, "model-fp.safetensors")).subarray(-2000);
    expect(model("poisoned")).toEqual(model("first"));
    const usual = await command(`${line} --out ${folder}/usual`);
    expect(usual.out).toContain("fp (clean data 5 %, 3 images)");
    expect(report("usual").run).not.toBe(report("poisoned").run);
  });

  test("takes those of a folder, whoever poisoned the set", async () => {
    const line = `train --data ${folder}/set --defence fp ${short} --clean ${folder}/pictures`;
    const { code, out, err } = await command(`${line} --out ${folder}/given`);
    expect([code, out]).toEqual([0, expect.stringContaining("fp (clean data 33.3 %, 20 images)")]);
    expect(err).toContain(`--clean ${folder}/pictures: 20 clean images, those of its training and of its test part\n`);
    expect(report("given").config.clean).toMatchObject({
      dataset: { format: "image-folder", folder: `${folder}/pictures` },
    });
  });
});

describe("clean images are refused", () => {
  const refusals: readonly (readonly [line: string, message: string])[] = [
    [`${attacked} --defence none,cbd --clean-share 0.1`, "--clean-share: of none, cbd, none uses clean images"],
    [`${attacked} --defence none --clean D`, "--clean: of none, none uses clean images"],
    [`${attacked} --defence fp --clean-share 0`, "--clean-share 0 gives no clean image"],
    [`${attacked} --defence fp --clean-share 0.01`, "a share of 0.01 of 60 training images asks for 0"],
    [`${attacked} --defence fp --clean-share 0.9`, "a share of 0.9 of 60 training images asks for 54, 48 are clean"],
    [`${attacked} --defence fp --clean-share 0.1 --clean D/pictures`, "--clean and --clean-share exclude each other"],
    [`${attacked} --defence fp --clean D/set`, "D/set: is a poisoned set, its manifest.json says"],
    [`${attacked} --defence fp --clean D/test-images`, "20 of its images are test images of the run"],
    [
      `train --data D/pictures --defence fp ${short}`,
      "--defence fp needs clean images, and nothing says which of D/pictures are clean",
    ],
    [`train --dataset builtin --size 16 ${short} --defence fp --clean D/none`, "D/none"],
  ];
  test.each(refusals)("%s", async (line, message) => {
    const { code, err, out } = await command(line.replaceAll("D/", `${folder}/`));
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message.replaceAll("D/", `${folder}/`));
    expect(err).not.toContain("epoch"); // nothing was trained
  });
});
