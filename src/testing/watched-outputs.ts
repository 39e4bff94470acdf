import type { NumericArray } from "../tensor/dtype.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { Op } from "../tensor/op.ts";
import type { Site } from "../tensor/site.ts";
import type { TensorType } from "../tensor/tensor.ts";
import { formatType } from "../tensor/tensor.ts";

/** A record whose reference loop throws where it writes beyond its outputs: typed arrays drop such a write in silence. */
export function watchWrites(op: Op, name: string, site: Site): Op {
  const { reference } = op;
  if (reference === undefined) return op;
  return {
    ...op,
    reference: (call) =>
      reference({
        ...call,
        outputs: call.outputs.map((data, k) => watched(data, call.outputTypes[k]!, `${name}: output ${k}`, site)),
      }),
  };
}

function watched(data: NumericArray, type: TensorType, what: string, site: Site): NumericArray {
  return new Proxy(data, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set(target, key, value) {
      if (Reflect.has(target, key)) return Reflect.set(target, key, value, target);
      const lines = ["the reference writes more than infer says"];
      throw new ShapeError(`${what}, ${formatType(type)}, has no element ${String(key)}`, lines, site);
    },
  });
}
