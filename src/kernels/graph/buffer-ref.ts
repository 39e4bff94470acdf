import { deviceBytes } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor, TensorType } from "../../tensor/tensor.ts";
import { identifier } from "./identifier.ts";

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

/** Names the contents of buffers, the same for the same content. */
export type KeyOf = (ref: BufferRef) => string;

export function bufferKeys(): KeyOf {
  const idOf = identifier();
  return (ref) => {
    const id = idOf(ref.kind === "value" ? ref.tensor.node : ref.kind === "arena" ? ref.arena : ref.id);
    return ref.kind === "value" ? `n${id}.${ref.tensor.index}` : `${ref.kind[0]}${id}`;
  };
}

export const valueRef = (tensor: AnyTensor): BufferRef => ({ kind: "value", tensor });

/** True if both name the content of one buffer. */
export function isSameBuffer(a: BufferRef, b: BufferRef): boolean {
  if (a.kind === "scratch") return b.kind === "scratch" && a.id === b.id;
  if (a.kind === "arena") return b.kind === "arena" && a.arena === b.arena;
  return b.kind === "value" && a.tensor.node === b.tensor.node && a.tensor.index === b.tensor.index;
}

/** A leaf's buffer belongs to the caller; every other one to the plan. */
export function isLeafRef(ref: BufferRef): boolean {
  return ref.kind === "arena" ? ref.arena.ofCaller : ref.kind === "value" && ref.tensor.node.op === undefined;
}

export function refType(ref: BufferRef): TensorType {
  return ref.kind === "value" ? ref.tensor : ref.type;
}

export function bytesOf(type: TensorType): number {
  return deviceBytes(type.dtype, sizeOf(type.shape));
}
