import type { Form } from "../options/option.ts";
import type { Schedule } from "./schedule.ts";

/** How a learning rate falls with the epochs: a {@link Schedule} without the rate itself. */
export type Decay =
  | { readonly kind: "constant" }
  | { readonly kind: "step"; readonly every: number; readonly factor: number }
  | { readonly kind: "multiStep"; readonly milestones: readonly number[]; readonly factor: number }
  /** `epochs: null`: over the whole training. */
  | { readonly kind: "cosine"; readonly epochs: number | null; readonly floor: number };

/**
 * The text form of a {@link Decay}: `constant`, `step:20:0.1` (every 20 epochs), `multiStep:20,70:0.1`, `cosine` (over the whole
 * training, down to 0), `cosine:100` or `cosine:100:0.001` (over 100 epochs, down to a floor).
 */
export const decayForm: Form<Decay> = {
  expects: "constant, step:EVERY:FACTOR, multiStep:EPOCH,EPOCH…:FACTOR, cosine, cosine:EPOCHS:FLOOR",
  parse,
  format,
};

/**
 * A rate that starts at `lr` and falls as `schedule` says.
 *
 * @param epochs - length of the training.
 * @example
 * ```ts
 * import { learningRate, scheduleOf } from "deconfound/nn";
 *
 * const schedule = scheduleOf({ lr: 0.1, schedule: { kind: "step", every: 20, factor: 0.1 } }, 100);
 * console.log(learningRate(schedule, 0).toFixed(3), learningRate(schedule, 25).toFixed(3)); // 0.100 0.010
 * ```
 */
export function scheduleOf(
  { lr, schedule }: { readonly lr: number; readonly schedule: Decay },
  epochs: number,
): Schedule {
  return schedule.kind === "cosine" ? { ...schedule, lr, epochs: schedule.epochs ?? epochs } : { ...schedule, lr };
}

function format(decay: Decay): string {
  switch (decay.kind) {
    case "constant":
      return decay.kind;
    case "step":
      return `step:${decay.every}:${decay.factor}`;
    case "multiStep":
      return `multiStep:${decay.milestones.join(",")}:${decay.factor}`;
    case "cosine":
      return decay.epochs === null && decay.floor === 0 ? decay.kind : `cosine:${decay.epochs}:${decay.floor}`;
  }
}

function parse(text: string): Decay | undefined {
  const [kind, first = "", second, ...rest] = text.split(":");
  if (rest.length > 0) return undefined;
  const number = (part: string | undefined): number => (part === undefined || part === "" ? Number.NaN : Number(part));
  const factor = number(second);
  const isFactor = factor > 0 && Number.isFinite(factor);
  switch (kind) {
    case "constant":
      return text === kind ? { kind } : undefined;
    case "step": {
      const every = number(first);
      return every >= 1 && Number.isFinite(every) && isFactor ? { kind, every, factor } : undefined;
    }
    case "multiStep": {
      const milestones = first.split(",").map(number);
      const rising = milestones.every((at, i) => at > (milestones[i - 1] ?? 0) && Number.isFinite(at));
      return rising && isFactor ? { kind, milestones, factor } : undefined;
    }
    case "cosine": {
      if (text === kind) return { kind, epochs: null, floor: 0 };
      const epochs = number(first);
      const floor = second === undefined ? 0 : factor;
      const fit = epochs >= 1 && Number.isFinite(epochs) && floor >= 0 && Number.isFinite(floor);
      return fit ? { kind, epochs, floor } : undefined;
    }
    default:
      return undefined;
  }
}
