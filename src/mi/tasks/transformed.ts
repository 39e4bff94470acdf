import type { Points } from "../estimator.ts";
import { pointAt } from "../float64/points.ts";
import type { SampleMap } from "./maps.ts";
import type { Task } from "./task.ts";

function mapped(points: Points, map: SampleMap): Points {
  const features = map.features(points.features);
  const result = { values: new Float64Array(points.count * features), count: points.count, features };
  for (let i = 0; i < points.count; i++) map.apply(pointAt(points, i), pointAt(result, i));
  return result;
}

/** A task seen through a map of x and one of y, each one to one: its information stays. */
export function transformedTask(id: string, summary: string, base: Task, x: SampleMap, y: SampleMap = x): Task {
  return {
    ...base,
    id,
    summary,
    features: { x: x.features(base.features.x), y: y.features(base.features.y) },
    sample(count, seed) {
      const pairs = base.sample(count, seed);
      return { x: mapped(pairs.x, x), y: mapped(pairs.y, y) };
    },
  };
}
