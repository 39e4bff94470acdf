import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseOptions } from "../../src/cli/command.ts";
import { trainCommand } from "../../src/cli/train.ts";
import { cellsOf, parseGrid } from "../../src/experiment/grid.ts";
import { command } from "../cli/capture.ts";
import { root } from "../support/repository.ts";

const grids = readdirSync(join(root, "experiments")).map((name) => {
  const path = join(root, "experiments", name);
  const grid = parseGrid(JSON.parse(readFileSync(path, "utf8")), name);
  return { name, path, grid, drawn: grid.data.every(({ options }) => options["dataset"] === "builtin") };
});

test.each(grids)("experiments/$name has cells whose options train knows", ({ grid }) => {
  for (const { options } of cellsOf(grid)) {
    const words = Object.entries(options).map(([option, value]) => `--${option}=${String(value)}`);
    expect(() => parseOptions(trainCommand, words)).not.toThrow();
  }
});

test.each(grids.filter(({ drawn }) => drawn))("experiments/$name can be listed as it is", async ({ path, grid }) => {
  const { code, out } = await command(`experiment ${path} --dry-run`);
  expect([code, out.includes(`${cellsOf(grid).length} waiting`)]).toEqual([0, true]);
});
