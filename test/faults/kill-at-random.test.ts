import { afterAll, beforeAll, expect, test } from "vitest";
import type { BuiltProgram } from "../support/program.ts";
import { buildProgram } from "../support/program.ts";

const { killAtRandom } = (await import("./kill-at-random.mjs" as string)) as {
  killAtRandom(options: { kills: number; seed: number; program: string }): Promise<object>;
};

let program: BuiltProgram;
beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program.remove());

test("killed at ten random moments and resumed, a run leaves the files of an unbroken one", {
  timeout: 300_000,
}, async () => {
  expect(await killAtRandom({ kills: 10, seed: 7, program: program.file })).toMatchObject({ kills: 10 });
});
