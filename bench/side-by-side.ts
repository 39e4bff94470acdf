import type { Contestant } from "./contestant.ts";
import type { Posed } from "./operands.ts";
import { findError, pose } from "./operands.ts";
import type { Row } from "./report.ts";
import { interleave, middle, ratioOf } from "./rounds.ts";
import type { Member, Team } from "./team.ts";
import type { Work } from "./work.ts";

const limit = 300_000; // ms: a peer's cold compilation of a training step takes a minute

/** Prepares a work everywhere, checks every contestant, and times those that are right. */
export async function sideBySide(work: Work, { ours, peers, fail }: Team): Promise<Row[]> {
  const rivals = peers.filter(({ heavy }) => heavy || work.heavy !== true);
  const posed = await pose(work);
  const contestants: Contestant[] = [];
  try {
    for (const member of [ours, ...rivals]) {
      const prepared = await prepare(member, posed).catch((error: Error) => error);
      if (!(prepared instanceof Error)) contestants.push(prepared);
      else fail(prepared.message);
      if (contestants.length === 0) return []; // without ours there is nothing to compare
    }
  } finally {
    posed.remove();
  }
  const { rounds, others } = await interleave(contestants, fail);
  const [own, ...theirs] = [...rounds].map(([contestant, taken]) => ({ contestant, taken }));
  if (own === undefined || own.contestant !== contestants[0]) return [];
  const { contestant, taken } = own;
  const { adapter } = contestant.hello;
  const row = {
    work: work.name,
    unit: "ms",
    ours: middle(taken),
    runs: taken.flat().length,
    adapter: adapter!,
    others,
  };
  if (theirs.length === 0) return [row];
  return theirs.map((peer) => ({
    ...row,
    peer: { name: peer.contestant.name, value: middle(peer.taken), ...ratioOf(taken, peer.taken) },
  }));
}

/** @throws Error when a contestant cannot do the work, or does it wrong. */
async function prepare(member: Member, posed: Posed): Promise<Contestant> {
  const contestant = await member.ready();
  const { values } = await contestant.ask(posed.request, limit);
  const wrong = findError(posed.checks, values);
  if (wrong !== null) throw new Error(`${contestant.name} is wrong in ${posed.request.work}: ${wrong}`);
  return contestant;
}
