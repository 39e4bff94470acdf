import { expect, test } from "vitest";
import { presetOptions } from "../../src/backdoor/defence.ts";
import { cbd } from "../../src/backdoor/defences/cbd.ts";
import { defences as allDefences } from "../../src/backdoor/defences/index.ts";
import { trainingOptionTable } from "../../src/backdoor/training-options.ts";
import type { CbdOptions } from "../../src/cbd/options.ts";
import { parseOptions } from "../../src/cli/command.ts";
import { helpFor } from "../../src/cli/help.ts";
import type { RunConfig } from "../../src/cli/run-config.ts";
import { parseRunConfig } from "../../src/cli/run-config.ts";
import { trainCommand } from "../../src/cli/train.ts";
import { datasetFormats } from "../../src/data/formats/index.ts";
import { defaultsOf, listOptions } from "../../src/options/table.ts";

const known = allDefences.map(({ name }) => name).join(", ");

async function parse(line: string): Promise<RunConfig> {
  const parsed = parseOptions(trainCommand, line.split(" ").filter(Boolean));
  return parseRunConfig(parsed.values, parsed);
}

test("defaults are those of the library, and the presets of the paper train as its authors do", async () => {
  const config = await parse("--dataset builtin");
  expect(config).toMatchObject({
    dataset: { format: "builtin", folder: null, options: { size: 16, count: 2000 } },
    attacks: [],
    preset: "auto",
    model: "wrn-16-1",
    seed: 0,
    device: "auto",
  });
  expect(config.training).toEqual(defaultsOf<object>(trainingOptionTable));
  expect(config.defences).toEqual([{ name: "cbd", options: presetOptions(cbd) }]);
  const official = await parse("--dataset builtin --preset official");
  expect(official.defences).toEqual([{ name: "cbd", options: presetOptions(cbd, "official") }]);
  expect(official.training).toMatchObject({ batch: 64, clean: { epochs: 100, lr: 0.1, augment: "crop+flip+cutout" } });
});

test.each([
  ["--backdoor-epochs 3", "--backdoor-epochs decides nothing under this --preset"],
  ["--set weight.cap=2", "--set cbd.weight.cap decides nothing under this --preset"],
  ["--preset paper --set scan.steps=8", "--set cbd.scan.steps decides nothing under this --preset"],
])("%s is refused: it would change nothing", async (line, message) => {
  await expect(parse(`--dataset builtin ${line}`)).rejects.toThrow(message);
});

test("flags reach their options, and --set wins", async () => {
  const { training, attacks, defences } = await parse(
    "--dataset builtin --attack badnets --rate 0.25 --target 3 --preset paper --defence none,cbd --batch 16 --lr 0.03 " +
      "--epochs 20 " +
      "--backdoor-steps 2500 --augment none --backdoor-augment flip --set lambda=0.5 --set batch=8 " +
      "--set cbd.weight.exponent=0.5 --set weight.cap=3 --set backdoor.schedule=step:2:0.5",
  );
  expect(attacks).toMatchObject([{ name: "badnets", options: { rate: 0.25, target: 3 } }]);
  expect(defences.map(({ name }) => name)).toEqual(["none", "cbd"]);
  expect(training).toMatchObject({ batch: 8, clean: { epochs: 20, augment: "none", lr: 0.03 } });
  const options = defences[1]!.options as CbdOptions;
  expect(options).toMatchObject({ lambda: 0.5, weight: { exponent: 0.5, cap: 3 } });
  expect(options.backdoor).toMatchObject({
    steps: 2500,
    augment: "flip",
    lr: 0.03,
    schedule: { kind: "step", every: 2, factor: 0.5 },
  });
});

test("a class is named by its number or its name", async () => {
  for (const line of ["--target disk", "--set badnets.target=disk", "--target 0"]) {
    expect((await parse(`--dataset builtin --attack badnets ${line}`)).attacks[0]!.options).toMatchObject({
      target: 0,
    });
  }
  expect((await parse("--dataset builtin --attack badnets --target ring")).attacks[0]!.options).toMatchObject({
    target: 1,
  });
});

test.each([
  ["", "--data is missing: the folder of the images, or --dataset builtin, which needs none"],
  ["--dataset mnist", `--dataset: expects one of ${datasetFormats.map(({ name }) => name).join(", ")}, got "mnist"`],
  ["--dataset cifar10", "--data is missing"],
  ["--dataset cifar10 --data x --size 16", "--size needs --dataset builtin"],
  ["--dataset builtin --data x", "--dataset builtin reads no folder: leave out --data, or --dataset"],
  ["--dataset builtin --rate 0.2", "--rate needs --attack adaptive or --attack badnets or"],
  ["--dataset builtin --attack badnets --rate 1.5", '--rate: expects a number, 0 … 1, got "1.5"'],
  ["--dataset builtin --attack none,sig", "--attack: none and sig exclude each other"],
  ["--dataset builtin --attack sig --labels allToAll", '--labels: expects one of cleanLabel, allToOne, got "allToAll"'],
  [
    "--dataset builtin --attack wanet --labels cleanLabel",
    '--labels: expects one of allToOne, allToAll, got "cleanLabel"',
  ],
  ["--dataset builtin --attack badnets --target 1e3", '--target: expects an integer, 0 … 65535, got "1e3"'],
  ["--dataset builtin --attack badnets --target disc", '--target: expects an integer, 0 … 65535, got "disc"'],
  ["--dataset builtin --defence none,none", `--defence: expects some of ${known}, divided by commas, got "none,none"`],
  ["--dataset builtin --defence xyz", `--defence: expects some of ${known}, divided by commas, got "xyz"`],
  [
    "--dataset builtin --model wrn-15-1",
    'model: expects wrn-D-K with D = 10, 16, 22, … 1000 (6n + 4) and K = 1 … 64, got "wrn-15-1"',
  ],
  ["--dataset builtin --model wrn-4-1", "model: expects"],
  ["--dataset builtin --model resnet", "model: expects"],
  ["--dataset builtin --batch 0", '--batch: expects an integer, 1 … 65536 images, got "0"'],
  ["--dataset builtin --batch 1e3", '--batch: expects an integer, 1 … 65536 images, got "1e3"'],
  ["--dataset builtin --lr NaN", '--lr: expects a number, 0 … 1000000000, got "NaN"'],
  ["--dataset builtin --seed -1", '--seed: expects an integer, 0 … 4294967295, got "-1"'],
  ["--dataset builtin --attack badnets --target -1", '--target: expects an integer, 0 … 65535, got "-1"'],
  ["--dataset builtin --out -x", "--out is without its value; one that begins with a dash is written --out=-VALUE"],
  ["--dataset builtin --seed=-1", '--seed: expects an integer, 0 … 4294967295, got "-1"'],
  [
    "--dataset builtin --preset paper --backdoor-epochs 2 --backdoor-steps 3",
    "--backdoor-epochs and --backdoor-steps exclude each other",
  ],
  ["--dataset builtin --set weight", '--set: expects NAME=VALUE, got "weight"'],
  ["--dataset builtin --set weights.cap=1", '--set: there is no option "weights.cap"; did you mean cbd.weight.cap?'],
  ["--dataset builtin --set foo=1", '--set: there is no option "foo"; deconfound train --help lists them'],
  [
    "--dataset builtin --set cbd.critic.width=1e12",
    "--set cbd.critic.width: expects an integer, 0 … 16384 hidden units",
  ],
  ["--dataset builtin --set critic.steps=1000000000", "--set cbd.critic.steps: expects an integer, 1 … 100 steps"],
  ["--dataset builtin --set badnets.rate=0.1", "--set: badnets.rate needs --attack badnets"],
  [
    "--dataset builtin --set schedule=constant",
    "schedule may be clean.schedule or cbd.backdoor.schedule or cbd.critic.schedule",
  ],
  ["--dataset builtin --nonsense", "unknown option '--nonsense'; see deconfound train --help"],
  ["--dataset builtin extra", "unexpected argument 'extra'"],
  ["--dataset", "option '--dataset <value>' argument missing; see deconfound train --help"],
])("%s is refused", async (line, message) => {
  await expect(parse(line)).rejects.toThrow(message);
});

test.each([80, 120])("the help names every option once, with its default, in lines of %i columns", (columns) => {
  const help = helpFor(trainCommand, columns);
  for (const { name, option } of [
    ...listOptions(trainingOptionTable),
    ...trainCommand.owners!.flatMap(({ name: owner, options }) =>
      listOptions(options, owner === "" ? "" : `${owner}.`),
    ),
  ]) {
    expect(help).toMatch(new RegExp(`^ {2}${name.replaceAll(".", "\\.")}(?: |$)`, "m"));
    if (option.flag !== undefined) expect(help.match(new RegExp(`^ {2}--${option.flag}(?: |$)`, "gm"))).toHaveLength(1);
  }
  for (const name of Object.keys(trainCommand.options)) expect(help).toMatch(new RegExp(`^ {2}--${name}\\b`, "m"));
  expect(Math.max(...help.split("\n").map((line) => line.length))).toBeLessThanOrEqual(columns);
});
