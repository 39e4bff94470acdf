import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { FigureRow, Hello, Prepared, Request, Timed } from "./protocol.ts";

/** How to start a contestant. */
export interface Command {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A child process that computes works: our own library, or a peer. */
export interface Contestant {
  readonly name: string;
  readonly hello: Hello;
  readonly pid: number;
  ask(request: Extract<Request, { do: "prepare" }>, limit: number): Promise<Prepared>;
  ask(request: Extract<Request, { do: "time" }>, limit: number): Promise<Timed>;
  ask(request: Extract<Request, { do: "memory" }>, limit: number): Promise<{ readonly mib: number }>;
  ask(request: Extract<Request, { do: "measure" }>, limit: number): Promise<{ readonly rows: readonly FigureRow[] }>;
  /** Whether it has not ended, by itself or because it was too slow. */
  alive(): boolean;
  stop(): void;
}

const startLimit = 60_000; // ms
const running = new Set<ChildProcess>();

/** Kills every contestant that runs: no benchmark outlives its driver. */
export function stopAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Starts a contestant and waits for its first line. @throws Error with its last words when it ends or is too slow. */
export async function start(command: Command): Promise<Contestant> {
  const child = spawn(command.file, command.args, {
    env: { ...process.env, ...command.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  running.add(child);
  let lastWords = "";
  child.stderr.on("data", (text) => {
    lastWords = (lastWords + String(text)).slice(-2000);
  });
  child.stdin.on("error", () => undefined); // its end is reported by "close"
  let settle: { resolve(line: string): void; reject(error: Error): void } | undefined;
  let ended: Error | undefined;
  const end = (why: string): void => {
    running.delete(child);
    ended ??= new Error(`${command.name} ${why}${lastWords === "" ? "" : `:\n${lastWords.trimEnd()}`}`);
    settle?.reject(ended);
  };
  child.on("error", (error) => end(`does not start: ${error.message}`));
  child.on("close", (code, signal) => end(`ended (${signal ?? `exit code ${code}`})`));
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) settle?.resolve(line);
    else lastWords = `${lastWords}${line}\n`.slice(-2000); // a library's own chatter
  });
  const reply = async (what: string, limit: number): Promise<unknown> => {
    let timer: NodeJS.Timeout | undefined;
    const line = await new Promise<string>((resolve, reject) => {
      if (ended !== undefined) throw ended;
      settle = { resolve, reject };
      timer = setTimeout(() => {
        end(`took more than ${limit / 1000} s to ${what}`);
        child.kill("SIGKILL");
      }, limit);
    }).finally(() => {
      clearTimeout(timer);
      settle = undefined;
    });
    const message = JSON.parse(line) as { readonly error?: string };
    if (message.error !== undefined) throw new Error(`${command.name} cannot ${what}: ${message.error}`);
    return message;
  };
  const hello = (await reply("start", startLimit)) as Hello;
  lastWords = "";
  return {
    name: command.name,
    hello,
    pid: child.pid!,
    ask: <T>(request: Request, limit: number): Promise<T> => {
      const answer = reply(request.do === "prepare" ? `prepare ${request.work}` : request.do, limit);
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return answer as Promise<T>;
    },
    alive: () => ended === undefined,
    stop: () => {
      end("was stopped");
      child.kill("SIGKILL");
    },
  };
}
