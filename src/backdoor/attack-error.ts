import { DeconfoundError } from "../tensor/errors.ts";

/** A trigger that was trained and did not come to what it must do: the attack would be another, weaker one. */
export class AttackError extends DeconfoundError {
  override readonly name = "AttackError";
}
