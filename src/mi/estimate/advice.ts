import type { EstimatorFacts } from "../estimator.ts";
import type { Interval } from "./interval.ts";
import { intervalOf } from "./interval.ts";

/** What is known of an estimate when advice is due. */
export interface Outcome {
  readonly name: string;
  readonly facts: EstimatorFacts;
  readonly interval: Interval;
  /** Of the held-out batches. */
  readonly cap: number;
  readonly batchSize: number;
  /** Training objective per step. */
  readonly history: readonly number[];
}

/** Whether the mean of the last quarter of the steps is told from that of the first ones. */
function hasMoved(history: readonly number[]): boolean {
  const part = Math.floor(history.length / 4);
  if (part < 4) return true; // too few steps to say
  const [first, last] = [intervalOf(history.slice(0, part)), intervalOf(history.slice(-part))];
  return Math.abs(last.mean - first.mean) > 2 * Math.hypot(first.error, last.error);
}

/** Why an estimate may mislead, a sentence each; none if nothing is suspected. */
export function adviceOf({ name, facts, interval, cap, batchSize, history }: Outcome): string[] {
  const { mean, low, high } = interval;
  const advice: string[] = [];
  if (facts.unit !== "nats") {
    advice.push(`${name} is not mutual information: compare it with itself only`);
  }
  if (facts.bound === "upper" && mean < 0) {
    advice.push(`an upper bound below 0: q(y | x) is stale or too weak; train it longer, faster, or with more units`);
  }
  if (facts.unit === "nats" && facts.bound === "upper" && mean >= 0) {
    advice.push("an upper bound only where q(y | x) is the true conditional; a model that fits badly brings it below");
  }
  if (facts.bound !== "upper" && facts.unit === "nats" && high < 0) {
    advice.push("below 0, which no information is: the critic is worse than none; a lower learning rate or more steps");
  }
  if (facts.bound !== "upper" && facts.unit === "nats" && low <= 0 && high >= 0) {
    advice.push("the interval holds 0: independent samples, or a critic that has learnt nothing");
  }
  if (Number.isFinite(cap) && facts.unit === "nats" && mean > 0.95 * cap) {
    advice.push(
      `within 5 % of the largest value that ${batchSize} pairs can give, ${cap.toFixed(2)}: the information may be far above; ` +
        "larger batches, or doe",
    );
  }
  if (!hasMoved(history)) {
    advice.push(
      `the training objective is where it was ${history.length} steps ago: independent samples, or a critic that was not trained`,
    );
  }
  if (facts.unit === "nats" && high - low > 0.2 && high - low > Math.abs(mean) / 4) {
    advice.push("the interval is wide: more held-out pairs, or an estimator of less variance (infonce, smile)");
  }
  return advice;
}
