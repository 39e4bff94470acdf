import { expect, test } from "vitest";
import { presets } from "../../src/cbd/options.ts";
import { settings } from "../../src/cbd/settings.ts";
import type { Command } from "../../src/cli/command.ts";
import { helpFor, parseOptions } from "../../src/cli/command.ts";
import type { RunConfig } from "../../src/cli/run-config.ts";
import { parseRunConfig } from "../../src/cli/run-config.ts";
import { settingsHelp, trainOptions } from "../../src/cli/train-options.ts";

const command: Command = { name: "train", summary: "", options: trainOptions, run: async () => 0 };
const parse = (line: string): RunConfig => parseRunConfig(parseOptions(command, line.split(" ").filter(Boolean)));

test("defaults are those of the help", () => {
  const config = parse("--dataset builtin");
  expect(config).toMatchObject({
    source: { kind: "builtin", size: 16, count: 2000 },
    attack: { kind: "none" },
    defences: ["cbd"],
    preset: "paper",
    model: "wrn-16-1",
    seed: 0,
    device: "auto",
  });
  expect(config.options).toEqual({ ...presets.paper, batch: 128 });
  expect(parse("--dataset builtin --preset official").options).toEqual(presets.official);
});

test("flags reach their settings, and --set wins", () => {
  const { options, attack, defences } = parse(
    "--dataset builtin --attack badnets --rate 0.25 --target 3 --defence none,cbd --batch 16 --lr 0.03 --epochs 20 " +
      "--backdoor-steps 2500 --augment none --backdoor-augment flip --set lambda=0.5 --set batch=8 " +
      "--set weight.exponent=0.5 --set weight.cap=Infinity",
  );
  expect(attack).toEqual({ kind: "badnets", rate: 0.25, target: 3 });
  expect(defences).toEqual(["none", "cbd"]);
  expect(options).toMatchObject({ batch: 8, lambda: 0.5, weight: { exponent: 0.5, cap: Number.POSITIVE_INFINITY } });
  expect(options.clean).toMatchObject({ epochs: 20, augment: "none", schedule: { lr: 0.03 } });
  expect(options.backdoor).toMatchObject({ steps: 2500, augment: "flip", schedule: { lr: 0.03 } });
});

test.each([
  ["", "--dataset is missing: builtin or cifar10"],
  ["--dataset mnist", '--dataset: expects one of builtin, cifar10, got "mnist"'],
  ["--dataset cifar10", "--data is missing"],
  ["--dataset cifar10 --data x --size 16", "--size and --count are for --dataset builtin"],
  ["--dataset builtin --data x", "--data is for --dataset cifar10"],
  ["--dataset builtin --rate 0.2", "--rate needs --attack badnets"],
  ["--dataset builtin --attack badnets --rate 1.5", '--rate: expects a number from 0 to 1, got "1.5"'],
  ["--dataset builtin --attack badnets --target 10", '--target: expects a whole number from 0 to 9, got "10"'],
  ["--dataset builtin --defence none,none", '--defence: expects some of none, cbd, divided by commas, got "none,none"'],
  ["--dataset builtin --defence abl", '--defence: expects some of none, cbd, divided by commas, got "abl"'],
  [
    "--dataset builtin --model wrn-15-1",
    '--model: expects wrn-D-K with D = 10, 16, 22, … (6n + 4), small or small-W, got "wrn-15-1"',
  ],
  ["--dataset builtin --model wrn-4-1", "--model: expects"],
  ["--dataset builtin --model resnet", "--model: expects"],
  ["--dataset builtin --batch 0", '--batch: expects a whole number of 1 or more, got "0"'],
  ["--dataset builtin --batch 1e3", '--batch: expects a whole number of 1 or more, got "1e3"'],
  ["--dataset builtin --lr NaN", '--lr: expects a number of 0 or more, got "NaN"'],
  ["--dataset builtin --seed -1", "option '--seed' argument is ambiguous"],
  ["--dataset builtin --seed=-1", '--seed: expects a whole number from 0 to 4294967295, got "-1"'],
  [
    "--dataset builtin --backdoor-epochs 2 --backdoor-steps 3",
    "--backdoor-epochs and --backdoor-steps exclude each other",
  ],
  ["--dataset builtin --set weight", '--set: expects NAME=VALUE, got "weight"'],
  ["--dataset builtin --set weights.cap=1", 'set: there is no option "weights.cap"'],
  ["--dataset builtin --nonsense", "unknown option '--nonsense'; see deconfound train --help"],
  ["--dataset builtin extra", "unexpected argument 'extra'"],
  ["--dataset", "option '--dataset <value>' argument missing; see deconfound train --help"],
])("%s is refused", (line, message) => {
  expect(() => parse(line)).toThrow(message);
});

test("every setting of the help can be set, and the help names every option", () => {
  const help = helpFor({ ...command, notes: settingsHelp() });
  for (const { name } of settings) expect(help).toContain(`  ${name} `);
  for (const name of Object.keys(trainOptions)) expect(help).toMatch(new RegExp(`^ {2}--${name}\\b`, "m"));
  expect(
    Math.max(
      ...helpFor(command)
        .split("\n")
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(120);
});
