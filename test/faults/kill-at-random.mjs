#!/usr/bin/env node
// Kills a training at random moments, as a power cut would, resumes it until it is done, and compares with an unbroken run.
//   node test/faults/kill-at-random.mjs [--kills 50] [--seed 1] [--program dist/cli/main.js]
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const line =
  "train --dataset builtin --size 12 --count 100 --model small-4 --batch 10 --preset paper --epochs 2 --backdoor-epochs 1 --device cpu " +
  "--attack badnets --defence none,cbd";

/**
 * @param {{ kills: number, seed: number, program: string, log?: (line: string) => void }} options - `kills`: how many at least;
 *   runs are made anew until there were so many.
 * @returns {Promise<{ kills: number, runs: number }>}
 * @throws {Error} that names the run, the seed and the file that differs.
 */
export async function killAtRandom({ kills, seed, program, log = () => {} }) {
  const folder = mkdtempSync(join(tmpdir(), "deconfound-kill-"));
  const random = randomOf(seed);
  const start = (words) => spawn(process.execPath, [program, ...words], { stdio: ["ignore", "ignore", "pipe"] });
  try {
    const unbroken = join(folder, "unbroken");
    const began = Date.now();
    await mustEnd(start([...line.split(" "), "--out", unbroken]));
    const duration = Date.now() - began;
    const wanted = filesOf(unbroken);
    let done = 0;
    let runs = 0;
    for (; done < kills; runs++) {
      const broken = join(folder, `broken-${runs}`);
      for (let over = false; !over; ) {
        const resumable = exists(broken, "state.safetensors");
        const child = start(resumable ? ["train", "--resume", broken] : [...line.split(" "), "--out", broken]);
        if (done >= kills) {
          await mustEnd(child);
          break;
        }
        over = await killedOrEnded(child, random() * duration);
        if (!over) log(`kill ${++done} of ${kills}, run ${runs + 1}`);
      }
      compare(filesOf(broken), wanted, `run ${runs + 1} of seed ${seed}`);
    }
    return { kills: done, runs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns {Promise<boolean>} whether it ended by itself, in order, before the time was over. */
async function killedOrEnded(child, after) {
  const how = ended(child);
  const timer = sleep(after).then(() => child.kill("SIGKILL"));
  const { code, signal, said } = await how;
  await timer;
  if (signal === "SIGKILL") return false;
  if (code !== 0) throw new Error(`a resumed run ended with ${code ?? signal}: ${said}`);
  return true;
}

async function mustEnd(child) {
  const { code, signal, said } = await ended(child);
  if (code !== 0) throw new Error(`ended with ${code ?? signal}: ${said}`);
}

function ended(child) {
  let said = "";
  child.stderr.on("data", (part) => {
    said += part;
  });
  return new Promise((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, said }));
  });
}

/** The files that a run leaves, by name; what a clock decides is taken out of run.json, and the state and the report hold it too. */
function filesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort();
  return new Map(
    names.map((name) => {
      const content = readFileSync(join(folder, name));
      if (name === "state.safetensors" || /^report[./]/.test(name)) return [name, "there"];
      return [name, name === "run.json" ? withoutClocks(content.toString()) : content.toString("base64")];
    }),
  );
}

/** As text, so that the order of keys counts too. */
export function withoutClocks(text) {
  return text.replace(/"(seconds|imagesPerSecond)": [^,\n]+/g, '"$1": 0');
}

function compare(found, wanted, which) {
  const [a, b] = [[...found.keys()].join(), [...wanted.keys()].join()];
  if (a !== b) throw new Error(`${which}: the files are ${a}, not ${b}`);
  for (const [name, content] of wanted) {
    if (found.get(name) !== content) throw new Error(`${which}: ${name} differs from that of the unbroken run`);
  }
}

function exists(folder, name) {
  try {
    return readdirSync(folder).includes(name);
  } catch {
    return false;
  }
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "50" },
      seed: { type: "string", default: "1" },
      program: { type: "string", default: "dist/cli/main.js" },
    },
  });
  const { kills, runs } = await killAtRandom({
    kills: Number(values.kills),
    seed: Number(values.seed),
    program: values.program,
    log: (text) => process.stderr.write(`${text}\n`),
  });
  process.stdout.write(`${kills} kills in ${runs} runs: every file equals that of an unbroken run\n`);
}
