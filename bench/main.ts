import { cpus } from "node:os";
import { stopAll } from "./contestant.ts";
import { items } from "./items.ts";
import { choose, parseOptions } from "./options.ts";
import { peersIn } from "./peers.ts";
import type { Row } from "./report.ts";
import { jsonLine, table } from "./report.ts";
import type { Member, Team } from "./team.ts";
import { member } from "./team.ts";

const say = (line: string): boolean => process.stderr.write(`${line}\n`);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Runs benchmarks and prints their rows: JSON lines as they come, or a table at the end. All else goes to stderr.
 *
 * @param places.ours - the bundle of our contestant. @param places.peers - the folder `bench/peers`.
 * @param places.versions - of what the bundle is made from.
 * @returns the exit code: 1 when a contestant was wrong, too slow or died.
 */
export async function main(
  args: readonly string[],
  places: { ours: string; peers: string; versions: string },
): Promise<number> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));
  process.on("exit", stopAll);
  let failures = 0;
  const fail = (message: string): void => {
    failures++;
    say(`FAILED ${message}`);
  };
  try {
    const options = parseOptions(args);
    choose(items, options.only, true); // refuses an unknown name before anything starts
    const command = { name: "ours", file: process.execPath, args: [places.ours] };
    const ours = member(command, { heavy: true, compiles: true });
    const { hello } = await ours.ready();
    const versions = [`${places.versions}, Node ${process.version}, on ${hello.adapter}, ${cores()}`];
    say(versions[0]!);
    const peers = options.peers ? await findPeers(places.peers, hello.adapter!, versions) : [];
    const team: Team = { ours, peers, fail };
    const chosen = choose(items, options.only, !hello.software);
    const rows: Row[] = [];
    for (const [i, item] of chosen.entries()) {
      say(`${i + 1} of ${chosen.length}: ${item.name}`);
      try {
        for (const row of await item.run(team)) {
          rows.push(row);
          if (options.json) console.log(jsonLine(row));
        }
      } catch (error) {
        fail(`${item.name}: ${messageOf(error)}`);
      }
    }
    if (!options.json && rows.length > 0) {
      console.log(`${new Date().toISOString().slice(0, 10)}: ${versions.join("; ")}.\n\n${table(rows)}`);
    }
  } catch (error) {
    fail(messageOf(error));
  }
  stopAll();
  return failures > 0 ? 1 : 0;
}

function cores(): string {
  const { length } = cpus();
  return `${length} × ${cpus()[0]?.model.trim() ?? "CPU"}`;
}

/** The peers that this machine has; adds their versions. @throws Error when it has none, or one that computes on another adapter. */
async function findPeers(folder: string, adapter: string, versions: string[]): Promise<Member[]> {
  const found: Member[] = [];
  const missing: string[] = [];
  for (const peerOf of peersIn(folder)) {
    const { name } = peerOf;
    const command = peerOf.find();
    if ("missing" in command) {
      missing.push(`no ${name} here: ${command.missing}`);
      continue;
    }
    const peer = member(command, peerOf);
    const { hello } = await peer.ready();
    if (hello.adapter !== null && hello.adapter !== adapter) {
      throw new Error(`${name} computes on ${hello.adapter}, ours on ${adapter}: no comparison`);
    }
    say(`beside ${name}: ${hello.version}`);
    versions.push(`${name}: ${hello.version}`);
    found.push(peer);
  }
  for (const line of missing) say(line);
  if (found.length === 0) throw new Error("--peers: there is none to compare with");
  return found;
}
