import { collectionPressure } from "../../tensor/collection.ts";
import type { AdapterLimits, Device, DeviceInfo } from "../../tensor/device.ts";
import { deviceOf } from "../../tensor/device-handle.ts";
import { flattenTree, mapTree } from "../../tensor/tree.ts";
import type { PlanLimits } from "../adapter/plan-limits.ts";
import { makePlan } from "../plan/make-plan.ts";
import { layOutOutputs } from "../plan/output-layout.ts";
import { inputArenas } from "./bind-arguments.ts";
import type { DeviceContext } from "./device-context.ts";
import { eagerEvaluation } from "./evaluate.ts";
import { makeExecutable } from "./executable.ts";
import type { Gpu } from "./gpu.ts";
import { gpuHeap } from "./heap.ts";
import { hostInputs } from "./host-inputs.ts";
import { measureLimits } from "./measure-limits.ts";
import { pipelineCache } from "./pipelines.ts";
import { planBuffers } from "./plan-buffers.ts";
import type { PlanMemory } from "./plan-store.ts";
import { planStore } from "./plan-store.ts";
import { bufferPool } from "./pool.ts";
import { gpuProgram } from "./program.ts";

/** A {@link Device} on a WebGPU device. */
export function gpuDevice(gpu: Gpu, info: DeviceInfo, limits: PlanLimits): Device {
  const context = deviceContext(gpu, limits);
  const { pool, heap, plans, calls, pressure } = context;
  return deviceOf({
    info: () => info,
    compile: (fn, options, ownerOf) => gpuProgram(fn, options, context, ownerOf),
    callOf: (program) => calls.get(program),
    evaluate: eagerEvaluation(context),
    put: (tree, owner) => {
      void pressure.relief(); // cannot be waited for: it goes on beside what is awaited next
      return mapTree(tree, (tensor) =>
        heap.find(tensor, "put") === undefined ? heap.upload(tensor, tensor, owner) : tensor,
      ) as typeof tree;
    },
    free: (tree, site) => {
      for (const tensor of flattenTree(tree)) heap.find(tensor, "free")?.release({ what: "freed", site });
    },
    memory: () => ({ tensorBytes: pool.usedBytes(), planBytes: plans.bytes(), freeBytes: pool.freeBytes() }),
    close: async (site) => {
      heap.close(site);
      plans.destroy();
      pool.destroy();
      await gpu.close(site);
    },
    check: gpu.checkUsable,
  });
}

function deviceContext(gpu: Gpu, limits: PlanLimits): DeviceContext {
  const { device } = gpu;
  const pool = bufferPool(device);
  const pipelines = pipelineCache(gpu);
  const plans = planStore(
    (onMade) => planBuffers(device, onMade),
    async (planned, buffers) => ({
      ...planned,
      executable: await makeExecutable(planned.plan, planned.inputs, buffers, gpu, pipelines),
      hostInputs: hostInputs(buffers, device.queue),
    }),
  );
  const collected = new FinalizationRegistry<ReadonlySet<PlanMemory>>((memories) => plans.retire(memories));
  let measured: Promise<AdapterLimits> | undefined;
  return {
    gpu,
    pool,
    heap: gpuHeap(gpu, pool),
    plans,
    pressure: collectionPressure(pool.usedBytes),
    calls: new WeakMap(),
    plan: (name, request) => {
      const plan = makePlan(request, limits);
      const { inputs } = request;
      return { name, plan, inputs, outputs: layOutOutputs(plan, inputs), arenas: inputArenas(plan, inputs) };
    },
    retireWith: (owner, memories) => collected.register(owner, memories),
    limits() {
      measured ??= measureLimits(gpu, pipelines, limits.adapter, limits.maxBindingBytes);
      measured.catch(() => {
        measured = undefined;
      });
      return measured;
    },
  };
}
