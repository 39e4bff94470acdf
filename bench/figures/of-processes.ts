import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Command } from "../contestant.ts";
import { start } from "../contestant.ts";
import type { Posed } from "../operands.ts";
import { findError, pose } from "../operands.ts";
import type { Row } from "../report.ts";
import { median } from "../statistics.ts";
import type { Team } from "../team.ts";
import { wideResNetStep } from "../works/wide-resnet.ts";

/** A figure of whole processes, which are started for it. */
export interface ProcessFigure {
  readonly name: string;
  measure(team: Team): Promise<readonly Row[]>;
}

const limit = 300_000; // ms
const warmRuns = 3;
const steps = 10;

interface Life {
  readonly firstMs: number;
  readonly mib: number;
  /** Null where no adapter of WebGPU is used. */
  readonly adapter: string | null;
}

/** Starts a process, checks its first steps of a work and, if asked to, makes more before its memory is read. */
async function live(command: Command, posed: Posed, more: number, env: Command["env"] = {}): Promise<Life> {
  const contestant = await start({ ...command, env });
  try {
    const { firstMs, values } = await contestant.ask(posed.request, limit);
    const wrong = findError(posed.checks, values);
    if (wrong !== null) throw new Error(`${command.name} is wrong: ${wrong}`);
    if (more > 0) await contestant.ask({ do: "time", samples: more, calls: 1 }, limit);
    const { mib } = await contestant.ask({ do: "memory" }, limit);
    return { firstMs, mib, adapter: contestant.hello.adapter };
  } finally {
    contestant.stop();
  }
}

/** Rows of one figure: ours alone, or beside each peer. `values`: ours first. */
function rowsOf(work: string, unit: string, values: ReadonlyMap<string, readonly number[]>, adapter: string): Row[] {
  const [[, own], ...peers] = [...values] as [[string, readonly number[]], ...[string, readonly number[]][]];
  const row = { work, unit, ours: median(own), runs: own.length, adapter };
  if (peers.length === 0) return [row];
  return peers.map(([name, theirs]) => {
    const value = median(theirs);
    const ratio = value / row.ours;
    const [min, max] = [Math.min(...theirs) / Math.max(...own), Math.max(...theirs) / Math.min(...own)];
    return { ...row, peer: { name, value, ratio, min, max } };
  });
}

/** The first call of the step in a fresh process: the driver's shader cache empty, and filled by an earlier process. */
const firstCall: ProcessFigure = {
  name: "wrn-16-1-first-call-b32",
  measure: async ({ ours, peers, fail }) => {
    const posed = await pose(wideResNetStep(1, 32));
    const cold = new Map<string, number[]>();
    const warm = new Map<string, number[]>();
    let adapter = "";
    try {
      for (const { command } of [ours, ...peers.filter(({ compiles }) => compiles)]) {
        const folder = mkdtempSync(`${tmpdir()}/bench-cache-`);
        // Mesa's cache, and NVIDIA's
        const env = { MESA_SHADER_CACHE_DIR: folder, __GL_SHADER_DISK_CACHE_PATH: folder };
        try {
          const born = await live(command, posed, 0, env);
          cold.set(command.name, [born.firstMs]);
          const later: number[] = [];
          for (let run = 0; run < warmRuns; run++) later.push((await live(command, posed, 0, env)).firstMs);
          warm.set(command.name, later);
          if (command === ours.command) adapter = born.adapter!;
        } catch (error) {
          fail(`first call: ${(error as Error).message}`);
          if (command === ours.command) return [];
        } finally {
          rmSync(folder, { recursive: true });
        }
      }
    } finally {
      posed.remove();
    }
    return [
      ...rowsOf("wrn-16-1-first-call-cold-b32", "ms", cold, adapter),
      ...rowsOf("wrn-16-1-first-call-warm-b32", "ms", warm, adapter),
    ];
  },
};

/** Peak resident memory of a process that makes a dozen steps. */
const peakMemory: ProcessFigure = {
  name: "wrn-16-1-peak-rss-b32",
  measure: async ({ ours, peers, fail }) => {
    const posed = await pose(wideResNetStep(1, 32));
    const taken = new Map<string, number[]>();
    let adapter = "";
    try {
      for (const { command } of [ours, ...peers]) {
        try {
          const { mib, adapter: used } = await live(command, posed, steps);
          taken.set(command.name, [mib]);
          if (command === ours.command) adapter = used!;
        } catch (error) {
          fail(`peak memory: ${(error as Error).message}`);
          if (command === ours.command) return [];
        }
      }
    } finally {
      posed.remove();
    }
    return rowsOf("wrn-16-1-peak-rss-b32", "mib", taken, adapter);
  },
};

export const processFigures: readonly ProcessFigure[] = [firstCall, peakMemory];
