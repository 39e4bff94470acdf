import { ConfigError } from "../../tensor/errors.ts";
import { captureSite } from "../../tensor/site.ts";
import { bmiTasks } from "./bmi.ts";
import { hardTasks } from "./hard.ts";
import type { Task } from "./task.ts";

/** Every task with a known mutual information. To add one: a row of `bmi.ts`, if it is one of bmi's, or of `hard.ts`. */
export const tasks: readonly Task[] = [...bmiTasks, ...hardTasks];

/** Eight tasks on which every bound should come near the truth within a minute: the first tier of `mi-bench`. */
export const easyTasks: readonly string[] = [
  "1v1-normal-0.75",
  "half_cube-1v1-normal-0.75",
  "normal_cdf-1v1-normal-0.75",
  "swissroll_x-normal_cdf-1v1-normal-0.75",
  "1v1-additive-0.75",
  "asinh-student-identity-1-1-1",
  "multinormal-sparse-3-3-2-2.0",
  "1v1-normal-0",
];

/**
 * The task of an id.
 *
 * @throws ConfigError for an id that there is not, naming some that are near.
 * @example
 * ```ts
 * import { taskNamed } from "deconfound/mi";
 *
 * const task = taskNamed("1v1-normal-0.75");
 * console.log(task.truth.toFixed(4), task.sample(100, 0).x.count); // 0.4133 100
 * ```
 */
export function taskNamed(id: string): Task {
  const found = tasks.find((task) => task.id === id);
  if (found !== undefined) return found;
  const word = String(id).split("-")[0]!;
  const near = tasks.filter((task) => task.id.includes(word)).slice(0, 5);
  throw new ConfigError(
    `there is no task ${JSON.stringify(id)}`,
    [`known: ${(near.length > 0 ? near : tasks.slice(0, 5)).map((task) => task.id).join(", ")}, …`],
    captureSite(),
  );
}
