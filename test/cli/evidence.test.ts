import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeEvidence, readEvidence } from "../../src/cli/evidence-file.ts";
import { madeUpEvidence } from "../report/made-up-evidence.ts";
import { command } from "./capture.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function written(content: Uint8Array | Promise<Uint8Array>): Promise<string> {
  const path = join(folder, "evidence.safetensors");
  writeFileSync(path, await content);
  return path;
}

test("a file of evidence gives back what was written", async () => {
  for (const evidence of [
    madeUpEvidence(),
    madeUpEvidence({ kinds: null, confounder: null, suspicion: null, suspects: null }),
  ]) {
    expect(await readEvidence(await written(encodeEvidence(evidence)))).toEqual(evidence);
  }
  expect(await readEvidence(join(folder, "absent"))).toBeUndefined();
});

test.each([
  ["a kind that is none", { kinds: new Uint8Array(40).fill(3) }],
  ["a suspicion too many", { suspicion: new Float32Array(41) }],
  ["no targets, and triggered images all the same", { targets: null }],
  ["a text for an array", { samples: "1,2" as unknown as Int32Array }],
])("a file with %s is refused", async (_, change) => {
  const path = await written(encodeEvidence(madeUpEvidence(change)));
  await expect(readEvidence(path)).rejects.toThrow(/its arrays do not fit|samples is not a tensor/);
});

test("a run keeps the same evidence of each defence, interrupted or not, below a megabyte, and its report draws it", async () => {
  const line =
    "train --dataset builtin --size 12 --count 60 --attack badnets --rate 0.2 --model small-2 --batch 16 --device cpu --preset paper --defence none,cbd --epochs 3 --backdoor-steps 5";
  const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
  expect((await command(`${line} --out ${whole}`)).code).toBe(0);
  expect((await command(`${line} --out ${parts}`, { interruptAt: "cbd: clean model  epoch 1/3" })).code).toBe(130);
  expect((await command(`train --resume ${parts}`)).code).toBe(0);
  for (const defence of ["none", "cbd"]) {
    const name = `evidence-${defence}.safetensors`;
    expect(readFileSync(join(parts, name)).equals(readFileSync(join(whole, name))), name).toBe(true);
    expect(statSync(join(whole, name)).size).toBeLessThan(100_000);
  }
  const cbd = (await readEvidence(join(whole, "evidence-cbd.safetensors")))!;
  expect([cbd.samples.length, cbd.kinds!.filter((kind) => kind === 1).length, cbd.trained]).toEqual([60, 12, 60]);
  expect([cbd.labels.length, cbd.delivered.z.length]).toEqual([30, 2 * 30 * cbd.delivered.width]);
  expect([cbd.confounder === null, cbd.suspects!.indices.length, cbd.sheets.length]).toEqual([false, 12, 1]);
  const csv = readFileSync(join(whole, "suspects.csv"), "utf8").split("\n");
  expect(csv[1]!.startsWith(`${cbd.suspects!.indices[0]},`)).toBe(true);
  const page = readFileSync(join(whole, "report.html"), "utf8");
  expect(page).not.toContain("is not in the run's folder");
  rmSync(join(whole, "evidence-cbd.safetensors"));
  await command(`report ${whole}`);
  const without = readFileSync(join(whole, "report.html"), "utf8");
  expect(without).toMatch(
    /No losses of builtin, small-2, badnets, cbd: <code>evidence-DEFENCE\.safetensors<\/code> is not in/,
  );
}, 60_000);
