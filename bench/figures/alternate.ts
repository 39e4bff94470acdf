import type { Rounds } from "../rounds.ts";

/** Samples of two things in turn: A, B, A, B … */
export async function alternate(
  rounds: number,
  a: () => Promise<readonly number[]>,
  b: () => Promise<readonly number[]>,
): Promise<readonly [Rounds, Rounds]> {
  const taken: [number[][], number[][]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    taken[0].push([...(await a())]);
    taken[1].push([...(await b())]);
  }
  return taken;
}
