import { expect, test } from "vitest";
import { countDefence } from "../../src/backdoor/count-defence.ts";
import type { Defence } from "../../src/backdoor/defence.ts";
import { presetOptions } from "../../src/backdoor/defence.ts";
import { dbr } from "../../src/backdoor/defences/d-br.ts";
import { dbd } from "../../src/backdoor/defences/dbd.ts";
import { defences } from "../../src/backdoor/defences/index.ts";
import { lff } from "../../src/backdoor/defences/lff.ts";
import { none } from "../../src/backdoor/defences/none.ts";
import { trainDefence } from "../../src/backdoor/train.ts";
import type { TrainingOptions } from "../../src/backdoor/training-options.ts";
import { resolveTraining, trainingOptionTable } from "../../src/backdoor/training-options.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import { parseModel } from "../../src/nn/models/index.ts";
import { defaultsOf, withChanges } from "../../src/options/table.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";

const sizes = { count: 20, height: 12, width: 12, channels: 3, classes: 3 };
const dataset = builtinDataset({ count: 20, size: 12, classes: 3 });
const classifier = parseModel("small-2").build(sizes);
const changes = { batch: 8, clean: { epochs: 2 } } as const;
const options = withChanges(trainingOptionTable, defaultsOf<TrainingOptions>(trainingOptionTable), changes);
const setup = { classifier, sizes, training: resolveTraining(options, sizes.count), clean: 6 };

test.each<Defence>([none, lff, dbr, dbd])(
  "$name is counted as its training counts itself, batches that are not full included",
  async (defence) => {
    const { cost } = await trainDefence(defence, { device: referenceDevice(), dataset, classifier, options: changes });
    const { flops } = await countDefence(defence, presetOptions(defence), setup);
    expect(flops).toBe(cost.flops);
  },
);

test.each(defences.map(({ name }) => name))(
  "%s can be counted, and costs no less than plain training",
  async (name) => {
    const defence = defences.find((one) => one.name === name)!;
    const plain = await countDefence(none, {}, setup);
    const { flops, evaluations } = await countDefence(defence, presetOptions(defence), setup);
    expect(flops).toBeGreaterThanOrEqual(plain.flops);
    expect(evaluations).toBeGreaterThanOrEqual(plain.evaluations);
  },
);
