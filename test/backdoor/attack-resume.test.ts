import { expect, test } from "vitest";
import type { Attack, Prepared } from "../../src/backdoor/attack.ts";
import type { AttackState } from "../../src/backdoor/attack-state.ts";
import { adaptive } from "../../src/backdoor/attacks/adaptive/adaptive.ts";
import { dynamic } from "../../src/backdoor/attacks/dynamic/dynamic.ts";
import { trojan } from "../../src/backdoor/attacks/trojan/trojan.ts";
import type { PrepareOptions } from "../../src/backdoor/poison.ts";
import { poison, prepareAttack } from "../../src/backdoor/poison.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import { decodeTree, encodeTree } from "../../src/node/index.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";

const train = builtinDataset({ count: 30, size: 12, seed: 2 });
const seed = 3;
const trained: readonly [string, Attack, object, number][] = [
  ["trojan", trojan as Attack, { reach: 0, steps: 3, surrogate: { width: 2, steps: 5, batch: 8 } }, 8],
  [
    "dynamic",
    dynamic as Attack,
    { width: 2, batch: 6, maskSteps: 3, patternSteps: 3, surrogate: { width: 2 }, crossRatio: 1 },
    6,
  ],
  // 6 poisoned images in two parts: 2 rounds of 2 × 2 ascents and 2 descents
  [
    "adaptive",
    adaptive as Attack,
    { rate: 0.2, rounds: 2, ascents: 2, descents: 2, batch: 4, surrogate: { width: 2 } },
    12,
  ],
];

/** Trains in parts of a few steps, each in a process of its own as it were: with its device, and the state from a file. */
async function inParts(
  attack: Attack,
  options: object,
  size: number,
  given: Partial<PrepareOptions> = {},
): Promise<{ prepared: Prepared; parts: number }> {
  let file: Uint8Array | null = null;
  for (let parts = 1; ; parts++) {
    const device = referenceDevice();
    let steps = 0;
    const prepared: Prepared | null = await prepareAttack(attack, train, options, {
      ...given,
      device,
      seed,
      resume: file === null ? undefined : (decodeTree(file, "state") as AttackState),
      onProgress: () => void steps++,
      shouldStop: () => steps === size,
      onState: async (state) => {
        file = await encodeTree(state);
      },
    });
    await device.close();
    if (prepared !== null) return { prepared, parts };
  }
}

test.each(trained)("%s, stopped and resumed wherever, ends with the same bits", async (_, attack, options, steps) => {
  const device = referenceDevice();
  const unbroken = await prepareAttack(attack, train, options, { device, seed });
  expect(device.memory().tensorBytes).toBe(0);
  const given = { residentBytes: 0 }; // while the unbroken training has all on the device
  for (const size of attack.name === dynamic.name ? [2] : [1, steps - 1]) {
    const { prepared, parts } = await inParts(attack, options, size, given);
    expect(parts).toBe(Math.ceil(steps / size));
    expect(prepared).toEqual(unbroken);
  }
});

test.each(trained)(
  "%s trains and stamps the same where its images do not fit on the device",
  async (_, attack, options) => {
    const device = referenceDevice();
    const all: unknown[] = [];
    for (const residentBytes of [undefined, 0]) {
      const prepared = await prepareAttack(attack, train, options, { device, seed, residentBytes });
      expect(device.memory().tensorBytes).toBe(0);
      all.push([prepared, await poison(attack, train, options, { device, seed, prepared, residentBytes })]);
    }
    expect(all[1]).toEqual(all[0]);
    const { prepared } = await inParts(attack, options, 3, { residentBytes: 0 });
    expect(prepared).toEqual((all[0] as [Prepared])[0]);
  },
);

test("a state of another attack, or a damaged one, is refused", async () => {
  const [, , options] = trained[0]!;
  let state: AttackState | undefined;
  const stopped = await prepareAttack(trojan, train, options, {
    device: referenceDevice(),
    seed,
    shouldStop: () => true,
    onState: (now) => {
      state = now;
    },
  });
  expect([stopped, state!.running!.step]).toEqual([null, 0]);
  const again = (resume: AttackState, changes: object = {}): Promise<Prepared> =>
    prepareAttack(trojan, train, { ...options, ...changes }, { device: referenceDevice(), seed, resume });
  await expect(again(state!, { surrogate: { width: 3 } })).rejects.toThrow(
    "does not fit stage surrogate, at moments.first.fc.weight",
  );
  const late = { ...state!, running: { ...state!.running!, step: 6 } };
  await expect(again(late)).rejects.toThrow("does not fit stage surrogate, step 6");
});

test("the state is given to be saved after every 100 steps, and at the end of a stage", async () => {
  const saved: unknown[] = [];
  await prepareAttack(
    trojan,
    train,
    { reach: 0, steps: 1, surrogate: { width: 1, steps: 101, batch: 1 } },
    {
      device: referenceDevice(),
      seed,
      onState: ({ finished, running }) => void saved.push([Object.keys(finished).join(), running?.step]),
    },
  );
  expect(saved).toEqual([
    ["", 100],
    ["surrogate", undefined],
    ["surrogate,patch", undefined],
  ]);
});
