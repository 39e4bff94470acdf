import * as kind from "../tensor/kinds.ts";
import type { Kind } from "../tensor/parameters.ts";
import { parameters } from "../tensor/parameters.ts";

/** A learning rate over time as data, so that it can be stored with a run. `lr` is the rate at the start. */
export type Schedule =
  | { readonly kind: "constant"; readonly lr: number }
  /** lr · factor^⌊epoch/every⌋ */
  | { readonly kind: "step"; readonly lr: number; readonly every: number; readonly factor: number }
  /** lr · factor^(number of milestones reached) */
  | { readonly kind: "multiStep"; readonly lr: number; readonly milestones: readonly number[]; readonly factor: number }
  /** From lr down to `floor` along half a cosine over `epochs`; `floor` from then on. */
  | { readonly kind: "cosine"; readonly lr: number; readonly epochs: number; readonly floor: number };

const kinds: Readonly<Record<Schedule["kind"], Kind>> = {
  constant: kind.fields({ lr: kind.finite }),
  step: kind.fields({ lr: kind.finite, every: kind.positive, factor: kind.finite }),
  multiStep: kind.fields({ lr: kind.finite, milestones: kind.numberList, factor: kind.finite }),
  cosine: kind.fields({ lr: kind.finite, epochs: kind.positive, floor: kind.finite }),
};

const kindOf = (value: unknown): Kind | undefined => {
  const name = (value as { readonly kind?: unknown } | null)?.kind;
  return Object.entries(kinds).find(([known]) => known === name)?.[1];
};

const aSchedule: Kind = {
  expects: `an object whose kind is ${Object.keys(kinds).join(", ")}`,
  accepts: (value) => kindOf(value)?.accepts(value) ?? false,
  mend: (value) => kindOf(value)?.mend?.(value),
};

const checkLearningRate = parameters("learningRate", { schedule: aSchedule, epoch: kind.notNegative });

/**
 * The learning rate of an epoch.
 *
 * @param epoch - epochs that lie behind, ≥ 0: 0 during the first one. A fraction is allowed.
 * @see torch.optim.lr_scheduler: StepLR, MultiStepLR, CosineAnnealingLR
 * @example
 * ```ts
 * import { learningRate } from "deconfound/nn";
 *
 * const schedule = { kind: "cosine", lr: 0.1, epochs: 100, floor: 0 } as const;
 * console.log(learningRate(schedule, 50).toFixed(3)); // 0.050
 * ```
 */
export function learningRate(schedule: Schedule, epoch: number): number {
  checkLearningRate(arguments);
  switch (schedule.kind) {
    case "constant":
      return schedule.lr;
    case "step":
      return schedule.lr * schedule.factor ** Math.floor(epoch / schedule.every);
    case "multiStep":
      return schedule.lr * schedule.factor ** schedule.milestones.filter((milestone) => epoch >= milestone).length;
    case "cosine": {
      const done = Math.min(1, epoch / schedule.epochs);
      return schedule.floor + ((schedule.lr - schedule.floor) * (1 + Math.cos(Math.PI * done))) / 2;
    }
  }
}
