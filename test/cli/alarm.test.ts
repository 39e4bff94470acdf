import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { badnets } from "../../src/backdoor/attacks/badnets.ts";
import { triggered } from "../../src/backdoor/poison.ts";
import { encodeAlarm } from "../../src/cli/alarm-file.ts";
import type { ModelHeader } from "../../src/cli/model-file.ts";
import { encodeModel, readModel } from "../../src/cli/model-file.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import { encodePng } from "../../src/formats/png.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.ts";
import { parseModel } from "../../src/nn/models/index.ts";
import { shortcutNet } from "../../src/nn/models/shortcut-net.ts";
import { key } from "../../src/tensor/random.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { command } from "./capture.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a run that finds poison", () => {
  const data = "--dataset builtin --size 12 --count 200 --seed 3";
  const line =
    `train ${data} --attack badnets --rate 0.25 --target 1 --model small-2 --batch 16 --epochs 2 --device cpu ` +
    "--defence cbd --set cbd.scan.steps=100 --set cbd.late=false";
  const file = (run: string, name: string): string => join(folder, run, `${name}-cbd.safetensors`);

  beforeAll(async () => {
    const { code, err } = await command(`${line} --out ${join(folder, "run")}`);
    expect(code, err).toBe(0);
    const parts = { count: 200, size: 12, seed: 3, part: "test" } as const;
    const { dataset, attack } = await triggered(badnets, builtinDataset(parts), { target: 1 }, { seed: 3 });
    mkdirSync(join(folder, "images"));
    for (const [name, { images, height, width, channels }] of [
      ["plain", dataset],
      ["stamped", attack!.triggered],
    ] as const) {
      const pixels = images.subarray(0, height * width * channels);
      writeFileSync(join(folder, "images", `${name}.png`), await encodePng({ pixels, height, width, channels }));
    }
  }, 120_000);

  test("writes the scan's second network beside the model, which names it", async () => {
    const { header } = await readModel(file("run", "model"));
    expect(header).toMatchObject({ model: "small-2", classes: 10, alarm: "alarm-cbd.safetensors" });
    const { header: alarm } = await readModel(file("run", "alarm"));
    expect(alarm).toEqual({
      ...{ model: "template", height: 12, width: 12, channels: 3, classes: 2 },
      ...{ classNames: ["no trigger", "trigger"], pictures: header.pictures, run: header.run },
    });
  });

  test("writes the same bits when it was interrupted after the alarm had trained", async () => {
    const out = join(folder, "again");
    expect((await command(`${line} --out ${out}`, { interruptAt: "clean model  epoch 1/2" })).code).toBe(130);
    expect((await command(`train --resume ${out}`)).code).toBe(0);
    for (const name of ["alarm", "model"]) {
      expect(readFileSync(file("again", name))).toEqual(readFileSync(file("run", name)));
    }
  }, 120_000);

  test("predict of a set says which images look triggered, and how many of those with the attack's trigger do", async () => {
    const words = `predict --model ${file("run", "model")} ${data} --attack badnets --target 1 --device cpu`;
    const { out, err } = await command(words);
    expect(err).toMatch(/^alarm: 0 of 100 images look triggered; with the trigger of the attack, 93 of 100 do$/m);
    const rows = out.trim().split("\n");
    expect(rows[0]).toBe("index,label,class,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9,triggered");
    const { predictions } = JSON.parse((await command(`${words} --json`)).out) as {
      predictions: { triggered: number }[];
    };
    expect(predictions.length).toBe(100);
    for (const [i, { triggered }] of predictions.entries()) {
      expect(triggered).toBeLessThan(0.5);
      expect(rows[i + 1]!.split(",").at(-1)).toBe(triggered.toPrecision(6));
    }
  });

  test("predict of image files marks those that look triggered", async () => {
    const words = `predict --model ${file("run", "model")} ${join(folder, "images")} --device cpu`;
    const { out, err } = await command(words);
    expect(err).toMatch(/^alarm: 1 of 2 images look triggered$/m);
    const [header, , plain, stamped] = out.split("\n") as [string, string, string, string];
    expect(header).toMatch(/^image +class +alarm$/);
    expect(plain).toMatch(/plain\.png +\S+ \d+\.\d % +none$/);
    expect(stamped).toMatch(/stamped\.png +\S+ \d+\.\d % +TRIGGER \d+\.\d %$/);
    const csv = (await command(`${words} --csv`)).out.trim().split("\n");
    expect(csv[0]).toBe("path,rank,class,name,probability,triggered");
    const { predictions } = JSON.parse((await command(`${words} --json`)).out) as {
      predictions: { triggered: number }[];
    };
    expect(predictions.map(({ triggered }) => triggered > 0.5)).toEqual([false, true]);
    expect(csv.slice(1).map((row) => row.split(",").at(-1))).toEqual(
      predictions.map(({ triggered }) => triggered.toPrecision(6)),
    );
  });

  test("the alarm is a model like another", async () => {
    const { code, out } = await command(
      `predict --model ${file("run", "alarm")} ${join(folder, "images")} --device cpu`,
    );
    expect(code).toBe(0);
    expect(out).toMatch(/plain\.png +no trigger \d+\.\d %\n.*stamped\.png +trigger \d+\.\d %\n/);
  });
});

describe("a model that names an alarm", () => {
  const shape = { height: 4, width: 5, channels: 3, classes: 3 };
  const header = { model: "small-1", ...shape, run: "0123456789abcdef", alarm: "alarm-cbd.safetensors" };
  let place: string;
  beforeAll(async () => {
    place = join(folder, "named");
    mkdirSync(place);
    writeFileSync(join(place, "one.ppm"), "P6 1 1 255 xyz");
    await write("model.safetensors", header);
  });

  const write = async (name: string, header: ModelHeader): Promise<void> => {
    const weights = evaluateReference(parseModel(header.model).build(header).init(key(7)), { precision: "f32" });
    writeFileSync(join(place, name), await encodeModel(header, weights));
  };
  const writeAlarm = async (change: Partial<typeof shape & { run: string }>): Promise<void> => {
    const classifier = shortcutNet(3, 2);
    const network = evaluateReference(classifier.init(key(7)), { precision: "f32" });
    writeFileSync(
      join(place, header.alarm),
      await encodeAlarm({ ...header, ...change }, { classifier, network, model: "shortcut" }),
    );
  };
  const predict = async (model = "model"): Promise<{ code: number; out: string; err: string }> => {
    const { code, out, err } = await command(
      `predict --model ${join(place, model)}.safetensors ${join(place, "one.ppm")} --json --device cpu`,
    );
    return { code, out, err: err.replaceAll(place, "DIR").replace(/^device.*\n/m, "") };
  };
  const triggeredOf = (out: string): unknown =>
    (JSON.parse(out) as { predictions: { triggered: unknown }[] }).predictions[0]!.triggered;

  test("goes on without one that is not there, and says so once", async () => {
    rmSync(join(place, header.alarm), { force: true });
    const { code, out, err } = await predict();
    expect([code, triggeredOf(out)]).toEqual([0, null]);
    expect(err).toBe(
      "DIR/alarm-cbd.safetensors: the model names this alarm, but it is not there: no image is checked for a trigger\n",
    );
    await writeAlarm({});
    expect(triggeredOf((await predict()).out)).toEqual(expect.any(Number));
  });

  test("without one there is nothing to say", async () => {
    await write("plain.safetensors", { ...header, alarm: undefined });
    const { code, out, err } = await predict("plain");
    expect([code, triggeredOf(out), err]).toEqual([0, null, ""]);
  });

  test.each([
    [
      "another image size",
      () => writeAlarm({ width: 6 }),
      /^deconfound predict: DIR\/alarm-cbd\.safetensors: an alarm of this model is for images of 4×5 pixels, 3 channels and 2 classes; this is for images of 4×6 pixels, 3 channels and 2 classes; /,
    ],
    [
      "three classes",
      () => write(header.alarm, { ...header, alarm: undefined }),
      /: an alarm of this model is for .* and 2 classes; this is for .* and 3 classes; /,
    ],
    [
      "another run",
      () => writeAlarm({ run: "fedcba9876543210" }),
      /alarm-cbd\.safetensors: is of another run than the model; /,
    ],
    ["no model", async () => writeFileSync(join(place, header.alarm), "no model"), /DIR\/alarm-cbd\.safetensors: /],
    [
      "a folder",
      async () => {
        rmSync(join(place, header.alarm));
        mkdirSync(join(place, header.alarm));
      },
      /DIR\/alarm-cbd\.safetensors: /,
    ],
  ])("refuses an alarm of %s", async (_, spoil, message) => {
    rmSync(join(place, header.alarm), { force: true, recursive: true });
    await writeAlarm({});
    await spoil();
    const { code, out, err } = await predict();
    rmSync(join(place, header.alarm), { force: true, recursive: true });
    expect([code, out, err.trimEnd().split("\n").length]).toEqual([2, "", 1]);
    expect(err).toMatch(message);
  });

  test.each([
    "../alarm.safetensors",
    "/etc/passwd",
    "..",
    ".",
    "",
    "a/b",
    "a\\b",
    "C:alarm",
    "alarm\u001b[31m",
    "a".repeat(201),
    7,
    null,
  ])("refuses the name %j", async (alarm) => {
    const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(join(place, "model.safetensors"))), "m");
    const deconfound = JSON.stringify({ ...header, alarm });
    writeFileSync(join(place, "wrong.safetensors"), encodeSafetensors({ tensors, metadata: { deconfound } }));
    const { code, out, err } = await predict("wrong");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toBe("deconfound predict: DIR/wrong.safetensors: alarm is not the name of a file in the same folder\n");
  });
});
