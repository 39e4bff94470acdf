// The tests of the arbitraries once more, by the lowest fast-check that users may have.
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import "./arbitraries.test.ts";
import "./fast-check.test.ts";

vi.mock("fast-check", () => import("fast-check-lowest"));

test("it is the lowest version that package.json allows", () => {
  const { peerDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(`^${fc.__version}`).toBe(peerDependencies["fast-check"]);
});
