import type { Site } from "./site.ts";
import { formatSite } from "./site.ts";

/** Base of all errors that the library throws on purpose. The message holds the disagreement, then details, then the call site. */
export class DeconfoundError extends Error {
  override readonly name: string = "DeconfoundError";

  /**
   * @param message - first line: the one disagreement, with numbers.
   * @param details - further lines: what was given, what was expected, how to mend it.
   * @param site - where the user called; the line is left out when unknown.
   */
  constructor(message: string, details: readonly string[] = [], site?: Site) {
    const where = site === undefined ? undefined : formatSite(site);
    const lines = where === undefined ? details : [...details, `at ${where}`];
    super([message, ...lines.map((line) => `  ${line}`)].join("\n"));
  }
}

/** Sizes, ranks or axes that do not fit. */
export class ShapeError extends DeconfoundError {
  override readonly name = "ShapeError";
}
/** An element type that the op does not take. */
export class DTypeError extends DeconfoundError {
  override readonly name = "DTypeError";
}
/** A gradient that does not exist: non-scalar loss, integer input, op without a rule. */
export class GradientError extends DeconfoundError {
  override readonly name = "GradientError";
}
/** A value asked of a tensor that is only a program: reading or branching on it. */
export class TraceError extends DeconfoundError {
  override readonly name = "TraceError";
}
/** No usable device, a lost device, memory, a freed or donated tensor. */
export class DeviceError extends DeconfoundError {
  override readonly name = "DeviceError";
}
/** A kernel that does not compile, with file and line; or one that computes something else than its op is defined to. */
export class KernelError extends DeconfoundError {
  override readonly name = "KernelError";
}
/** Data that does not have the promised form. */
export class DataError extends DeconfoundError {
  override readonly name = "DataError";
}
/** An option or setting with a bad name or value. */
export class ConfigError extends DeconfoundError {
  override readonly name = "ConfigError";
}
