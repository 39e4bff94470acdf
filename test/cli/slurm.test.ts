import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrayScript } from "../../src/cli/slurm.ts";
import { balanced } from "../../src/experiment/balance.ts";
import type { BuiltProgram } from "../support/program.ts";
import { buildProgram, ended } from "../support/program.ts";
import type { Cluster } from "../support/slurm.ts";
import { slurmMissing, startCluster, until } from "../support/slurm.ts";
import { command } from "./capture.ts";

const grid = {
  title: "six cells",
  options: { size: 12, count: 60, epochs: 3, batch: 16, model: "small-2" },
  data: [{ label: "shapes", dataset: "builtin" }],
  attacks: ["badnets", "blend"],
  defences: ["none", "clp", { label: "longer", defence: "none", epochs: 30 }],
};

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), `it's"100%"-`)); // what a shell and sbatch would take apart
  file = join(folder, "grid.json");
  writeFileSync(file, JSON.stringify(grid));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("cells are divided into neighbours of about equal cost", () => {
  const costs = [5, 1, 1, 1, 1, 1, 5, 1, 1, 1];
  const parts = balanced(costs, (cost) => cost, 3);
  expect(parts.flat()).toEqual(costs);
  // each at most its share of 6 and one item
  expect(parts.map((part) => part.reduce((a, b) => a + b))).toEqual([6, 4, 8]);
  expect(balanced([9, 1], (cost) => cost, 4)).toEqual([[9], [1]]);
  expect(() => balanced([1], (cost) => cost, 0)).toThrow("0 is no number of parts");
});

test("a script's words reach the program as they are", () => {
  const words = ["printf", "%s\\n", "it's", '"$HOME"', "a b;`c`", "\\", "list-{}.txt"];
  const script = arrayScript({ tasks: 3, log: '/tmp/50 % "x"/1', words });
  expect(script).toContain('\n#SBATCH --output="/tmp/50 %% \\"x\\"/1-%a.log"\n');
  const { stdout } = spawnSync("sh", ["-c", script], { encoding: "utf8", env: { SLURM_ARRAY_TASK_ID: "2" } });
  expect(stdout.split("\n").slice(0, -1)).toEqual(["it's", '"$HOME"', "a b;`c`", "\\", "list-2.txt"]);
});

test("without Slurm's commands a submission is refused, and says what to do", async () => {
  const { PATH } = process.env;
  process.env["PATH"] = folder;
  const { code, err } = await command(`experiment ${file} --submit slurm --out ${join(folder, "refused")}`);
  process.env["PATH"] = PATH;
  expect([code, err]).toEqual([2, expect.stringContaining("there is no sbatch on this machine; call it where Slurm")]);
  expect(existsSync(join(folder, "refused/slurm"))).toBe(false);
});

const missing = slurmMissing();
if (process.env["CI"] === "true") test("CI has Slurm", () => expect(missing).toBeUndefined());

describe.skipIf(missing !== undefined)(`on a Slurm of one node${missing === undefined ? "" : `: ${missing}`}`, () => {
  let cluster: Cluster;
  let program: BuiltProgram;
  beforeAll(async () => {
    [cluster, program] = await Promise.all([startCluster(), buildProgram()]);
    process.env["SLURM_CONF"] = cluster.env["SLURM_CONF"];
  }, 300_000); // what it waits for says so after four minutes
  afterAll(async () => {
    program?.remove();
    await cluster?.stop();
  });

  async function experiment(out: string, more = ""): Promise<{ code: unknown; said: string }> {
    const child = program.start(`experiment ${file} --out ${out} --device cpu ${more}`, ["ignore", "pipe", "pipe"]);
    let said = "";
    for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (part: Buffer) => (said += part.toString()));
    return { code: await ended(child), said };
  }
  /** What the tables say, but for seconds. */
  const tableIn = (path: string): string => {
    const rows = readFileSync(join(path, "results.md"), "utf8").split("\n");
    const at = rows
      .find((row) => row.includes("| seconds |"))!
      .split(" | ")
      .indexOf("seconds");
    return rows.map((row) => (row.startsWith("| ") ? row.split(" | ").toSpliced(at, 2).join(" | ") : row)).join("\n");
  };
  const namesIn = (path: string): readonly string[] => (existsSync(path) ? readdirSync(path) : []);

  test("six cells over three tasks, one stopped in mid-cell and put back, give the table of a local run", async () => {
    const out = join(folder, "array");
    const refused = await experiment(out, "--submit slurm --slurm --partition=nowhere");
    expect(refused).toEqual({ code: 2, said: expect.stringMatching(/sbatch: .*partition/) });
    const { code, said } = await experiment(out, "--submit slurm --tasks 3 --slurm --job-name=cells");
    const [, job, ...counts] =
      /^Slurm job (\d+): 3 tasks of (\d), (\d), (\d) cells; .*slurm\/2\.sh\n$/.exec(said) ?? [];
    expect([code, job], said).toEqual([0, expect.any(String)]);
    expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(6);
    // the grid's last cell is a long one, and the last of the last task
    const cell = readFileSync(join(out, "slurm/2-2.cells"), "utf8").trim().split("\n").at(-1)!;
    await until(() => /RUNNING/.test(cluster.call("squeue", "--noheader", "--format=%T")), "a task that runs");
    const status = experiment(out, "--status");
    await until(() => existsSync(join(out, "runs", cell, "state.safetensors")), "a cell in the midst");
    cluster.call("scancel", "--batch", "--signal=TERM", `${job}_2`); // as Slurm does before the time is up
    expect((await status).said).toMatch(new RegExp(`^${job}_\\d +RUNNING `, "m"));
    const log = (): string => readFileSync(join(out, "slurm/2-2.log"), "utf8");
    await until(
      () => log().includes("back in Slurm's queue"),
      "the stop",
      () => `${cluster.call("squeue")}\n${log()}`,
    );
    expect(existsSync(join(out, "cells", `${cell}.json`))).toBe(false);
    await until(() => namesIn(join(out, "cells")).filter((name) => name.endsWith(".json")).length === 6, "all cells");
    expect(log().match(new RegExp(`^cell ${counts[2]} of ${counts[2]}: `, "gm"))?.length, log()).toBe(2); // begun once, and gone on with
    await until(() => cluster.call("squeue", "--noheader").trim() === "", "an empty queue");
    expect((await experiment(out, "--status")).said).toContain("no job of this experiment is in the queue");
    const local = join(folder, "local");
    expect((await experiment(local)).code).toBe(0);
    expect(tableIn(out)).toBe(tableIn(local));
    expect((await experiment(out, "--submit slurm")).said).toBe("nothing is left to submit\n");
  }, 600_000);
});
