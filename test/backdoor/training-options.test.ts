import { expect, test } from "vitest";
import type { TrainingOptions } from "../../src/backdoor/training-options.ts";
import { resolveTraining, trainingOptionTable } from "../../src/backdoor/training-options.ts";
import { defaultsOf } from "../../src/options/table.ts";

const options = defaultsOf<TrainingOptions>(trainingOptionTable);

test.each([
  [20, 100],
  [600, 100],
  [1_000, 60],
  [1_075, 56],
  [5_000, 12],
  [20_000, 8],
  [50_000, 8],
])("a set of %d images trains for %d epochs, unless it is said", (images, epochs) => {
  expect(resolveTraining(options, images).clean.epochs).toBe(epochs);
  expect(resolveTraining({ ...options, clean: { ...options.clean, epochs: 3 } }, images).clean.epochs).toBe(3);
});
