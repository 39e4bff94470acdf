import { signTask } from "./additive.ts";
import { gaussianTask, pairedCovariance } from "./gaussian.ts";
import { cube, identity } from "./maps.ts";
import { mixtureTask } from "./mixture.ts";
import type { Task } from "./task.ts";
import { transformedTask } from "./transformed.ts";

/** The correlation of each of d pairs that together share so many nats: −(d/2)·ln(1 − ρ²). */
const correlationFor = (nats: number, features: number): number => Math.sqrt(-Math.expm1((-2 * nats) / features));

const paired = (id: string, features: number, rho: number): Task =>
  gaussianTask(id, `${features} pairs of one correlation`, pairedCovariance(features, features, rho), features);

const stairs = [2, 4, 6, 8, 10].map((nats) => paired(`staircase-20-${nats}`, 20, correlationFor(nats, 20)));

/**
 * Tasks beyond bmi's: the staircase in 20 dimensions, plain and cubed, where bounds reach their caps; 18.4 nats in 128 dimensions, where
 * only a difference of entropies follows; an x of two values; a mixture of opposite correlations, of which second moments see nothing.
 *
 * Source: Poole et al. (2019), §4; Song & Ermon (2020), §6; McAllester & Stratos (2020), §6; Czyż et al., On the Properties and
 * Estimation of Pointwise Mutual Information Profiles (2023).
 */
export const hardTasks: readonly Task[] = [
  ...stairs,
  ...stairs.map((task) => transformedTask(`cubic-${task.id}`, `${task.summary}, y cubed`, task, identity, cube)),
  paired("doe-128-0.5", 128, 0.5),
  gaussianTask("1v1-normal-0", "independent", pairedCovariance(1, 0, 0), 1),
  signTask("sign-0.2", Math.sqrt(0.2)),
  mixtureTask("1v1-X-0.9", "correlation 0.9 or −0.9, by a coin", [
    { weight: 0.5, correlation: 0.9 },
    { weight: 0.5, correlation: -0.9 },
  ]),
];
