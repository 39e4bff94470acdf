import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { command } from "./capture.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const drawn = "--dataset builtin --size 12 --count 60 --seed 3 --device cpu";
const trojan =
  "--attack trojan,badnets --set trojan.surrogate.width=1 --set trojan.surrogate.batch=2 --set trojan.surrogate.steps=120 " +
  "--set trojan.steps=30 --set reach=0";
const training = "--defence none --model small-2 --batch 16 --epochs 1 --augment none";

/** Every file under a folder, but for what is measured by a clock. */
function contents(path: string): ReadonlyMap<string, string> {
  const names = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    names
      .map(({ parentPath, name }): [string, string] => [name, readFileSync(join(parentPath, name), "latin1")])
      .sort(),
  );
}

/** Interrupts a command after some turns of the event loop, of which each step takes one, then lets it come to its end. */
async function inParts(first: string, again: string): Promise<void> {
  for (const turns of [0, 40, 90]) {
    const { code, err } = await command(turns === 0 ? first : again, { interruptWhen: after(turns) });
    expect([code, err]).toEqual([130, expect.stringMatching(/stopped; go on with: /)]);
  }
  expect((await command(again)).code).toBe(0);
}

async function after(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await turn();
}

test("poison, interrupted while its attack trains, goes on by the same command", { timeout: 60_000 }, async () => {
  const line = (out: string): string => `poison ${drawn} ${trojan} --out ${join(folder, out)}`;
  expect((await command(line("unbroken"))).code).toBe(0);
  await inParts(line("broken"), line("broken"));
  expect(contents(join(folder, "broken"))).toEqual(contents(join(folder, "unbroken")));
  expect(readdirSync(folder).filter((name) => name.endsWith(".unfinished"))).toEqual([]);
});

test("train, interrupted while its attack trains, goes on by --resume", { timeout: 60_000 }, async () => {
  const line = (out: string): string => `train ${drawn} ${trojan} ${training} --out ${join(folder, out)}`;
  expect((await command(line("whole"))).code).toBe(0);
  await inParts(line("parts"), `train --resume ${join(folder, "parts")}`);
  for (const name of ["attack-trojan.safetensors", "model-none.safetensors"]) {
    expect(readFileSync(join(folder, "parts", name))).toEqual(readFileSync(join(folder, "whole", name)));
  }
});

test("what is kept of an attack is refused for other options, other images, and where it is not finished", async () => {
  const unfinished = join(folder, "other.unfinished");
  const out = join(folder, "other");
  const line = `poison ${drawn} ${trojan} --out ${out}`;
  const at = (changes: string): Promise<{ code: number; err: string }> => command(`${line} ${changes}`);
  const stopped = await command(line, { interruptWhen: Promise.resolve() });
  expect([stopped.code, existsSync(out), readdirSync(unfinished)]).toEqual([130, false, ["attack-trojan.safetensors"]]);
  expect((await at("--set trojan.steps=31")).err).toContain(
    "was made with other options of the attack, or another seed",
  );
  expect((await at("--limit 50")).err).toContain("was made with other training images");
  const shown = await command(
    `show --dataset builtin --size 12 --seed 3 ${trojan} --device cpu --model ${unfinished}/x --out ${folder}/a.png`,
  );
  expect([shown.code, shown.err]).toEqual([2, expect.stringContaining("the training of the attack is not finished")]);
});

test("a folder that cannot take the results is refused before an attack trains", async () => {
  const full = join(folder, "full");
  mkdirSync(full);
  writeFileSync(join(full, "a.txt"), "");
  const endless = `${drawn} --attack trojan --set trojan.surrogate.steps=1000000`;
  expect((await command(`poison ${endless} --out ${full}`)).err).toContain('holds "a.txt" and is not written over');
  expect((await command(`train ${endless} ${training} --out ${full}`)).err).toContain('is not empty, it holds "a.txt"');
  expect((await command(`train ${endless} ${training} --batch 61 --out ${folder}/new`)).err).toContain(
    "--batch 61 is more",
  );
  expect(existsSync(join(folder, "new"))).toBe(false);
  const stopped = await command(`train ${endless} ${training}`, { interruptAt: "surrogate" });
  expect([stopped.code, stopped.err]).toEqual([
    130,
    expect.stringContaining("stopped; nothing is saved without --out"),
  ]);
});
