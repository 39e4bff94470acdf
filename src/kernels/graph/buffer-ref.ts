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

/** A loop of a plan, by identity. */
export interface PlanLoop {
  readonly length: number;
  readonly reverse: boolean;
}

/**
 * What a dispatch binds: in a loop, a row that moves with the step (of every `every` steps, where only each of these runs), or a carry,
 * which lies in `init` at first, then in two buffers in turn, and after the last step in the first of them.
 */
export type BoundRef =
  | BufferRef
  | {
      readonly kind: "row";
      readonly type: TensorType;
      readonly of: BoundRef;
      readonly loop: PlanLoop;
      /** Bytes to the first row. */
      readonly start: number;
      /** Bytes from row to row. */
      readonly stride: number;
      readonly every: number;
    }
  | {
      readonly kind: "carry";
      readonly type: TensorType;
      readonly init: BoundRef;
      readonly turns: readonly [BoundRef, BoundRef];
      readonly loop: PlanLoop;
      /** Whether it is the carry after the step. */
      readonly next: boolean;
    };

/** A buffer that a reference may stand for, and the loops in which it moves or takes turns. */
interface BaseRef {
  readonly base: BufferRef;
  readonly loops: readonly PlanLoop[];
}

/** All buffers that a reference may stand for. */
export function basesOf(ref: BoundRef): BaseRef[] {
  if (ref.kind !== "row" && ref.kind !== "carry") return [{ base: ref, loops: [] }];
  const inner = ref.kind === "row" ? [ref.of] : [ref.init, ...ref.turns];
  return inner.flatMap(basesOf).map(({ base, loops }) => ({ base, loops: [ref.loop, ...loops] }));
}

/** The reference over other buffers. */
export function mapBases(ref: BoundRef, f: (base: BufferRef) => BoundRef): BoundRef {
  if (ref.kind === "row") return { ...ref, of: mapBases(ref.of, f) };
  if (ref.kind !== "carry") return f(ref);
  const [even, odd] = ref.turns;
  return { ...ref, init: mapBases(ref.init, f), turns: [mapBases(even, f), mapBases(odd, f)] };
}

/** Whether the place within its buffer moves with a step. */
export function isMoving(ref: BoundRef): boolean {
  if (ref.kind === "row") return true;
  return ref.kind === "carry" && [ref.init, ...ref.turns].some(isMoving);
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

export function refType(ref: BoundRef): TensorType {
  return ref.kind === "value" ? ref.tensor : ref.type;
}

export function bytesOf(type: TensorType): number {
  return deviceBytes(type.dtype, sizeOf(type.shape));
}
