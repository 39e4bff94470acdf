import type { Command } from "../contestant.ts";
import { start } from "../contestant.ts";
import type { Posed } from "../operands.ts";
import { findError, pose } from "../operands.ts";
import type { Row } from "../report.ts";
import { middle, ratioOf } from "../rounds.ts";
import type { Team } from "../team.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { wideResNetStep } from "../works/wide-resnet.ts";

/** A figure of whole processes, which are started for it. */
export interface ProcessFigure {
  readonly name: string;
  measure(team: Team): Promise<readonly Row[]>;
}

const limit = 300_000; // ms
const warmRuns = 3;
const steps = 4; // after the checked ones; memory has stopped growing by then

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

/** What each process gave, round by round: ours first, those that failed left out. */
async function rounds(
  count: number,
  { ours, peers, fail }: Team,
  run: (command: Command, posed: Posed) => Promise<Life>,
): Promise<ReadonlyMap<string, readonly Life[]>> {
  const posed = await pose(wideResNetStep(1, 32));
  const commands = new Set([ours, ...peers].map(({ command }) => command));
  const lives = new Map<string, Life[]>([...commands].map(({ name }) => [name, []]));
  try {
    for (let round = 0; round < count; round++) {
      for (const command of commands) {
        try {
          lives.get(command.name)!.push(await run(command, posed));
        } catch (error) {
          fail(`${command.name}: ${(error as Error).message}`);
          lives.delete(command.name);
          commands.delete(command);
        }
      }
    }
  } finally {
    posed.remove();
  }
  return lives.has(ours.command.name) ? lives : new Map();
}

/** Rows of one figure of the processes: ours alone, or beside each peer. */
function rowsOf(
  work: string,
  unit: string,
  lives: ReadonlyMap<string, readonly Life[]>,
  figure: (life: Life) => number,
): Row[] {
  const [own, ...peers] = [...lives].map(([name, all]) => ({ name, taken: all.map((life) => [figure(life)]), all }));
  if (own === undefined) return [];
  const row = { work, unit, ours: middle(own.taken), runs: own.all.length, adapter: own.all[0]!.adapter! };
  if (peers.length === 0) return [row];
  return peers.map(({ name, taken }) => ({
    ...row,
    peer: { name, value: middle(taken), ...ratioOf(own.taken, taken) },
  }));
}

/** The first call of the step in a fresh process: the driver's shader cache empty, and filled by an earlier process. */
const firstCall: ProcessFigure = {
  name: "wrn-16-1-first-call-b32",
  measure: async (team) => {
    const caches = new Map<Command, ReturnType<typeof temporaryFolder>>();
    const lives = await rounds(
      1 + warmRuns,
      { ...team, peers: team.peers.filter(({ compiles }) => compiles) },
      (command, posed) => {
        const folder = caches.get(command) ?? temporaryFolder();
        caches.set(command, folder);
        // Mesa's cache, and NVIDIA's
        return live(command, posed, 0, {
          MESA_SHADER_CACHE_DIR: folder.path,
          __GL_SHADER_DISK_CACHE_PATH: folder.path,
        });
      },
    );
    for (const folder of caches.values()) folder.remove();
    const part = (from: number, to: number): ReadonlyMap<string, readonly Life[]> =>
      new Map([...lives].map(([name, all]) => [name, all.slice(from, to)]));
    return [
      ...rowsOf("wrn-16-1-first-call-cold-b32", "ms", part(0, 1), ({ firstMs }) => firstMs),
      ...rowsOf("wrn-16-1-first-call-warm-b32", "ms", part(1, 1 + warmRuns), ({ firstMs }) => firstMs),
    ];
  },
};

/** Peak resident memory of a process that makes six steps. */
const peakMemory: ProcessFigure = {
  name: "wrn-16-1-peak-rss-b32",
  measure: async (team) => {
    const lives = await rounds(1, team, (command, posed) => live(command, posed, steps));
    return rowsOf("wrn-16-1-peak-rss-b32", "mib", lives, ({ mib }) => mib);
  },
};

export const processFigures: readonly ProcessFigure[] = [firstCall, peakMemory];
