import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { env } from "node:process";
import { buildSync } from "esbuild";
import { afterAll, afterEach, expect, test } from "vitest";
import type { Tuning } from "../../src/kernels/index.ts";
import { defaultTuningPath, openDevice, readTuning, writeTuning } from "../../src/node/index.ts";
import { root } from "../support/repository.ts";

const folder = mkdtempSync(`${tmpdir()}/tuning-`);
afterAll(() => rmSync(folder, { recursive: true }));

const tuning: Tuning = {
  ...{ format: "deconfound tuning 1", library: "0.1.0", date: "2026-11-22T10:00:00.000Z" },
  ...{ adapter: "A card", clock: "wall", classes: {} },
};

test("a tuning file is read as it was written, folders are made, no part is left", async () => {
  await writeTuning(`${folder}/a/b/tuning.json`, tuning);
  expect(await readTuning(`${folder}/a/b/tuning.json`)).toEqual(tuning);
  expect(readdirSync(`${folder}/a/b`)).toEqual(["tuning.json"]);
});

test("a file that is absent, no JSON or no tuning is named with the reason", async () => {
  await expect(readTuning(`${folder}/none.json`)).rejects.toThrow(`${folder}/none.json: cannot be read`);
  writeFileSync(`${folder}/broken.json`, '{"format":');
  await expect(readTuning(`${folder}/broken.json`)).rejects.toThrow(`${folder}/broken.json: is not JSON`);
  writeFileSync(`${folder}/old.json`, '{"format":"deconfound tuning 0"}');
  await expect(readTuning(`${folder}/old.json`)).rejects.toThrow(`${folder}/old.json: format is not`);
  await expect(openDevice({ device: "gpu", tuning: `${folder}/old.json` })).rejects.toThrow("format is not");
});

test("a folder that cannot be written is named", async () => {
  writeFileSync(`${folder}/file`, "");
  await expect(writeTuning(`${folder}/file/x/tuning.json`, tuning)).rejects.toThrow(
    `${folder}/file/x: cannot be written`,
  );
});

const before = env["XDG_CACHE_HOME"];
afterEach(() => {
  if (before === undefined) delete env["XDG_CACHE_HOME"];
  else env["XDG_CACHE_HOME"] = before;
});

test("the default file lies in the cache folder", () => {
  env["XDG_CACHE_HOME"] = "/somewhere";
  expect(defaultTuningPath()).toBe("/somewhere/deconfound/tuning.json");
  env["XDG_CACHE_HOME"] = "relative";
  expect(defaultTuningPath()).toBe(`${homedir()}/.cache/deconfound/tuning.json`);
});

test("without a home folder there is no default file, and a device opens all the same", () => {
  // a free user number has no account: os.homedir() throws where HOME is absent too
  const script = `
    import { defaultTuningPath, openDevice } from ${JSON.stringify(`${root}src/node/index.ts`)};
    const device = await openDevice({ device: "cpu" });
    console.log(process.getuid?.(), defaultTuningPath(), device.info().kind);`;
  const run = (environment: Record<string, string>): string =>
    spawnSync(process.execPath, ["--input-type=module", "-"], {
      input: buildSync({
        stdin: { contents: script, resolveDir: root },
        ...{ bundle: true, platform: "node", format: "esm", write: false, tsconfigRaw: {}, external: ["webgpu"] },
      }).outputFiles[0]!.contents,
      cwd: "/",
      encoding: "utf8",
      env: environment,
      ...(process.getuid?.() === 0 ? { uid: 12_345 } : {}),
    }).stdout;
  if (process.getuid?.() === 0) expect(run({})).toBe("12345 undefined reference\n");
  expect(run({ HOME: "" })).toMatch(/ (undefined|\/.*\.json) reference\n$/);
  expect(run({ HOME: "relative" })).toMatch(/ undefined reference\n$/);
  expect(run({ XDG_CACHE_HOME: "/cache" })).toMatch(/ \/cache\/deconfound\/tuning\.json reference\n$/);
});
