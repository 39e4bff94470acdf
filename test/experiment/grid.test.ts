import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellsOf, parseGrid } from "../../src/experiment/grid.ts";
import { parseShard, shardOf } from "../../src/experiment/shard.ts";

const least = { title: "t", defences: ["none"] };

describe("parseGrid", () => {
  test("gives every axis that is left out one entry with the defaults of train", () => {
    expect(cellsOf(parseGrid(least, "f.json"))).toEqual([
      {
        labels: { data: "default", attack: "default", model: "default", defence: "none", seed: 0 },
        options: { defence: "none", seed: 0 },
      },
    ]);
  });

  test.each([
    [{ ...least, defences: undefined }, /f\.json: .*defences/],
    [{ ...least, title: 3 }, /f\.json: .*title.*a text/],
    [[], /f\.json/],
    [null, /f\.json/],
    [{ ...least, defense: ["cbd"] }, /f\.json: there is no "defense"/],
    [{ ...least, defences: [] }, /f\.json: defences is empty/],
    [{ ...least, seeds: [] }, /f\.json: seeds is empty/],
    [{ ...least, seeds: [1, 1] }, /f\.json: seeds has 1 twice/],
    [{ ...least, seeds: [-1] }, /f\.json: .*seeds\[0\]/],
    [{ ...least, rates: [1.5] }, /f\.json: .*rates\[0\]/],
    [{ ...least, attacks: ["badnets", "badnets"] }, /f\.json: attacks has badnets twice/],
    [{ ...least, attacks: [{ attack: { deep: 1 } }] }, /f\.json: attacks\[0\]/],
    [{ ...least, attacks: [7] }, /f\.json: .*attacks\[0\]/],
    [{ ...least, models: [{ label: 4, model: "small-8" }] }, /f\.json: models\[0\]: its label is not a text/],
  ])("refuses %j", (value, message) => {
    expect(() => parseGrid(value, "f.json")).toThrow(message);
  });
});

describe("cellsOf", () => {
  test("has every combination once, whatever the axes", () => {
    const axis = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(axis, axis, axis, axis, (data, attacks, models, defences) => {
        const grid = parseGrid({ title: "t", data, attacks, models, defences, seeds: [0, 7] }, "f.json");
        const cells = cellsOf(grid).map(({ labels }) => JSON.stringify(labels));
        expect(new Set(cells).size).toBe(cells.length);
        expect(cells.length).toBe(2 * data.length * attacks.length * models.length * defences.length);
      }),
    );
  });

  test("gives each attack each rate, but none to the clean set", () => {
    const grid = parseGrid({ ...least, attacks: ["none", "badnets"], rates: [0.01, 0.07] }, "f.json");
    expect(cellsOf(grid).map(({ labels, options }) => [labels.attack, options["rate"]])).toEqual([
      ["none", undefined],
      ["badnets 1 %", 0.01],
      ["badnets 7 %", 0.07],
    ]);
    const twice = parseGrid({ ...least, attacks: [{ attack: "sig", rate: 0.1 }], rates: [0.2] }, "f.json");
    expect(() => cellsOf(twice)).toThrow(/attack sig has a rate of its own/);
  });

  test("options of an axis win over those of all, and set adds up", () => {
    const grid = parseGrid(
      { ...least, options: { epochs: 3, set: ["a=1"] }, models: [{ model: "small-8", epochs: 9, set: "b=2" }] },
      "f.json",
    );
    expect(cellsOf(grid)[0]!.options).toEqual({
      epochs: 9,
      model: "small-8",
      defence: "none",
      seed: 0,
      set: ["a=1", "b=2"],
    });
    const both = parseGrid({ ...least, models: [{ model: "small-8", defence: "cbd" }] }, "f.json");
    expect(() => cellsOf(both)).toThrow(/two axes set the option defence/);
  });
});

describe("shards", () => {
  test("have every item once, all of them together", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 9 }), (length, count) => {
        const items = Array.from({ length }, (_, i) => i);
        const parts = Array.from({ length: count }, (_, i) => shardOf(items, parseShard(`${i + 1}/${count}`)));
        expect(parts.flat().sort((a, b) => a - b)).toEqual(items);
        const sizes = parts.map((part) => part.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test.each(["", "1", "0/2", "3/2", "1/0", "-1/2", "1.5/2", "1/2/3", "a/b"])("refuse %j", (text) => {
    expect(() => parseShard(text)).toThrow(/is not I\/N/);
  });
});
