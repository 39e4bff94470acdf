import type { Schedule } from "./schedule.ts";

/**
 * A schedule from text: `constant`, `step:20:0.1` (every 20 epochs), `multiStep:20,70:0.1`, `cosine:100` or `cosine:100:0.001`
 * (over 100 epochs, down to a floor).
 *
 * @param lr - the rate at the start.
 * @returns undefined if the text has another form.
 */
export function parseSchedule(text: string, lr: number): Schedule | undefined {
  const [kind, first = "", second, ...rest] = text.split(":");
  if (rest.length > 0) return undefined;
  const number = (part: string | undefined): number => (part === undefined || part === "" ? Number.NaN : Number(part));
  const factor = number(second);
  switch (kind) {
    case "constant":
      return text === kind ? { kind, lr } : undefined;
    case "step": {
      const every = number(first);
      return every >= 1 && factor > 0 ? { kind, lr, every, factor } : undefined;
    }
    case "multiStep": {
      const milestones = first.split(",").map(number);
      const rising = milestones.every((at, i) => at > (milestones[i - 1] ?? 0));
      return rising && factor > 0 ? { kind, lr, milestones, factor } : undefined;
    }
    case "cosine": {
      const epochs = number(first);
      const floor = second === undefined ? 0 : factor;
      return epochs >= 1 && floor >= 0 ? { kind, lr, epochs, floor } : undefined;
    }
    default:
      return undefined;
  }
}
