import type { NumericArray } from "../tensor/dtype.ts";
import type { Op } from "../tensor/op.ts";
import type { ReduceParams } from "../tensor/ops/broadcast.ts";
import { reductionOffsets } from "../tensor/ops/broadcast.ts";
import { maxOp, minOp } from "../tensor/ops/extremum.ts";
import { maxPool2dGatherOp, maxPool2dOp } from "../tensor/ops/max-pool.ts";
import { sortOp } from "../tensor/ops/sort.ts";
import { takeAlongAxisOp } from "../tensor/ops/take-along-axis.ts";
import type { KernelCall } from "./kernel-call.ts";
import type { MaybeMotion } from "./motion.ts";

/** For each output element, the flat index of the input element that it is, when elements are ordered by `keys`. */
type Choice = (call: KernelCall, keys: NumericArray) => ArrayLike<number>;

type Reference = NonNullable<Op["reference"]>;

const extremum =
  (sign: 1 | -1): Choice =>
  ({ node }, keys) => {
    const { kept, reduced } = reductionOffsets(node.inputs[0]!, (node.params as ReduceParams).axes);
    return Array.from(kept, (base) => {
      let best = base + reduced[0]!;
      for (const offset of reduced) if (sign * (keys[base + offset]! - keys[best]!) > 0) best = base + offset;
      return best;
    });
  };

const places = (keys: NumericArray): Float64Array => Float64Array.from(keys, (_, i) => i);

const sorted: Choice = (call, keys) => {
  const [x] = call.node.inputs;
  const indices = new Int32Array(keys.length);
  const types = {
    inputTypes: [x!, { shape: x!.shape, dtype: "i32" as const }],
    outputTypes: [x!],
    precision: "f64",
  } as const;
  const outputs = [new Float64Array(keys.length), indices];
  call.op.reference!({ ...types, inputs: [keys], outputs, outputTypes: call.node.outputs, params: call.node.params });
  const from = new Float64Array(keys.length);
  const take = takeAlongAxisOp.reference as unknown as Reference;
  take({ ...types, inputs: [places(keys), indices], outputs: [from], params: call.node.params });
  return from;
};

const pooled: Choice = ({ node }, keys) => {
  const from = new Float64Array(node.outputs[0]!.shape.reduce((size, n) => size * n, 1));
  const gather = maxPool2dGatherOp.reference as unknown as Reference;
  const inputTypes = [node.inputs[0]!, node.inputs[0]!];
  const rest = { inputTypes, outputTypes: node.outputs, params: node.params, precision: "f64" } as const;
  gather({ ...rest, inputs: [keys, places(keys)], outputs: [from] });
  return from;
};

/**
 * Ranks of elements by value, and of equal values by where they are going: the order just ahead of a tie. Elements that also move
 * alike share a rank.
 */
function ranksAhead(values: NumericArray, tangent: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || tangent[a]! - tangent[b]!);
  const ranks = new Float64Array(values.length);
  order.forEach((at, k) => {
    const before = order[k - 1] ?? at;
    const same = values[at] === values[before] && tangent[at] === tangent[before];
    ranks[at] = same ? ranks[before]! : k;
  });
  return ranks;
}

function follow(choice: Choice, call: KernelCall): readonly MaybeMotion[] {
  const motion = call.inputs[0]!;
  if (motion === null) return call.node.outputs.map(() => null);
  const keys = call.ahead ? ranksAhead(call.values[0]!, motion.tangent) : call.values[0]!;
  const from = choice(call, keys);
  const along = (lane: Float64Array): Float64Array => Float64Array.from(from, (at) => lane[at]!);
  const moved = { tangent: along(motion.tangent), doubt: along(motion.doubt) };
  return call.node.outputs.map((_, index) => (index === 0 ? moved : null));
}

/** Ops whose output elements are chosen among their input's: they move as the chosen one does. */
export const choices: ReadonlyMap<unknown, (call: KernelCall) => readonly MaybeMotion[]> = new Map(
  (
    [
      [maxOp, extremum(1)],
      [minOp, extremum(-1)],
      [sortOp, sorted],
      [maxPool2dOp, pooled],
    ] as [unknown, Choice][]
  ).map(([op, choice]) => [op, (call) => follow(choice, call)]),
);
