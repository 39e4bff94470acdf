import type { Op } from "../../tensor/op.ts";
import type { TensorType } from "../../tensor/tensor.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import type { Sizes } from "../codegen/sizes.ts";
import type { KernelFile } from "../wgsl/wgsl.generated.ts";

/** One operand of a dispatch: an input or output of the node, or a scratch buffer of its lowering. */
export interface DispatchOperand {
  readonly kind: "input" | "output" | "scratch";
  readonly index: number;
}

export const input = (index: number): DispatchOperand => ({ kind: "input", index });
export const output = (index: number): DispatchOperand => ({ kind: "output", index });
export const scratch = (index: number): DispatchOperand => ({ kind: "scratch", index });

/**
 * One kernel call. The WGSL file reads operand `x` only through `load_x(i: u32) -> x_t` (element i, row-major) or
 * `load4_x(i: u32) -> vec4<x_t>` (elements 4i … 4i+3), and writes `y` through `store_y(i, v)` or `store4_y(i, v)`. The linker
 * supplies these functions and `alias x_t`: f32 for f32 and f16, i32, u32 for u32, bool (0 or 1) and u8. `load4`/`store4` only
 * where the element count is divisible by 4. `store_run_y(i, v, n)` writes elements i … i+n−1, with `wholeQuads` as one quad.
 * Operands of one dispatch may share a buffer only if both are read.
 */
export interface DispatchSpec {
  readonly file: KernelFile;
  /** Appended as `const NAME: u32|i32|f32|bool = …;`. Non-negative integers are u32; use { f32: x }, { i32: x } or { u32: [x, …] } otherwise. */
  readonly constants: Readonly<Record<string, Constant>>;
  /** Read as `size.NAME`, u32 or i32: data where that saves pipelines, constants elsewhere. What selects code is not a size. */
  readonly sizes?: Sizes;
  readonly reads: Readonly<Record<string, DispatchOperand>>;
  readonly writes: Readonly<Record<string, DispatchOperand>>;
  /** Each at most the adapter's limit; use {@link foldWorkgroups} for one long dimension. */
  readonly workgroups: readonly [number, number, number];
  /** Every `store_run` of this dispatch writes four elements, from one that is divisible by 4. */
  readonly wholeQuads?: boolean;
  /** WGSL directives, e.g. `enable subgroups;`, joined in front of line 1. */
  readonly enables?: readonly "subgroups"[];
  /** Floating-point operations of the formula, two per multiply-add, padding included; left out where it only moves data. */
  readonly flops?: number;
  /** Elements that it reads of operands which it does not read whole, such as a table. */
  readonly elementsRead?: Readonly<Record<string, number>>;
}

export type Constant =
  | number
  | boolean
  | { readonly f32: number }
  | { readonly i32: number }
  | { readonly u32: readonly number[] };

export interface Lowering {
  readonly scratch: readonly TensorType[];
  readonly dispatches: readonly DispatchSpec[];
}

export interface FamilyCall<P> {
  readonly inputs: readonly TensorType[];
  readonly outputs: readonly TensorType[];
  readonly params: P;
  readonly adapter: AdapterFacts;
}

/** Lowers one node to dispatches: picks the variant by shape and adapter. */
export type Family<P> = (call: FamilyCall<P>) => Lowering;

/** The family of an op's record: its params have the record's own type. */
export type FamilyOf<O> = O extends Op<infer P> ? Family<P> : never;

/** Sizes of images (n,h,w,c) and of convolution weights (kh,kw,c,k). */
export type Sizes4 = readonly [number, number, number, number];

/** The sizes of an operand of rank 4, which the record's `infer` has checked. */
export const sizes4 = ({ shape }: TensorType): Sizes4 => shape as Sizes4;
