import type { BoundBuffer } from "../graph/buffer-ref.ts";

/** What a dispatch does, counted from shapes before it runs. */
export interface Cost {
  /** Scalar operations: two per multiply-add, one per other scalar call. 0 where there are none, or a user's source hides them. */
  readonly flops: number;
  /** Bytes between memory and the kernel, see `bytesMoved`. */
  readonly bytes: number;
}

/** What a pipeline is made of. */
export interface KernelSource {
  /** What it computes: the op, or the ops that were fused. */
  readonly name: string;
  /** The kernel file whose lines the code begins with: `conv2d.wgsl`. */
  readonly file: string;
  /** Complete WGSL. */
  readonly code: string;
  /** In binding order. */
  readonly buffers: readonly { readonly access: BoundBuffer["access"]; readonly moves?: boolean }[];
  /** Words of its uniform; null where it has none. */
  readonly sizes: Uint32Array<ArrayBuffer> | null;
}

/** One dispatch of a plan. */
export interface Step extends KernelSource {
  readonly buffers: readonly BoundBuffer[];
  readonly workgroups: readonly [number, number, number];
  readonly cost: Cost;
}
