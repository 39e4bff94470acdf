import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cellsOf, parseGrid } from "../../src/experiment/grid.ts";
import { command } from "../cli/capture.ts";
import { root } from "../support/repository.ts";

const grids = readdirSync(join(root, "experiments")).map((name) => {
  const path = join(root, "experiments", name);
  return { name, path, grid: parseGrid(JSON.parse(readFileSync(path, "utf8")), name) };
});

let images: string;
beforeAll(() => {
  images = mkdtempSync(join(tmpdir(), "cifar-"));
  const names = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
  for (const name of [...names, "test_batch.bin"]) writeFileSync(join(images, name), new Uint8Array(20 * 3073));
});
afterAll(() => rmSync(images, { recursive: true, force: true }));

test.each(grids)("experiments/$name can be listed: all its cells are trainings that train knows", async (one) => {
  const { code, out, err } = await command(
    `experiment ${one.path} --status --out ${join(images, "none")} --data ${images}`,
  );
  expect([code, out.includes(`${cellsOf(one.grid).length} waiting`), err]).toEqual([
    0,
    true,
    one.name === "quick.json" ? "" : `reading the images of ${images}\n`,
  ]);
});
