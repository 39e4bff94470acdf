import { DeconfoundError } from "../../tensor/errors.ts";

/** An estimator that is not what its facts say: names the fact, and a case with its numbers. */
export class EstimatorError extends DeconfoundError {
  override readonly name = "EstimatorError";
}
