import { expect, test } from "vitest";
import { badnets } from "../../src/backdoor/attacks/badnets.ts";
import { cleanSubset } from "../../src/backdoor/clean-subset.ts";
import type { Defence } from "../../src/backdoor/defence.ts";
import { abl } from "../../src/backdoor/defences/abl.ts";
import { ac } from "../../src/backdoor/defences/ac.ts";
import { cbd } from "../../src/backdoor/defences/cbd.ts";
import { clp } from "../../src/backdoor/defences/clp.ts";
import { fp } from "../../src/backdoor/defences/fp.ts";
import { none } from "../../src/backdoor/defences/none.ts";
import type { PhaseStore, SharedPhase } from "../../src/backdoor/phase-store.ts";
import { poison, triggered } from "../../src/backdoor/poison.ts";
import type { Trained } from "../../src/backdoor/train.ts";
import { trainDefence } from "../../src/backdoor/train.ts";
import { trainSupervised } from "../../src/backdoor/train-supervised.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import { parseModel } from "../../src/nn/models/index.ts";
import { decodeTree, digestOf, encodeTree } from "../../src/node/index.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import { tensorsOf } from "../../src/tensor/tree.ts";

const { dataset } = await poison(badnets, builtinDataset({ count: 32, size: 12, classes: 3 }));
const test3 = await triggered(badnets, builtinDataset({ count: 12, size: 12, classes: 3, part: "test" }));
const classifier = parseModel("small-2").build(dataset);

/** Files in memory, as an experiment's folder keeps them. */
function memoryStore(): PhaseStore & { readonly files: Map<string, Uint8Array>; trained: number } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    trained: 0,
    async share(key, train) {
      const name = digestOf(key);
      const found = files.get(name);
      if (found !== undefined) return decodeTree(found, name) as SharedPhase;
      const made = await train();
      files.set(name, await encodeTree(made));
      this.trained++;
      return made;
    },
  };
}

async function train<O extends object>(
  defence: Defence<O>,
  shared?: PhaseStore,
  more: object = {},
): Promise<Trained<object, object>> {
  const device = referenceDevice();
  return trainDefence(defence, {
    ...{ device, dataset, classifier, test: test3, shared },
    clean: defence.needs === "cleanSubset" ? cleanSubset(dataset, { share: 0.5 }) : undefined,
    options: { batch: 16, clean: { epochs: 2 }, ...more } as object,
  });
}

const onClean: Defence = {
  ...none,
  needs: "cleanSubset",
  train: async (lab) => ({ network: await trainSupervised(lab, { name: "clean", images: "clean" }) }),
};

/** All that a training came to, but for what a clock decides. */
async function bitsOf({
  network,
  history,
  suspicion,
  evaluation,
  stopped,
  cost: { seconds: _, ...cost },
}: Trained<object, object>): Promise<unknown> {
  const values = await Promise.all(tensorsOf("test", network).map((one) => one.data()));
  return { values, history, suspicion, evaluation, stopped, cost };
}

test("defences that begin with the undefended model train it once, to the bits of a training of their own", async () => {
  const store = memoryStore();
  const options = { components: 2 };
  for (const [defence, own, trainings] of [
    [none, {}, 1],
    [clp, {}, 1],
    [ac, options, 2], // a model without the suspects
    [abl, { share: 0.1 }, 3], // the isolation; what follows starts from it
    [fp, { tuning: { epochs: 1 } }, 3],
    [onClean, {}, 3], // clean images are not those that the store is of
  ] as const) {
    const shared = await bitsOf(await train(defence as Defence, store, own));
    expect(shared, defence.name).toEqual(await bitsOf(await train(defence as Defence, undefined, own)));
    expect(store.trained, defence.name).toBe(trainings);
  }
});

test("what decides a phase is in its key", async () => {
  const store = memoryStore();
  await train(none, store);
  for (const more of [
    { clean: { epochs: 3 } },
    { clean: { epochs: 2, lr: 0.04 } },
    { clean: { epochs: 2, augment: "none" } },
    { batch: 12 },
    { optimizer: { momentum: 0.8 } },
    { flip: "off" },
  ]) {
    const before = store.trained;
    await train(none, store, more);
    expect([store.trained - before, more]).toEqual([1, more]);
  }
});

test("the networks of a scan are shared by trainings that differ after it", async () => {
  const store = memoryStore();
  const options = { scan: { steps: 8 }, late: false };
  await train(cbd, store, options);
  const trained = store.trained;
  const other = { ...options, lambda: 0.5 };
  const shared = await bitsOf(await train(cbd, store, other));
  expect(store.trained).toBe(trained); // nothing is found here: all of it is in common
  expect(shared).toEqual(await bitsOf(await train(cbd, undefined, other)));
});

test("a phase that another run trains stops this one, which then takes it over in its midst", async () => {
  const busy: PhaseStore = { share: async () => null };
  const stopped = await train(none, busy);
  expect([stopped.stopped, stopped.state.running]).toEqual([true, null]);
  const store = memoryStore();
  await train(none, store);
  let steps = 0;
  const device = referenceDevice();
  const given = { device, dataset, classifier, test: test3, options: { batch: 16, clean: { epochs: 2 } } };
  const half = await trainDefence(none, { ...given, shouldStop: () => steps++ === 3 });
  expect(half.history.length).toBe(1);
  const told: unknown[] = [];
  const taken = await trainDefence(none, {
    ...given,
    resume: half.state,
    shared: store,
    onShared: (reports) => void told.push(reports.map(({ epoch }) => epoch)),
  });
  expect(told).toEqual([[2]]);
  expect(await bitsOf(taken)).toEqual(await bitsOf(await train(none)));
});
