import type { BatchRule } from "./batch-rule.ts";
import type { NumericArray, Precision } from "./dtype.ts";
import * as kind from "./kinds.ts";
import type { Loop } from "./loop.ts";
import { parameters } from "./parameters.ts";
import type { Expr } from "./scalar/expression.ts";
import type { ScalarFn } from "./scalar/table.ts";
import type { Site } from "./site.ts";
import { captureSite } from "./site.ts";
import type { AnyTensor, Node, TensorType } from "./tensor.ts";
import { isTensor, outputOf } from "./tensor.ts";
import type { View } from "./view.ts";

/** What a reference implementation gets: plain row-major arrays. It writes `outputs`, which are zeroed. */
export interface ReferenceCall<P> {
  readonly inputs: readonly NumericArray[];
  readonly outputs: readonly NumericArray[];
  readonly inputTypes: readonly TensorType[];
  readonly outputTypes: readonly TensorType[];
  readonly params: P;
  readonly precision: Precision;
}

/** What a VJP rule gets. `g` holds one cotangent per output; null is an exact zero. */
export interface VjpCall<P> {
  readonly g: readonly (AnyTensor | null)[];
  readonly inputs: readonly AnyTensor[];
  readonly outputs: readonly AnyTensor[];
  readonly params: P;
  /** For each input, whether its cotangent is used; a rule may return null for the others. */
  readonly wanted: readonly boolean[];
}

/** One cotangent per input; null where no gradient flows. */
export type Cotangents = readonly (AnyTensor | null)[];

/** A kernel of the library, by family; one of the user, by its source; or a sub-program that runs many times. */
export type KernelRule<P> =
  | { readonly loop: (params: P) => Loop }
  | {
      readonly family: string;
      /** For family `reduce`: how two partial results become one. Associative and commutative. */
      readonly combine?: ScalarFn | undefined;
    }
  | {
      /** WGSL whose bindings are the inputs in order, then the outputs, then the scratch buffers; entry point `main`. */
      readonly source: string;
      /** What the source reads as `size.NAME`, u32: one pipeline serves all of them where that is worth more than constants. */
      readonly sizes?: ((inputs: readonly TensorType[], params: P) => Readonly<Record<string, number>>) | undefined;
      /** Buffers that the kernel works in. */
      readonly scratch?: ((inputs: readonly TensorType[], params: P) => readonly TensorType[]) | undefined;
      readonly workgroups: (inputs: readonly TensorType[], params: P) => readonly [number, number, number];
    };

/** Values that a random input may take, so that laws stay off poles and kinks. */
export type Domain =
  | { readonly kind: "interval"; readonly from: number; readonly to: number }
  /** Pairwise distinct values: no ties for max, sort and pooling. */
  | { readonly kind: "distinct" }
  /** Integers 0 … below−1. */
  | { readonly kind: "integer"; readonly below: number }
  /** Symmetric positive definite matrices on the last two axes, with eigenvalues of at least 1. */
  | { readonly kind: "positiveDefinite" };

/** One example call for the laws: input types with domains, and params. */
export interface Sample<P> {
  readonly inputs: readonly (TensorType & { readonly domain?: Domain | undefined })[];
  readonly params: P;
}

/** How far a kernel may be from the float64 reference: |Δ| ≤ relative·|y| + absolute·scale (WGSL accuracy table). */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/**
 * A primitive: everything about one op in one record. Exactly one of `scalar`, `view`, `convert`, `expand`, `kernel` says how it is
 * computed; `kernel` may join `expand` (a fused record), and needs `reference` when it stands alone.
 */
export interface Op<P = unknown> {
  readonly name: string;
  /** Shape-and-dtype rule. Throws ShapeError or DTypeError. */
  infer(inputs: readonly TensorType[], params: P): readonly TensorType[];
  /** Elementwise: inputs have been broadcast to one shape. */
  readonly scalar?: Expr | undefined;
  readonly view?: ((inputs: readonly TensorType[], output: TensorType, params: P) => View) | undefined;
  /**
   * Passes input 0 on, not before the other inputs exist. An evaluator may neither drop the node (although its view is flat),
   * nor merge it with its input, nor schedule it before the other inputs.
   */
  readonly barrier?: true | undefined;
  /** Elementwise conversion of one input to the output's dtype. */
  readonly convert?: true | undefined;
  /** Definition by other ops. */
  readonly expand?: ((inputs: readonly AnyTensor[], params: P) => readonly AnyTensor[]) | undefined;
  readonly kernel?: KernelRule<P> | undefined;
  /**
   * Operations of the formula, two per multiply-add. Left out: from `scalar` or `expand`, else 0, for what moves data or integers.
   */
  readonly flops?: ((inputs: readonly TensorType[], outputs: readonly TensorType[], params: P) => number) | undefined;
  readonly reference?: ((call: ReferenceCall<P>) => void) | undefined;
  /** null: no gradient (integers, comparisons, random bits). Left out: from `scalar` or `expand`. */
  readonly vjp?: (((call: VjpCall<P>) => Cotangents) | null) | undefined;
  /** How many calls run at once. Left out: as `scalar`, `convert` or `expand` says, else call by call. */
  readonly batch?: BatchRule<P> | undefined;
  /** Inputs in which the op is jointly linear; the transpose law checks them. */
  readonly linear?: readonly number[] | undefined;
  /** Example calls for the laws. */
  readonly samples: () => readonly Sample<P>[];
  readonly tolerance?: Tolerance | undefined;
}

export type AnyOp = Op<never> & { readonly name: string };

const anOp = kind.fields({ name: kind.text, infer: kind.callback });
const checkDefine = parameters("defineOp", { record: anOp });
const checkApply = parameters("apply", { op: anOp, inputs: kind.tensors });

/**
 * Defines a primitive.
 *
 * @see {@link Op} for the fields.
 * @example
 * ```ts
 * import { apply1, defineOp, evaluateReference, scalar, tensor } from "deconfound";
 *
 * const plusHalf = defineOp<null>({
 *   name: "plusHalf",
 *   infer: ([x]) => [x!],
 *   scalar: scalar.call("add", scalar.arg(0), 0.5),
 *   samples: () => [{ inputs: [{ shape: [3], dtype: "f32" }], params: null }],
 * });
 * console.log(String(await evaluateReference(apply1(plusHalf, [tensor([1, 2])], null)).data())); // 1.5,2.5
 * ```
 */
export function defineOp<P>(record: Op<P>): Op<P> {
  checkDefine(arguments);
  return Object.freeze(record);
}

/**
 * Applies an op: checks types and returns the outputs of a new node.
 * @example
 * ```ts
 * import { apply, defineOp, evaluateReference, floor, sub, tensor } from "deconfound";
 *
 * const parts = defineOp<null>({
 *   name: "parts",
 *   infer: ([x]) => [x!, x!],
 *   expand: ([x]) => [floor(x!), sub(x!, floor(x!))],
 *   samples: () => [{ inputs: [{ shape: [3], dtype: "f32" }], params: null }],
 * });
 * const [whole, fraction] = evaluateReference(apply(parts, [tensor(2.25)], null));
 * console.log(await whole!.item(), await fraction!.item()); // 2 0.25
 * ```
 */
export function apply<P>(
  op: Op<P>,
  inputs: readonly AnyTensor[],
  params: P,
  site: Site = captureSite(),
): readonly AnyTensor[] {
  const right = typeof op?.infer === "function" && Array.isArray(inputs) && inputs.every(isTensor);
  if (!right) checkApply([op, inputs]);
  const outputs = op.infer(inputs, params);
  const node: Node = { op: op as unknown as AnyOp, source: undefined, inputs, params, outputs, site };
  return outputs.map((_, index) => outputOf(node, index));
}

/**
 * {@link apply} for an op with one output.
 * @example
 * ```ts
 * import { add, apply1, defineOp, evaluateReference, tensor } from "deconfound";
 *
 * const twice = defineOp<null>({
 *   name: "twice",
 *   infer: ([x]) => [x!],
 *   expand: ([x]) => [add(x!, x!)],
 *   samples: () => [{ inputs: [{ shape: [3], dtype: "f32" }], params: null }],
 * });
 * console.log(await evaluateReference(apply1(twice, [tensor(3)], null)).item()); // 6
 * ```
 */
export function apply1<P>(op: Op<P>, inputs: readonly AnyTensor[], params: P): AnyTensor {
  return apply(op, inputs, params)[0]!;
}
