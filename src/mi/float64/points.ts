import { ShapeError } from "../../tensor/errors.ts";
import { captureSite } from "../../tensor/site.ts";
import type { Points } from "../estimator.ts";

/** Points of some features that a function of the sample's number and the feature's gives. */
export function makePoints(count: number, features: number, at: (i: number, k: number) => number): Points {
  const values = new Float64Array(count * features);
  for (let i = 0; i < count; i++) for (let k = 0; k < features; k++) values[i * features + k] = at(i, k);
  return { values, count, features };
}

/** The features of one sample. */
export const pointAt = ({ values, features }: Points, i: number): Float64Array =>
  values.subarray(i * features, (i + 1) * features);

/** The samples from one number up to another. */
export function pointsBetween({ values, features }: Points, start: number, stop: number): Points {
  return { values: values.slice(start * features, stop * features), count: stop - start, features };
}

/** The number of pairs. @throws ShapeError unless x and y are equally many finite points, more than `least`. */
export function countPoints(name: string, x: Points, y: Points, least = 2): number {
  const wrong = [x, y].find(
    ({ values, count, features }) =>
      !(values instanceof Float64Array) || features < 1 || values.length !== count * features,
  );
  const say = (message: string, mend: string): ShapeError =>
    new ShapeError(`${name}: ${message}`, [mend], captureSite());
  if (wrong !== undefined) {
    throw say(
      `${wrong.values?.length} values are not ${wrong.count} points of ${wrong.features} features`,
      "expects { values: Float64Array of count × features, count, features }",
    );
  }
  if (x.count !== y.count) throw say(`${x.count} points x and ${y.count} points y`, "expects pairs: equally many");
  if (x.count < least) throw say(`${x.count} pairs`, `expects at least ${least}`);
  for (const [what, { values, features }] of [["x", x] as const, ["y", y] as const]) {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw say(`${what} holds ${values[bad]} at sample ${Math.floor(bad / features)}`, "expects finite numbers");
    }
  }
  return x.count;
}
