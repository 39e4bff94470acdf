import { expect, test } from "vitest";
import { readText } from "../support/repository.ts";

interface Entry {
  readonly version?: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

// npm leaves out of the lock what a registry did not serve when it was made, and `npm ci` then refuses it everywhere.
test.each(["package-lock.json", "bench/peers/package-lock.json"])(
  "%s names every package, for all platforms",
  (lock) => {
    const { packages } = JSON.parse(readText(lock)) as { packages: Record<string, Entry> };
    const missing = Object.values(packages)
      .flatMap((entry) => Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
      .filter((name) => packages[`node_modules/${name}`]?.version === undefined);
    expect(missing).toEqual([]);
  },
);
