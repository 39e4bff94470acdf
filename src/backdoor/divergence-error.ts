import { DeconfoundError } from "../tensor/errors.ts";

/** A training whose loss, or whose network's output, became infinite or NaN. Nothing that it would deliver means anything. */
export class DivergenceError extends DeconfoundError {
  override readonly name = "DivergenceError";
}
