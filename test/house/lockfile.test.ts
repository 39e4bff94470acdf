import { expect, test } from "vitest";
import { readText } from "../support/repository.ts";

interface Entry {
  readonly version?: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}
const { packages } = JSON.parse(readText("package-lock.json")) as { packages: Record<string, Entry> };

// npm leaves out of the lock what a registry did not serve when it was made, and `npm ci` then refuses it everywhere.
test("the lock names every package that it depends on, for all platforms", () => {
  const missing = Object.values(packages)
    .flatMap((entry) => Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
    .filter((name) => packages[`node_modules/${name}`]?.version === undefined);
  expect(missing).toEqual([]);
});
