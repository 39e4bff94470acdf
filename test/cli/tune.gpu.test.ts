import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { env } from "node:process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { defaultTuningPath, readTuning, writeTuning } from "../../src/node/index.ts";
import { describeGpu } from "../support/gpu.ts";
import { command } from "./capture.ts";

describeGpu("deconfound tune", () => {
  const folder = mkdtempSync(`${tmpdir()}/tune-`);
  const before = env["XDG_CACHE_HOME"];
  beforeAll(() => {
    env["XDG_CACHE_HOME"] = folder;
  });
  afterAll(() => {
    if (before === undefined) delete env["XDG_CACHE_HOME"];
    else env["XDG_CACHE_HOME"] = before;
    rmSync(folder, { recursive: true });
  });

  it("writes the default file, which other commands read, and leave out when it is another adapter's", async () => {
    const tuned = await command("tune --only matmul --rounds 1");
    expect(tuned.code, tuned.err).toBe(0);
    expect(tuned.out).toMatch(/^work +rules +ms +fastest +ms +ratio\n/);
    const tuning = await readTuning(defaultTuningPath()!);
    const works = Object.values(tuning.classes).map(({ work }) => work);
    expect(works).toContain("matmul 256x256x256");
    for (const work of works) expect(tuned.out).toContain(work);

    const read = await command("doctor --json");
    expect([read.code, read.err]).toEqual([0, expect.stringContaining(`tuning: of ${tuning.date}`)]);

    await writeTuning(defaultTuningPath()!, { ...tuning, adapter: "Another card" });
    const left = await command("doctor --json");
    expect([left.code, left.err]).toEqual([
      0,
      expect.stringContaining("is left out: the tuning is of another adapter"),
    ]);
    const named = await command(`doctor --tuning ${defaultTuningPath()!}`);
    expect([named.code, named.err]).toEqual([2, expect.stringContaining("the tuning is of another adapter")]);
    const none = await command("doctor --json --tuning none");
    expect([none.code, none.err]).toEqual([0, expect.not.stringContaining("tuning")]);
  });
});
