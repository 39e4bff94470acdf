import type { DType } from "../../tensor/dtype.ts";
import type { Op } from "../../tensor/op.ts";
import type { Expr } from "../../tensor/scalar/expression.ts";
import { sizeOf, stridesOf } from "../../tensor/shape.ts";
import type { AnyTensor, TensorType } from "../../tensor/tensor.ts";
import type { Piece } from "../../tensor/view.ts";
import { literalValue } from "../graph/literal.ts";
import type { Affine } from "./affine.ts";
import { combine, constantIndex, indexKey, quotient, unflatten } from "./affine.ts";

/** What a kernel computes for one element: loads, scalar expressions, and choices between pieces of a view. */
export type Value = { readonly dtype: DType } & (
  | { readonly kind: "load"; readonly tensor: AnyTensor; readonly at: Affine }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "call"; readonly expr: Expr; readonly args: readonly Value[] }
  | { readonly kind: "convert"; readonly of: Value }
  | { readonly kind: "choose"; readonly choices: readonly Choice[]; readonly fill: number }
);

/** Applies where all conditions hold. */
interface Choice {
  readonly value: Value;
  readonly conditions: readonly Condition[];
}

/** 0 ≤ index < size, and index divisible by `step`. */
interface Condition {
  readonly index: Affine;
  readonly size: number;
  readonly step: number;
}

/** An element's position: coordinates, or just its row-major number. */
type Position = { readonly coordinates: readonly Affine[] } | { readonly flat: Affine };

function flatten(position: Position, type: TensorType): Affine {
  if ("flat" in position) return position.flat;
  const strides = stridesOf(type.shape);
  return combine(position.coordinates.map((coordinate, axis) => [coordinate, strides[axis]!] as const));
}

function coordinatesOf(position: Position, type: TensorType): readonly Affine[] {
  if ("coordinates" in position) return position.coordinates;
  return unflatten(position.flat, type.shape, stridesOf(type.shape));
}

/** Builds values by walking the program down to materialised tensors. */
interface ValueBuilder {
  /** The value at a position: a load where the tensor is materialised. */
  at(tensor: AnyTensor, position: Position): Value;
}

/**
 * @param isMaterialised - tensors that are loaded; all others must be elementwise ops, views or scalar literals.
 */
export function valueBuilder(isMaterialised: (tensor: AnyTensor) => boolean): ValueBuilder {
  const memo = new Map<object, Map<string, Value>>();
  const at = (tensor: AnyTensor, position: Position): Value => {
    const flat = flatten(position, tensor);
    const key = `${tensor.index}:${indexKey(flat)}`;
    const known = memo.get(tensor.node)?.get(key);
    if (known !== undefined) return known;
    const value = build(tensor, position, flat);
    if (!memo.has(tensor.node)) memo.set(tensor.node, new Map());
    memo.get(tensor.node)!.set(key, value);
    return value;
  };
  const build = (tensor: AnyTensor, position: Position, flat: Affine): Value => {
    const { node, dtype } = tensor;
    const literal = literalValue(tensor);
    if (literal !== null) return { kind: "constant", dtype, value: literal };
    if (isMaterialised(tensor)) return { kind: "load", dtype, tensor, at: flat };
    const op = node.op as unknown as Op;
    if (op.scalar !== undefined) {
      const args = node.inputs.map((input) => at(input, position));
      return { kind: "call", dtype, expr: op.scalar, args };
    }
    if (op.convert === true) return { kind: "convert", dtype, of: at(node.inputs[0]!, position) };
    const view = op.view!(node.inputs, tensor, node.params);
    if (view.kind === "flat") return at(node.inputs[0]!, { flat });
    const coordinates = coordinatesOf(position, tensor);
    const pieces = view.pieces.filter(({ input }) => sizeOf(node.inputs[input]!.shape) > 0); // nothing to read in the others
    const choices = pieces.map((piece) => choose(piece, node.inputs[piece.input]!, coordinates, at));
    const [only] = choices;
    if (choices.length === 1 && only!.conditions.length === 0) return only!.value;
    return { kind: "choose", dtype, choices, fill: view.fill };
  };
  return { at };
}

function choose(piece: Piece, input: AnyTensor, coordinates: readonly Affine[], at: ValueBuilder["at"]): Choice {
  const inner = piece.reads.map((read) => {
    if (read.axis === null) return constantIndex(read.offset);
    const coordinate = coordinates[read.axis]!;
    if (Number.isInteger(read.scale)) return combine([[coordinate, read.scale]], read.offset);
    const step = Math.round(1 / read.scale); // a gap between elements: the coordinate is divisible where it counts
    return quotient(combine([[coordinate, 1]], Math.round(read.offset * step)), step, null);
  });
  const conditions = piece.inside.map(({ axis, from, to, step }) => ({
    index: combine([[coordinates[axis]!, 1]], -from),
    size: to - from,
    step,
  }));
  return { value: at(input, { coordinates: inner }), conditions };
}

/** Every value below some roots, once. */
export function valuesBelow(roots: readonly Value[]): Set<Value> {
  const seen = new Set<Value>();
  const stack = [...roots];
  while (stack.length > 0) {
    const value = stack.pop()!;
    if (seen.has(value)) continue;
    seen.add(value);
    if (value.kind === "call") stack.push(...value.args);
    if (value.kind === "convert") stack.push(value.of);
    if (value.kind === "choose") stack.push(...value.choices.map((choice) => choice.value));
  }
  return seen;
}

/** Every index that values look at, for coalescing. */
export function indicesOf(roots: readonly Value[]): Affine[] {
  return [...valuesBelow(roots)].flatMap((value) => {
    if (value.kind === "load") return [value.at];
    if (value.kind !== "choose") return [];
    return value.choices.flatMap((choice) => choice.conditions.map((condition) => condition.index));
  });
}
