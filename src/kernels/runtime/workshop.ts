import type { AdapterLimits } from "../../tensor/device.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Plan, PlanRequest } from "../plan/make-plan.ts";
import type { OutputLayout } from "../plan/output-layout.ts";
import type { Executable } from "./executable.ts";
import type { Gpu } from "./gpu.ts";
import type { Heap } from "./heap.ts";
import type { HostInputs } from "./host-inputs.ts";
import type { PlanBuffers } from "./plan-buffers.ts";
import type { BufferPool } from "./pool.ts";

/** Donated inputs that are written over, each at its offset of one buffer: alone, or those that one dispatch updates. */
export interface InputArena {
  readonly inputs: readonly number[];
  /** Bytes. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/** What calls of one device share. */
export interface Shop {
  readonly gpu: Gpu;
  readonly pool: BufferPool;
  readonly heap: Heap;
}

/** A plan on the device. */
export interface Loaded {
  readonly name: string;
  readonly plan: Plan;
  readonly executable: Executable;
  readonly buffers: PlanBuffers;
  readonly hostInputs: HostInputs;
  readonly outputs: OutputLayout;
  /** Arenas of the inputs. */
  readonly arenas: readonly InputArena[];
}

/** What to load: a plan's request, and the leaves that each call brings, in order. */
export interface LoadRequest extends PlanRequest {
  readonly inputs: readonly AnyTensor[];
}

/** What programs of one device need to be planned and run. */
export interface Workshop extends Shop {
  load(name: string, request: LoadRequest): Promise<Loaded>;
  /** Gives plans back once `owner`, the program that runs them, is collected; a call under way keeps it. */
  unloadWith(owner: object, plans: readonly PlanBuffers[]): void;
  /** What the adapter does at best; measured once. */
  limits(): Promise<AdapterLimits>;
}
