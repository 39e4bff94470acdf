import { describe, expect, it } from "vitest";
import { cbdOptions, cbdOptionTable, presets } from "../../src/cbd/options.ts";
import { augmentKinds } from "../../src/data/augment-kind.ts";
import { scheduleOf } from "../../src/nn/decay.ts";
import { learningRate } from "../../src/nn/schedule.ts";
import { listOptions } from "../../src/options/table.ts";

const paper = cbdOptions();
const official = cbdOptions("official");

describe("presets", () => {
  it("are within the bounds of the options", () => {
    for (const preset of ["paper", "official", "official+mi"] as const) expect(() => cbdOptions(preset)).not.toThrow();
    expect(presets.paper).toEqual({});
  });

  it("official has the authors' rates by epoch, the critic's falling one epoch early", () => {
    for (const epoch of [0, 18, 19, 38, 39, 80]) {
      const rate = learningRate(scheduleOf(official.critic, 100), epoch);
      expect(rate).toBeCloseTo(0.2 * 0.1 ** Math.floor((epoch + 1) / 20), 12);
    }
    expect(official.lambda).toBe(0);
    expect(cbdOptions("official+mi").lambda).toBe(0.01);
  });

  it("can be changed in part, and refuse what is out of bounds or unknown", () => {
    const changed = cbdOptions("official", { beta: 1, backdoor: { steps: 7 }, critic: { width: 5 } });
    expect(changed).toEqual({
      ...official,
      beta: 1,
      backdoor: { ...official.backdoor, steps: 7 },
      critic: { ...official.critic, width: 5 },
    });
    expect(cbdOptions()).toEqual(paper);
    expect(() => cbdOptions("paper", { critic: { width: 1e12 } })).toThrow(
      "cbd.critic.width: expects an integer, 0 … 16384 hidden units, got 1000000000000",
    );
    expect(() => cbdOptions("paper", { weight: { floor: Number.NaN } })).toThrow(
      "cbd.weight.floor: expects a number, 0 … 1",
    );
    expect(() => cbdOptions("paper", { nonsense: 1 } as object)).toThrow("there is no option cbd.nonsense");
  });
});

it("the augmentations are those of data/", () => {
  const augment = listOptions(cbdOptionTable).find(({ name }) => name === "backdoor.augment")!.option;
  expect(augment).toMatchObject({ choices: augmentKinds });
});
