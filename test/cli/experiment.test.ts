import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SharedPhase } from "../../src/backdoor/phase-store.ts";
import type { FinishedCell } from "../../src/cli/cell-store.ts";
import { lockFolder } from "../../src/node/folder-lock.ts";
import { decodeTree } from "../../src/node/index.ts";
import type { Captured } from "./capture.ts";
import { command } from "./capture.ts";

let folder: string;
beforeAll(() => {
  process.env["VK_DRIVER_FILES"] = "none"; // of this process: no GPU answers
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const grid = {
  title: "two attacks",
  options: { size: 12, count: 40, epochs: 2, batch: 16, model: "small-2" },
  data: [{ label: "shapes", dataset: "builtin" }],
  attacks: ["badnets", "blend"],
  defences: ["none", { label: "quick scan", defence: "cbd", set: ["cbd.scan.steps=8", "cbd.late=false"] }],
};

function write(name: string, value: unknown): string {
  writeFileSync(join(folder, name), typeof value === "string" ? value : JSON.stringify(value));
  return join(folder, name);
}

async function experiment(file: string, out: string, more = "", options = {}): Promise<Captured> {
  return command(`experiment ${file} --device cpu --out ${join(folder, out)} ${more}`, options);
}

/** Contents of all finished cells by name, without what a clock decides. */
function cellsIn(out: string): Record<string, string> {
  const place = join(folder, out, "cells");
  return Object.fromEntries(
    readdirSync(place).map((name) => [name, timeless(readFileSync(join(place, name), "utf8"))]),
  );
}

function timeless(text: string): string {
  return text.replace(/"(seconds|imagesPerSecond)": [\d.e+-]+/g, '"$1": 0');
}

describe("an experiment", () => {
  let file: string;
  let whole: Captured;
  beforeAll(async () => {
    file = write("grid.json", grid);
    whole = await experiment(file, "whole");
  }, 120_000);

  test("trains every cell, and ranks the defences", () => {
    expect(whole.code, whole.err).toBe(0);
    expect(Object.keys(cellsIn("whole")).length).toBe(4);
    expect(whole.out).toMatch(
      /^shapes, default\ndefence +worst ASR % +CA − ASR +DER % +passes +passes × none +seconds +seconds × none +badnets: CA \/ ASR % +blend: CA \/ ASR %\n/,
    );
    expect(whole.out).toMatch(/^quick scan .* \/ /m);
    expect(whole.err).toMatch(/^cell 4 of 4: shapes, blend, default, quick scan, seed 0$/m);
    const csv = readFileSync(join(folder, "whole/results.csv"), "utf8").trim().split("\n");
    expect(csv.length).toBe(5);
    expect(csv[1]).toMatch(/^[0-9a-f]{16}-[0-9a-f]{8},shapes,badnets,default,none,0,[\d.]+,[\d.]+,/);
    expect(readFileSync(join(folder, "whole/results.md"), "utf8")).toMatch(
      /^# two attacks\n\n## shapes, default\n\n\| defence /,
    );
    const page = readFileSync(join(folder, "whole/report.html"), "utf8");
    expect(page).toContain("<title>Report of two attacks</title>");
    expect(page).toContain("4 finished trainings: 1 data set, 1 model, 2 attacks, 2 defences, 1 seed.");
    expect(readdirSync(join(folder, "whole/report"))).toContain("table.tex");
  });

  test("leaves no locks behind", () => {
    expect(readdirSync(join(folder, "whole/runs")).filter((name) => name.endsWith(".lock"))).toEqual([]);
  });

  test("takes no cell that other code made, and says so", async () => {
    const [name] = readdirSync(join(folder, "whole/cells"));
    const [training, code] = name!.replace(".json", "").split("-");
    const content = readFileSync(join(folder, "whole/cells", name!), "utf8");
    expect((JSON.parse(content) as FinishedCell).report.versions.code.slice(0, 8)).toBe(code);
    mkdirSync(join(folder, "older/cells"), { recursive: true });
    write(`older/cells/${training}-00000000.json`, content);
    const { out } = await experiment(file, "older", "--status");
    expect(out).toMatch(new RegExp(`^${training}-${code} .* other code `, "m"));
    expect(out).toMatch(/4 cells: (1 other code, 3 waiting|3 waiting, 1 other code)/);
  });

  test("has nothing left to do when it is called again", async () => {
    const before = cellsIn("whole");
    const again = await experiment(file, "whole");
    expect([again.code, again.err.includes("cell "), again.out]).toEqual([0, false, whole.out]);
    expect(cellsIn("whole")).toEqual(before);
  });

  test("stopped in the midst of a cell it goes on, to the same files", async () => {
    const stopped = await experiment(file, "parts", "", { interruptAt: "quick scan, seed 0" });
    expect(stopped.code).toBe(130);
    const status = (await experiment(file, "parts", "--status")).out;
    expect(status).toMatch(/quick scan +0 +begun/);
    expect(status).toMatch(
      /4 cells: 1 done, 1 begun, 2 waiting; left: about 0 min, and 2 of which no cell of the same kind is done/,
    );
    expect((await experiment(file, "parts")).code).toBe(0);
    expect(cellsIn("parts")).toEqual(cellsIn("whole"));
  }, 120_000);

  test("in two shards makes the same cells, each once", async () => {
    for (const shard of ["1/2", "2/2"]) expect((await experiment(file, "shards", `--shard ${shard}`)).code).toBe(0);
    expect(cellsIn("shards")).toEqual(cellsIn("whole"));
  }, 120_000);

  test("leaves a cell alone on which another process works", async () => {
    const [first] = Object.keys(cellsIn("whole")).sort();
    const place = join(folder, "locked/runs", first!.replace("json", "lock"));
    mkdirSync(place, { recursive: true });
    const lock = lockFolder(place);
    const { code, err } = await experiment(file, "locked");
    expect((await experiment(file, "locked", "--status")).out).toMatch(
      new RegExp(`^${first!.replace(".json", "")}.* at work `, "m"),
    );
    lock.release();
    expect([code, Object.keys(cellsIn("locked")).length]).toEqual([0, 3]);
    expect(err).toMatch(/^another process is at work on shapes, /m);
    expect((await experiment(file, "locked")).code).toBe(0);
    expect(cellsIn("locked")).toEqual(cellsIn("whole"));
  }, 120_000);

  test("edited takes the cells that did not change, and no stale one", async () => {
    const edited = write("edited.json", { ...grid, attacks: ["badnets", { attack: "blend", rate: 0.2 }] });
    const { out } = await experiment(edited, "whole", "--dry-run");
    expect(out).toMatch(/4 cells: 2 done, 2 waiting/);
    expect(out).toMatch(/blend .* none +0 +waiting +\d+ +1\.00 +about \d+$/m);
    const longer = write("longer.json", { ...grid, options: { ...grid.options, epochs: 3 } });
    expect((await experiment(longer, "whole", "--dry-run")).out).toContain("4 cells: 4 waiting");
  });

  test("stopped while the attack of a cell trains it files no failure, and goes on", async () => {
    const surrogate = ["surrogate.width=1", "surrogate.batch=2", "surrogate.steps=120", "steps=30", "reach=0"];
    const trained = write("trained.json", {
      ...grid,
      attacks: [{ attack: "trojan", set: surrogate.map((one) => `trojan.${one}`) }],
      defences: ["none"],
    });
    expect((await experiment(trained, "unbroken")).code).toBe(0);
    const stopped = await experiment(trained, "broken", "", { interruptAt: "cell 1 of 1" });
    expect([stopped.code, stopped.err]).toEqual([130, expect.stringContaining("stopped; go on with: ")]);
    expect((await experiment(trained, "broken", "--status")).out).toMatch(/trojan +default +none +0 +begun /);
    expect((await experiment(trained, "broken")).code).toBe(0);
    expect(cellsIn("broken")).toEqual(cellsIn("unbroken"));
  }, 60_000);

  test("two processes train what their cells have in common once, to the bits of runs of their own", async () => {
    const settings = ["surrogate.width=1", "surrogate.batch=2", "surrogate.steps=120", "steps=30", "reach=0"];
    const set = settings.map((one) => `trojan.${one}`);
    const common = write("common.json", {
      ...grid,
      attacks: [{ attack: "trojan", set }],
      defences: ["none", "clp"],
    });
    const both = await Promise.all(["1/2", "2/2"].map((shard) => experiment(common, "pair", `--shard ${shard}`)));
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.filter(({ err }) => err.includes("another process trains what this cell needs")).length).toBe(1);
    const parts = readdirSync(join(folder, "pair/shared"));
    expect(parts.map((name) => name.replace(/-[0-9a-f]{32}\./, ".")).sort()).toEqual([
      "attack.safetensors",
      "phase.safetensors",
    ]);
    const line = `train --dataset builtin --size 12 --count 40 --epochs 2 --batch 16 --model small-2 --device cpu --attack trojan`;
    const cells = Object.values(cellsIn("pair")).map((content) => JSON.parse(content) as FinishedCell);
    for (const { labels, report } of cells) {
      const out = join(folder, `alone-${labels.defence}`);
      await command(`${line} --set ${set.join(" --set ")} --defence ${labels.defence} --out ${out}`);
      const alone = JSON.parse(timeless(readFileSync(join(out, "run.json"), "utf8"))) as FinishedCell["report"];
      expect(report).toEqual(alone);
    }
    const phase = join(folder, "pair/shared", parts.find((name) => name.startsWith("phase"))!);
    const { cost } = decodeTree(readFileSync(phase), phase) as SharedPhase;
    for (const name of readdirSync(join(folder, "pair/cells"))) {
      const { report } = JSON.parse(readFileSync(join(folder, "pair/cells", name), "utf8")) as FinishedCell;
      expect(report.results[0]!.seconds).toBeGreaterThanOrEqual(cost.seconds); // counted in both
    }
  }, 60_000);

  test("keeps the error of a cell that fails, trains the others, and tries again when it is told to", async () => {
    const failing = write("failing.json", {
      ...grid,
      attacks: ["badnets", { attack: "sig", rate: 0.9 }],
      defences: ["none"],
    });
    const { code, err } = await experiment(failing, "failing");
    expect(code).toBe(6);
    expect(err).toMatch(/^failed: shapes, sig, default, none, seed 0: ConfigError: sig/m);
    expect(Object.keys(cellsIn("failing")).length).toBe(1);
    const again = await experiment(failing, "failing");
    expect([again.code, again.err.includes("cell 2")]).toEqual([6, false]);
    const retried = await experiment(failing, "failing", "--retry");
    expect([retried.code, retried.err.includes("cell 2 of 2")]).toEqual([6, true]);
  }, 120_000);
});

describe("before anything is trained an experiment refuses", () => {
  test.each([
    ["an unknown attack", { ...grid, attacks: ["badnet"] }, /cell shapes, badnet, default, none, seed 0: .*badnet/],
    ["an unknown option", { ...grid, options: { ...grid.options, epoch: 3 } }, /: cell .*epoch/],
    ["a value out of range", { ...grid, seeds: [0], options: { ...grid.options, epochs: -1 } }, /: cell .*epochs/],
    [
      "two defences in one entry",
      { ...grid, defences: [{ label: "x", defence: "none,cbd" }] },
      /a cell has one defence/,
    ],
    [
      "what it decides itself",
      { ...grid, options: { ...grid.options, out: "x" } },
      /an experiment decides --out itself/,
    ],
    [
      "the same training twice",
      { ...grid, attacks: ["badnets", { label: "other", attack: "badnets", rate: 0.1 }] },
      /cells shapes, badnets, default, none, seed 0 and shapes, other, default, none, seed 0 are the same training/,
    ],
    [
      "data that is not there",
      { ...grid, options: {}, data: [{ dataset: "cifar10", data: "nowhere" }] },
      /: cell .*nowhere/,
    ],
    ["no JSON", "{", /grid-\d+\.json/],
  ])("%s", async (_, value, message) => {
    const file = write(`grid-${Math.floor(Math.random() * 1e9)}.json`, value);
    const { code, out, err } = await experiment(file, "never");
    expect([code, out, existsSync(join(folder, "never"))]).toEqual([2, "", false]);
    const lines = err.trimEnd().split("\n");
    expect(lines.filter((line) => !line.startsWith("reading the images of ")).length).toBe(1);
    expect(err).toMatch(message);
  });

  test("a folder of something else, a shard that is none, no folder and no file", async () => {
    const file = write("fine.json", grid);
    mkdirSync(join(folder, "else"));
    write("else/notes.txt", "mine");
    expect((await experiment(file, "else")).err).toMatch(/else is not an experiment's folder: it holds "notes\.txt"/);
    expect((await experiment(file, "new", "--shard 3/2")).err).toMatch(/--shard "3\/2" is not I\/N/);
    expect((await command(`experiment ${file}`)).err).toMatch(/--out is missing/);
    expect((await command(`experiment ${file} --status`)).err).toMatch(/--out is missing/);
    expect((await command("experiment")).err).toMatch(/FILE is missing/);
    expect((await command(`experiment ${join(folder, "no.json")} --out ${join(folder, "new")}`)).err).toMatch(
      /no\.json/,
    );
  });
});

test("reads each set of images once, and says so", async () => {
  const images = join(folder, "images");
  expect((await command(`poison --dataset builtin --size 12 --count 40 --attack badnets --out ${images}`)).code).toBe(
    0,
  );
  rmSync(join(images, "manifest.json"));
  const many = {
    ...grid,
    options: { epochs: 1, batch: 16, model: "small-2" },
    data: [{ data: images }],
    seeds: [0, 1, 2],
  };
  const { code, out, err } = await experiment(write("many.json", many), "read", "--status");
  expect([code, err]).toEqual([0, `reading the images of ${images}\n`]);
  expect(out).toContain("12 cells: 12 waiting");
});

test("stops at the first cell where there is no device, and files no failure", async () => {
  const file = write("no-device.json", grid);
  const { code, err } = await command(`experiment ${file} --device gpu --out ${join(folder, "no-device")}`);
  expect([code, err]).toEqual([
    2,
    expect.stringMatching(/^cell 1 of 4: .*\n(.*\n)*deconfound experiment: --device gpu: /),
  ]);
  expect(existsSync(join(folder, "no-device/failed"))).toBe(false);
  expect(err).not.toContain("cell 2");
});

test("--data gives the folder for data that the file names without one", async () => {
  const file = write("open.json", { ...grid, options: {}, data: [{ label: "mine", dataset: "cifar10" }] });
  const { code, err } = await experiment(file, "mine", `--data ${join(folder, "absent")}`);
  expect([code, err]).toEqual([2, expect.stringContaining("absent")]);
});
