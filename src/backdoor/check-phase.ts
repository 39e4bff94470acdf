import { ConfigError } from "../tensor/errors.ts";
import type { Phase } from "./lab.ts";

/**
 * @param before - names of the phases so far.
 * @throws ConfigError for a phase that could not run.
 */
export function checkPhase<P, S, T>(
  { name, samples, passes, length }: Phase<P, S, T>,
  before: ReadonlySet<string>,
): void {
  if (before.has(name)) throw new ConfigError(`lab.phase: there are two phases ${name}`, ["give each its own name"]);
  if (passes.length === 0) throw new ConfigError(`lab.phase: phase ${name} has no passes`);
  const parts = samples === undefined || samples instanceof Int32Array ? undefined : samples;
  if (samples?.length === 0 || parts?.some((part) => part.length === 0)) {
    throw new ConfigError(`lab.phase: phase ${name} has no samples`);
  }
  if (parts === undefined) return;
  if (parts.length !== passes.length) {
    throw new ConfigError(`lab.phase: phase ${name} has samples for ${parts.length} of ${passes.length} passes`);
  }
  if ("steps" in length) {
    throw new ConfigError(`lab.phase: phase ${name} has samples for each pass, and a length in steps`, [
      "give the length in epochs: the passes differ in their steps",
    ]);
  }
}
