import type { CollectionPressure } from "../../tensor/collection.ts";
import type { AdapterLimits } from "../../tensor/device.ts";
import type { OwnedCall } from "../../tensor/device-handle.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Plan, PlanRequest } from "../plan/make-plan.ts";
import type { OutputLayout } from "../plan/output-layout.ts";
import type { Gpu } from "./gpu.ts";
import type { Heap } from "./heap.ts";
import type { PlanMemory, PlanStore } from "./plan-store.ts";
import type { BufferPool } from "./pool.ts";

/** Donated inputs that are written over, each at its offset of one buffer: alone, or those that one dispatch updates. */
export interface InputArena {
  readonly inputs: readonly number[];
  /** Bytes. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/** What to plan: a request, and the leaves that each call brings, in order. */
interface CallRequest extends PlanRequest {
  readonly inputs: readonly AnyTensor[];
}

/** A plan, and what of its calls is known without the device. */
export interface Planned {
  readonly name: string;
  readonly plan: Plan;
  readonly inputs: readonly AnyTensor[];
  readonly outputs: OutputLayout;
  /** Arenas of the inputs. */
  readonly arenas: readonly InputArena[];
}

/** What calls of one device share. */
export interface CallContext {
  readonly gpu: Gpu;
  readonly pool: BufferPool;
  readonly heap: Heap;
}

/** What programs of one device share. */
export interface DeviceContext extends CallContext {
  readonly plans: PlanStore;
  readonly pressure: CollectionPressure;
  /** The calls of the device's programs. */
  readonly calls: WeakMap<object, OwnedCall>;
  plan(name: string, request: CallRequest): Planned;
  /** Retires the plans of `owner`, a program, once it is collected. */
  retireWith(owner: object, memories: ReadonlySet<PlanMemory>): void;
  /** What the adapter does at best; measured once. */
  limits(): Promise<AdapterLimits>;
}
