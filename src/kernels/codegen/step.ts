import type { AnyTensor, TensorType } from "../../tensor/tensor.ts";

/** Memory in which f32 values lie one after another, each at an offset at which a binding may begin. */
export interface Arena {
  readonly members: readonly AnyTensor[];
  /** Where each begins, bytes; the first at 0. */
  readonly offsets: readonly number[];
  readonly bytes: number;
  /** The members are donated inputs: the caller brings the memory. */
  readonly ofCaller: boolean;
}

/** A buffer that a dispatch binds: the value of a tensor, a scratch buffer of the step's kernel, or an arena whole. */
export type BufferRef =
  | { readonly kind: "value"; readonly tensor: AnyTensor }
  | { readonly kind: "scratch"; readonly type: TensorType; readonly id: object }
  | { readonly kind: "arena"; readonly type: TensorType; readonly arena: Arena };

/** One bound buffer; `update` reads and writes in place. */
export interface BoundBuffer {
  readonly ref: BufferRef;
  readonly access: "read" | "write" | "update";
}

/** What a dispatch does, counted from shapes before it runs. */
export interface Cost {
  /** Scalar operations: two a multiply-add, one any other scalar call. 0 where there are none, or a user's source hides them. */
  readonly flops: number;
  /** Bytes between memory and the kernel, see `bytesMoved`. */
  readonly bytes: number;
}

/** What a pipeline is made of. */
export interface KernelSource {
  /** What it computes: the op, or the ops that melted together. */
  readonly name: string;
  /** The kernel file whose lines the code begins with: `conv2d.wgsl`. */
  readonly file: string;
  /** Complete WGSL. */
  readonly code: string;
  /** In binding order. */
  readonly buffers: readonly { readonly access: BoundBuffer["access"] }[];
  /** Words of its uniform; null where it has none. */
  readonly sizes: Uint32Array<ArrayBuffer> | null;
}

/** One dispatch of a plan. */
export interface Step extends KernelSource {
  readonly buffers: readonly BoundBuffer[];
  readonly workgroups: readonly [number, number, number];
  readonly cost: Cost;
}
