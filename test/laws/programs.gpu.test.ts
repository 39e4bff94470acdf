import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import { programs } from "../../src/testing/fast-check/index.ts";
import { describeGpu } from "../support/gpu.ts";
import { openers } from "../support/gpu-devices.ts";
import { records } from "../support/records.ts";
import { checkProgram } from "./program-law.ts";

// Fifty by default: each makes new kernels, which a driver without a cache takes seconds to compile.
// PROGRAMS=10000 SEED=1 npx vitest run test/laws/programs.gpu.test.ts runs more of them, and says how many.
const numRuns = Number(process.env["PROGRAMS"] ?? 50);
const seed = Number(process.env["SEED"] ?? 20261128);
const perProgram = 20_000; // of milliseconds, at most, on a busy machine

describeGpu("random programs with gradients", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openers["as it is"]!();
  });
  afterAll(() => device.close());

  test(
    `${numRuns} of up to 30 ops, seed ${seed}: reference, eager, compiled and op by op agree`,
    async () => {
      let [ran, ops, decided, silent] = [0, 0, 0, 0];
      const law = fc.asyncProperty(programs({ ops: records }), async (program) => {
        const compared = await checkProgram(device, program);
        ran++;
        ops += program.ops.length;
        decided += compared;
        if (compared === 0) silent++;
      });
      await fc.assert(law, { numRuns, seed, endOnFailure: process.env["SHRINK"] === undefined });
      console.log(
        `${ran} programs, seed ${seed}: ${ops} ops, ${decided} elements compared, ${silent} programs without any`,
      );
      expect(silent / ran).toBeLessThan(0.1);
    },
    numRuns * perProgram,
  );
});
