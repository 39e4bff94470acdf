import type { Shape } from "../src/tensor/shape.ts";
import type { AnyTensor } from "../src/tensor/tensor.ts";

/** An array that every contestant gets the same bits of. */
export interface Input {
  readonly shape: Shape;
  readonly dtype: "f32" | "i32";
  values(): Float32Array | Int32Array;
}

/** What one call must give: elements of an output, by their flat indices in our layout (NHWC, HWIO). */
export interface Check {
  readonly output: string;
  readonly indices: readonly number[];
  /** From the float64 reference. */
  readonly values: ArrayLike<number>;
  /** Largest error allowed, as a part of the largest value. */
  readonly tolerance: number;
}

export type Outputs = Readonly<Record<string, AnyTensor>>;

/** One thing to time: our program, and in words of `task` what a peer must do. */
export interface Work {
  readonly name: string;
  /** `kind` and what else a peer needs to know; plain data, sent as JSON. */
  readonly task: { readonly kind: string } & Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, Input>>;
  /** A tree of tensors that each call takes and gives back; `{}` for a work without memory. */
  initial(): object;
  run(state: object, inputs: Outputs): { readonly state: object; readonly outputs: Outputs };
  /** What the first calls give, one after the other. */
  reference(): Promise<readonly (readonly Check[])[]>;
  /** Floating-point operations a call, and the bytes that it must move at the least. */
  readonly flops: number;
  readonly bytes: number;
  /** Sized for a real GPU: left out on software adapters unless it is named. */
  readonly heavy?: boolean;
}
