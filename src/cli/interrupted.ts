import { DeconfoundError } from "../tensor/errors.ts";
import type { ExitCode } from "./exit-code.ts";

/** A command that was asked to stop, or could not save, has stopped: what it says, and the exit code. */
export class Interrupted extends DeconfoundError {
  override readonly name = "Interrupted";
  readonly code: ExitCode;

  constructor(message: string, code: ExitCode) {
    super(message);
    this.code = code;
  }
}
