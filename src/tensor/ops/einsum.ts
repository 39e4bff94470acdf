import { ConfigError, ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters } from "../parameters.ts";
import { sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { broadcastTo, sum } from "./broadcast.ts";
import { diagonal } from "./diagonal.ts";
import { parseEinsum } from "./einsum-labels.ts";
import { mul } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";

/** A tensor whose axes have names; no name twice. */
interface Labelled {
  readonly x: AnyTensor;
  readonly labels: readonly string[];
}

/** Takes diagonals until no label is left twice. */
function withoutRepeats({ x, labels }: Labelled): Labelled {
  const second = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (second < 0) return { x, labels };
  const first = labels.indexOf(labels[second]!);
  if (x.shape[first] !== x.shape[second]) {
    throw new ShapeError(
      `einsum: label ${labels[second]} has sizes ${x.shape[first]} and ${x.shape[second]} in ${formatType(x)}`,
      [],
      captureSite(),
    );
  }
  const rest = labels.filter((_, i) => i !== first && i !== second);
  return withoutRepeats({ x: diagonal(x, { axes: [first, second] }), labels: [...rest, labels[second]!] });
}

/** Sums away the labels that nobody needs any more. */
function keepOnly({ x, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const axis = labels.flatMap((label, i) => (needed.has(label) ? [] : [i]));
  return { x: sum(x, { axis }), labels: labels.filter((label) => needed.has(label)) };
}

/** Brings the axes into the order of `labels`; those that it lacks get size 1. */
function arrange({ x, labels }: Labelled, order: readonly string[]): AnyTensor {
  const moved = transpose(x, {
    axes: order.flatMap((label) => (labels.includes(label) ? [labels.indexOf(label)] : [])),
  });
  return reshape(
    moved,
    order.map((label) => (labels.includes(label) ? x.shape[labels.indexOf(label)]! : 1)),
  );
}

/** Product of two, with the labels outside `needed` summed: one batched matmul where something is summed. */
function contract(a: Labelled, b: Labelled, needed: ReadonlySet<string>, sizes: ReadonlyMap<string, number>): Labelled {
  const inB = new Set(b.labels);
  const shared = a.labels.filter((label) => inB.has(label));
  const inner = shared.filter((label) => !needed.has(label));
  const batch = shared.filter((label) => needed.has(label));
  const left = a.labels.filter((label) => !inB.has(label));
  const right = b.labels.filter((label) => !a.labels.includes(label));
  const labels = [...batch, ...left, ...right];
  if (inner.length === 0) return { x: mul(arrange(a, labels), arrange(b, labels)), labels };
  const size = (list: readonly string[]): number[] => list.map((label) => sizes.get(label)!);
  const grid = (operand: Labelled, rows: readonly string[], columns: readonly string[]): AnyTensor => {
    const order = [...batch, ...rows, ...columns];
    const full = broadcastTo(arrange(operand, order), size(order));
    return reshape(full, [sizeOf(size(batch)), sizeOf(size(rows)), sizeOf(size(columns))]);
  };
  return { x: reshape(matmul(grid(a, left, inner), grid(b, inner, right)), size(labels)), labels };
}

const checkEinsum = parameters("einsum", { formula: kind.text, operands: kind.tensors });

/**
 * Sums of products over named axes: `einsum("bij,bjk->bik", a, b)`.
 *
 * A label twice in one operand takes its diagonal; labels that the result lacks are summed; `...` stands for any further axes,
 * broadcast. Without `->` the result has `...` and the labels that occur once, in alphabetical order. Operands are contracted
 * from left to right, by batched matrix products.
 *
 * @param formula - labels a–z and A–Z.
 * @param operands - f32, one for each list of labels.
 * @throws ConfigError for a wrong formula; ShapeError if ranks or sizes disagree.
 * @example
 * ```ts
 * import { einsum, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(einsum("ij,j->i", tensor([[1, 2], [3, 4]]), tensor([10, 1]))).data())); // 12,34
 * ```
 */
export function einsum(formula: string, ...operands: readonly AnyTensor[]): Tensor;
export function einsum(formula: string, ...operands: readonly AnyTensor[]): AnyTensor {
  checkEinsum([formula, operands]);
  const { inputs, output } = parseEinsum(formula, operands);
  const sizes = new Map<string, number>();
  const terms = operands.map((x, i) => withoutRepeats({ x, labels: inputs[i]! }));
  for (const { x, labels } of terms) {
    labels.forEach((label, axis) => {
      const n = x.shape[axis]!;
      const known = sizes.get(label) ?? 1;
      // only the axes of an ellipsis, whose names are longer, broadcast
      if (sizes.has(label) && known !== n && !(label.length > 1 && (known === 1 || n === 1))) {
        throw new ShapeError(
          `einsum: label ${label} has sizes ${known} and ${n}`,
          [`"${formula}" with ${operands.map(formatType).join(", ")}`],
          captureSite(),
        );
      }
      sizes.set(label, known === 1 ? n : known);
    });
  }
  const lacking = output.find((label) => !sizes.has(label));
  if (lacking !== undefined) {
    throw new ConfigError(`einsum: no operand has label ${lacking} of the result`, [`"${formula}"`], captureSite());
  }
  const neededAfter = (i: number): Set<string> => new Set([...output, ...terms.slice(i + 1).flatMap((t) => t.labels)]);
  let result = keepOnly(terms[0]!, neededAfter(0));
  for (let i = 1; i < terms.length; i++) {
    const needed = neededAfter(i);
    const next = keepOnly(terms[i]!, new Set([...needed, ...result.labels]));
    result = contract(result, next, needed, sizes);
    result = keepOnly(result, needed);
  }
  return arrange(result, output);
}
