import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Why there can be no cluster here; undefined if there can. */
export function slurmMissing(): string | undefined {
  if (process.getuid?.() !== 0) return "a Slurm of its own needs root";
  const missing = ["munged", "slurmctld", "slurmd", "sbatch"].filter(
    (name) => !["/usr/sbin", "/usr/bin", "/sbin", "/bin"].some((folder) => existsSync(join(folder, name))),
  );
  return missing.length === 0 ? undefined : `${missing.join(", ")} is not installed: bash scripts/setup-tests.sh`;
}

/** A Slurm of one node, with a folder, ports and processes of its own. */
export interface Cluster {
  readonly folder: string;
  /** For Slurm's commands. */
  readonly env: Readonly<Record<string, string>>;
  call(program: string, ...words: readonly string[]): string;
  stop(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "slurm-"));
  const path = (name: string): string => join(folder, name);
  const processes: ChildProcess[] = [];
  const start = (program: string, ...words: readonly string[]): void => {
    processes.push(spawn(program, words, { env, stdio: "ignore", detached: false }));
  };
  const env = { ...process.env, SLURM_CONF: path("slurm.conf") } as Record<string, string>;
  const call = (program: string, ...words: readonly string[]): string =>
    execFileSync(program, words, { env, encoding: "utf8", timeout: 20_000 });
  const stop = async (): Promise<void> => {
    for (const child of processes.reverse()) {
      if (child.exitCode !== null) continue;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(late);
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const name of ["state", "spool"]) mkdirSync(path(name));
    writeFileSync(path("munge.key"), randomBytes(1024), { mode: 0o400 });
    writeFileSync(path("slurm.conf"), configuration(folder, await freePorts(2)));
    const own = (name: string): string => path(`munge.${name}`);
    const files = ["key-file", "socket", "pid-file", "log-file", "seed-file"];
    const kinds = ["key", "socket", "pid", "log", "seed"];
    start("munged", "--force", "--foreground", ...files.map((option, i) => `--${option}=${own(kinds[i]!)}`));
    await until(() => existsSync(own("socket")), "munged");
    start("slurmctld", "-D");
    start("slurmd", "-D", "-N", short);
    await until(
      () => spawnSync("sinfo", ["-h", "-o", "%t"], { env, encoding: "utf8" }).stdout.trim() === "idle",
      "slurmd",
    );
    return { folder, env, call, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for something, up to four minutes: on a busy machine a cell takes two. @param said - what there is to read about it, for the error. */
export async function until(holds: () => boolean, what: string, said = (): string => ""): Promise<void> {
  for (const end = Date.now() + 240_000; !holds(); await delay(100)) {
    if (Date.now() > end) throw new Error(`waited for ${what} in vain ${said()}`);
  }
}

const short = hostname().split(".")[0]!;

/** Two ports that nobody listens on. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function configuration(folder: string, [controller, node]: readonly number[]): string {
  // credentials of 5 s: a task that is put back waits until those of its first run have expired, two minutes by default
  return `ClusterName=local
SlurmctldHost=${short}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
AuthType=auth/munge
CryptoType=crypto/munge
AuthInfo=socket=${folder}/munge.socket,cred_expire=5
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/ctld.pid
SlurmdPidFile=${folder}/d.pid
SlurmctldLogFile=${folder}/ctld.log
SlurmdLogFile=${folder}/d.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobCompType=jobcomp/none
AccountingStorageType=accounting_storage/none
NodeName=${short} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}
