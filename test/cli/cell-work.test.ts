import { expect, test } from "vitest";
import { countDefence } from "../../src/backdoor/count-defence.ts";
import { noRecords } from "../../src/cli/cell-store.ts";
import { workCounter } from "../../src/cli/cell-work.ts";
import { parseOptions } from "../../src/cli/command.ts";
import type { NamedCell } from "../../src/cli/experiment-cells.ts";
import { balanceOf, estimateOf, workOf } from "../../src/cli/experiment-estimate.ts";
import { parseRunConfig } from "../../src/cli/run-config.ts";
import { trainCommand } from "../../src/cli/train.ts";

const train = { count: 40, height: 12, width: 12, channels: 3, classes: 4 };

test("cells that differ in attack and seed are counted once, and the longest is known before any is trained", async () => {
  const counted: string[] = [];
  const count = workCounter((defence, options, setup) => {
    counted.push(defence.name);
    return countDefence(defence, options, setup);
  });
  const cells: NamedCell[] = [];
  for (const attack of ["none", "badnets", "blend"]) {
    for (const defence of ["none", "lff", "clp"]) {
      for (const seed of [0, 1]) {
        const attacked = attack === "none" ? [] : [`--attack=${attack}`];
        const words = ["--dataset=builtin", "--size=12", "--count=40", "--model=small-2", "--epochs=1", "--batch=8"];
        const { values, ...given } = parseOptions(trainCommand, [
          ...words,
          ...attacked,
          `--defence=${defence}`,
          `--seed=${seed}`,
        ]);
        const config = await parseRunConfig(values, given);
        cells.push({
          ...{ name: `${attack} ${defence} ${seed}`, training: "", options: {}, words },
          labels: { data: "shapes", attack, model: "small-2", defence, seed },
          work: () => count(config, { train, clean: 0, test: 20 }),
        });
      }
    }
  }
  const work = await workOf(cells);
  expect(counted.sort()).toEqual(["clp", "lff", "none"]);
  const timesOf = (name: string): number => work.get(cells.find((cell) => cell.name === name)!)!.timesNone;
  expect(["none none 0", "none clp 0", "badnets lff 1"].map((name) => Number(timesOf(name).toFixed(1)))).toEqual([
    1, 1, 2,
  ]);
  const speed = 1e9;
  const estimate = estimateOf(cells, noRecords, { work, speed });
  for (const cell of cells) expect(estimate.seconds(cell)).toBe(work.get(cell)!.flops / speed);
  const [clean, attacked] = ["none none 0", "badnets none 0"].map((name) => cells.find((cell) => cell.name === name)!);
  expect(work.get(attacked!)!.flops).toBeGreaterThan(work.get(clean!)!.flops); // triggered images are evaluated, too
  const costOf = balanceOf(cells, estimateOf(cells, noRecords, { work }));
  for (const cell of cells) expect(costOf(cell)).toBe(work.get(cell)!.flops); // without a device
});
