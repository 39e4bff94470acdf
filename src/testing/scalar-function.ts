import { pullback } from "../autodiff/pullback.ts";
import { identity } from "../tensor/ops/identity.ts";
import { zerosLike } from "../tensor/ops/like.ts";
import type { AnyTensor, Node } from "../tensor/tensor.ts";
import { hostLeaf } from "../tensor/tensor.ts";
import type { ForwardOptions, Motions } from "./forward.ts";
import { forward, motionsOf } from "./forward.ts";
import { hostValues } from "./inner-product.ts";
import type { MaybeMotion, Motion } from "./motion.ts";
import type { Tape } from "./tape.ts";
import { recordTape } from "./tape.ts";

/** A function of a list of f32 tensors to one f32 number. */
export type Loss = (x: readonly AnyTensor[]) => AnyTensor;

/** A loss at one place, computed, with its gradient by the ops' VJPs. */
export interface LossAt {
  readonly tape: Tape;
  /** The variables' nodes, each its own although two inputs may be one tensor. */
  readonly variables: readonly Node[];
  readonly gradient: readonly Float64Array[];
}

/** A derivative along a direction by forward mode. */
export interface Directional {
  readonly value: number;
  readonly doubt: number;
  readonly seeds: ReadonlyMap<Node, Motion>;
  readonly motions: Motions;
}

/** Of a motion, at its start: doubles round by 2⁻⁵³, and a program adds up some thousands of such errors at most. */
export const rounding: number = 2 ** -40;

export function lossAt(loss: Loss, inputs: readonly AnyTensor[]): LossAt {
  const own = inputs.map(identity);
  const root = loss(own);
  const gradient = gradientOf(root, own).map(hostValues);
  return { tape: recordTape([root]), variables: own.map(({ node }) => node), gradient };
}

/** ∇root as programs, zeros where nothing flows. */
export function gradientOf(root: AnyTensor, own: readonly AnyTensor[]): AnyTensor[] {
  const one = hostLeaf({ shape: [], dtype: "f32" }, Float64Array.of(1));
  return pullback([root], [one], own).map((g, i) => g ?? zerosLike(own[i]!));
}

/** Motions of variables along a direction. */
export function seedsOf(variables: readonly Node[], direction: readonly Float64Array[]): Map<Node, Motion> {
  return new Map(
    variables.map((node, i) => [
      node,
      { tangent: direction[i]!, doubt: direction[i]!.map((x) => Math.abs(x) * rounding) },
    ]),
  );
}

/** How roots move along a direction of the variables; null: not at all. */
export function moveRoots(
  tape: Tape,
  variables: readonly Node[],
  direction: readonly Float64Array[],
  options: ForwardOptions,
): readonly MaybeMotion[] {
  return motionsOf(tape.roots, forward(tape, seedsOf(variables, direction), options));
}

export function alongDirection(
  { tape, variables }: LossAt,
  direction: readonly Float64Array[],
  options: ForwardOptions,
): Directional {
  const seeds = seedsOf(variables, direction);
  const motions = forward(tape, seeds, options);
  const [moved] = motionsOf(tape.roots, motions);
  return { value: moved?.tangent[0] ?? 0, doubt: moved?.doubt[0] ?? 0, seeds, motions };
}
