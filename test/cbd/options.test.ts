import { describe, expect, it } from "vitest";
import { cbdOptions, presets } from "../../src/cbd/options.ts";
import { describeKind, setOption, settings } from "../../src/cbd/settings.ts";
import { augmentation } from "../../src/data/augment-kind.ts";
import { learningRate } from "../../src/nn/schedule.ts";
import { leavesOf } from "../../src/tensor/tree.ts";

const { paper, official } = presets;

describe("settings", () => {
  it("name every leaf of the options", () => {
    const leaves = leavesOf(paper).map(({ path }) => path.replace(/\.schedule\..*$/, ".schedule"));
    const names = settings.map(({ name }) => name.replace(/\.lr$/, ".schedule"));
    expect(new Set(names)).toEqual(new Set(leaves));
    for (const { doc, kind } of settings) expect(doc.length * describeKind(kind).length).toBeGreaterThan(0);
  });

  it.each([
    ["weight.exponent", "0.5", 0.5],
    ["weight.cap", "Infinity", Number.POSITIVE_INFINITY],
    ["batch", "16", 16],
    ["backdoor.steps", "2500", 2500],
    ["optimizer.nesterov", "false", false],
    ["backdoor.augment", "none", "none"],
    ["critic.passes", "twoPass", "twoPass"],
    ["lambda", "1e-3", 1e-3],
  ])("%s=%s", (name, text, value) => {
    const changed = setOption(paper, name, text) as unknown as Record<string, Record<string, unknown>>;
    const [group, field] = name.split(".") as [string, string | undefined];
    expect(field === undefined ? changed[group] : changed[group]![field]).toBe(value);
    expect(paper).toEqual(presets.paper);
  });

  it("keeps rate and schedule apart, in either order", () => {
    const wanted = { kind: "multiStep", lr: 0.03, milestones: [12], factor: 0.1 };
    const one = setOption(setOption(paper, "clean.lr", "0.03"), "clean.schedule", "multiStep:12:0.1");
    const two = setOption(setOption(paper, "clean.schedule", "multiStep:12:0.1"), "clean.lr", "0.03");
    expect(one.clean.schedule).toEqual(wanted);
    expect(two.clean.schedule).toEqual(wanted);
    expect(setOption(paper, "critic.schedule", "cosine:10:0.001").critic.schedule).toEqual({
      kind: "cosine",
      lr: 1e-3,
      epochs: 10,
      floor: 0.001,
    });
    expect(setOption(paper, "backdoor.schedule", "step:2:0.5").backdoor.schedule).toEqual({
      kind: "step",
      lr: 0.1,
      every: 2,
      factor: 0.5,
    });
  });

  it.each([
    ["weight.exponent", "-1", 'set: weight.exponent is "-1"\n  expects a number from 0'],
    ["weight.floor", "2", "expects a number, 0 … 1"],
    ["batch", "1.5", "expects an integer from 1"],
    ["batch", "", 'batch is ""'],
    ["critic.dropout", "x", 'critic.dropout is "x"'],
    ["backdoor.loss", "hinge", "expects crossEntropy, generalized"],
    ["optimizer.nesterov", "yes", "expects true, false"],
    ["clean.schedule", "step:0:0.1", "expects constant, step:EVERY:FACTOR"],
    ["clean.schedule", "multiStep:20,10:0.1", "expects constant"],
    ["clean.schedule", "constant:3", "expects constant"],
    ["clean.schedule", "cosine:9:0:0", "expects constant"],
    ["weigth.exponent", "1", "did you mean weight.exponent?"],
    ["critic.momentum", "1", "did you mean optimizer.momentum?"],
  ])("refuses %s=%s", (name, text, message) => {
    expect(() => setOption(paper, name, text)).toThrow(message);
  });
});

describe("presets", () => {
  it("official has the authors' rates by epoch, the critic's falling one epoch early", () => {
    expect([0, 19, 20, 69, 70].map((epoch) => learningRate(official.clean.schedule, epoch))).toEqual(
      [0.1, 0.1, 0.01, 0.01, 0.001].map((rate) => expect.closeTo(rate, 10)),
    );
    for (const epoch of [0, 18, 19, 38, 39, 80]) {
      expect(learningRate(official.critic.schedule, epoch)).toBeCloseTo(0.2 * 0.1 ** Math.floor((epoch + 1) / 20), 12);
    }
    expect(official.lambda).toBe(0);
    expect(presets["official+mi"].lambda).toBe(0.01);
  });

  it("can be changed in part", () => {
    const changed = cbdOptions("paper", { batch: 16, backdoor: { steps: 7 } });
    expect(changed).toEqual({ ...paper, batch: 16, backdoor: { ...paper.backdoor, steps: 7 } });
  });
});

describe("augmentation", () => {
  it("pads an eighth of the width, as the authors' 4 of 32", () => {
    expect(augmentation("crop+flip+cutout", 32)).toEqual({ crop: 4, flip: true, cutout: 3 });
    expect(augmentation("crop+flip", 16)).toEqual({ crop: 2, flip: true, cutout: 0 });
    expect(augmentation("flip", 16)).toEqual({ crop: 0, flip: true, cutout: 0 });
    expect(augmentation("none", 16)).toEqual({ crop: 0, flip: false, cutout: 0 });
  });
});
