import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { madeUpCell, madeUpGrid } from "../report/made-up-cells.ts";
import { command } from "./capture.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
  const [cells, failed] = [join(folder, "exp/cells"), join(folder, "exp/failed")];
  for (const place of [cells, failed, join(folder, "exp/runs/begun"), join(folder, "exp/runs/begun.lock")]) {
    mkdirSync(place, { recursive: true });
  }
  for (const [at, cell] of madeUpGrid().entries()) writeFileSync(join(cells, `${at}.json`), JSON.stringify(cell));
  const { labels } = madeUpCell({ attack: "sig" });
  writeFileSync(join(failed, "f.json"), JSON.stringify({ labels, error: "ConfigError: no" }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("of an experiment's folder writes the page and the files beside it, the same every time", async () => {
  const { code, out, err } = await command(`report ${folder}/exp`);
  expect([code, err]).toEqual([0, ""]);
  expect(out.split("\n").slice(0, 2)).toEqual([
    join(folder, "exp/report.html"),
    join(folder, "exp/report/findings.csv"),
  ]);
  expect(readdirSync(join(folder, "exp/report")).sort()).toEqual([
    ...["epochs.csv", "findings.csv", "losses.csv", "projections.csv", "rates.csv", "roc.csv", "sets.csv"],
    ...["settings.csv", "suspects.csv", "table.csv", "table.tex", "trainings.csv"],
  ]);
  const page = readFileSync(join(folder, "exp/report.html"), "utf8");
  expect(page).toContain("<title>Report of exp</title>");
  expect(page).toContain("1 training that failed");
  expect(page).toContain("1 more training is not finished.");
  expect((await command(`report ${folder}/exp/cells --out ${folder}/other/page.html`)).code).toBe(0);
  expect(readFileSync(join(folder, "other/page.html"), "utf8")).toContain("30 finished trainings");
  await command(`report ${folder}/exp --out ${folder}/again.html`);
  expect(readFileSync(join(folder, "again.html"), "utf8")).toBe(page);
});

test("refuses what holds no training, and names what is damaged", async () => {
  mkdirSync(join(folder, "empty"));
  expect(await command(`report ${folder}/empty`)).toMatchObject({
    code: 2,
    err: expect.stringMatching(/empty: holds no finished training/),
  });
  expect((await command(`report ${folder}/nowhere`)).err).toMatch(/there is no such folder/);
  expect((await command("report")).err).toMatch(/DIR is missing/);
  mkdirSync(join(folder, "bad"));
  const bad = JSON.stringify(madeUpCell({ ca: 90 })).replace(
    '"ca":90,"asr":100,"ra":5,"cleanTargetRate":2,"targetAccuracy":88,"classAccuracy"',
    '"ca":190,"classAccuracy"',
  );
  writeFileSync(join(folder, "bad/a.json"), bad);
  const { code, err } = await command(`report ${folder}/bad`);
  expect([code, err]).toEqual([
    2,
    expect.stringMatching(/a\.json: report\.results\[0\]\.ca is not a number from 0 to 100/),
  ]);
  writeFileSync(join(folder, "bad/a.json"), "{");
  expect((await command(`report ${folder}/bad`)).code).toBe(2);
});
