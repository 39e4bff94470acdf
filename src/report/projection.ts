import { principalComponents } from "../backdoor/defences/representations/principal-components.ts";
import type { Evidence, NetworkEvidence } from "./evidence.ts";

/** What a test image is in a projection. */
export const dotKinds = [
  { name: "clean", colour: "var(--rest)" },
  { name: "clean, target class", colour: "var(--other)" },
  { name: "triggered", colour: "var(--suspect)" },
] as const;

/** An image along the two directions in which representations vary most. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  /** Place in {@link dotKinds}. */
  readonly kind: number;
  readonly label: number;
}

/** Dots, and which share of the variance they show. */
export interface Projection {
  readonly dots: readonly Dot[];
  /** 0 … 1. */
  readonly shown: number;
}

/**
 * Principal components of a network's representations of test images, clean and triggered, in float64. Triggered images of the target
 * class are left out: the trigger asks nothing of them.
 *
 * @returns null for representations that are not finite, or all the same.
 */
export function projectionOf(
  { z, width }: NetworkEvidence,
  { labels, targets }: Pick<Evidence, "labels" | "targets">,
): Projection | null {
  const rows = Array.from({ length: z.length / width }, (_, row) => {
    const [at, isTriggered] = [row % labels.length, row >= labels.length];
    const isTarget = targets !== null && [...targets].includes(labels[at]!) && targets[at] === labels[at];
    return { row, label: labels[at]!, kind: isTriggered ? 2 : isTarget ? 1 : 0, left: isTriggered && isTarget };
  }).filter(({ left }) => !left);
  const centred = new Float64Array(rows.length * width);
  for (let j = 0; j < width; j++) {
    const mean = rows.reduce((sum, { row }) => sum + z[row * width + j]!, 0) / rows.length;
    for (const [to, { row }] of rows.entries()) centred[to * width + j] = z[row * width + j]! - mean;
  }
  const total = centred.reduce((sum, value) => sum + value * value, 0);
  if (!Number.isFinite(total) || total === 0) return null;
  const found = principalComponents(centred, width, 2);
  const count = found.length / rows.length; // 1 where representations have one number
  const dots = rows.map(({ label, kind }, at) => {
    return { x: found[at * count]!, y: count > 1 ? found[at * count + 1]! : 0, kind, label };
  });
  return { dots, shown: found.reduce((sum, value) => sum + value * value, 0) / total };
}
