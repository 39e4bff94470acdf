import type { AdapterLimits, Device, DeviceInfo } from "../../tensor/device.ts";
import { scoped } from "../../tensor/scope.ts";
import { captureSite } from "../../tensor/site.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { flattenTree, mapTree, unflattenTree } from "../../tensor/tree.ts";
import type { PlanLimits } from "../adapter/plan-limits.ts";
import { identifier } from "../graph/identifier.ts";
import { holdsProgram } from "../graph/params-key.ts";
import { structureOf } from "../graph/structure.ts";
import { prepare } from "../passes/prepare.ts";
import { makePlan } from "../plan/make-plan.ts";
import { layOutOutputs } from "../plan/output-layout.ts";
import { inputArenas } from "./bind-arguments.ts";
import { runCall } from "./call.ts";
import { makeExecutable } from "./executable.ts";
import type { Gpu } from "./gpu.ts";
import { gpuHeap } from "./heap.ts";
import { hostInputs } from "./host-inputs.ts";
import { measureLimits } from "./measure-limits.ts";
import { pipelineCache } from "./pipelines.ts";
import type { PlanBuffers } from "./plan-buffers.ts";
import { planBuffers } from "./plan-buffers.ts";
import { bufferPool } from "./pool.ts";
import { gpuProgram } from "./program.ts";
import type { Loaded, Workshop } from "./workshop.ts";

const evaluatePlans = 256; // forms of eager programs kept; the oldest goes first

/** A {@link Device} on a WebGPU device. */
export function gpuDevice(gpu: Gpu, info: DeviceInfo, limits: PlanLimits): Device {
  const pool = bufferPool(gpu.device);
  const heap = gpuHeap(gpu, pool);
  const pipelines = pipelineCache(gpu);
  const loadedBuffers = new Set<PlanBuffers>();
  const unload = (buffers: PlanBuffers): void => {
    if (loadedBuffers.delete(buffers)) buffers.destroy();
  };
  // holds buffers alone: plans lead back to their program by the call sites of their nodes
  const collected = new FinalizationRegistry<readonly PlanBuffers[]>((plans) => plans.forEach(unload));
  let measured: Promise<AdapterLimits> | undefined;
  const shop: Workshop = {
    gpu,
    pool,
    heap,
    async load(name, request) {
      const plan = makePlan(request, limits);
      const buffers = planBuffers(gpu.device);
      const executable = await makeExecutable(plan, request.inputs, buffers, gpu, pipelines);
      loadedBuffers.add(buffers);
      const outputs = layOutOutputs(plan, request.inputs);
      return {
        name,
        plan,
        executable,
        buffers,
        hostInputs: hostInputs(buffers, gpu.device.queue),
        outputs,
        arenas: inputArenas(plan, request.inputs),
      };
    },
    unloadWith: (owner, plans) => collected.register(owner, plans),
    limits() {
      measured ??= measureLimits(gpu, pipelines, limits.adapter, limits.maxBindingBytes);
      measured.catch(() => {
        measured = undefined;
      });
      return measured;
    },
  };
  const idOf = identifier();
  const forms = new Map<string, Promise<Loaded>>();
  const evaluate = async <T>(tree: T): Promise<T> => {
    const site = captureSite();
    heap.checkOpen("evaluate");
    gpu.check("evaluate");
    const tensors = flattenTree(tree);
    const lazy = tensors.filter((tensor) => tensor.node.op !== undefined);
    for (const tensor of tensors) if (tensor.node.op === undefined) heap.find(tensor, "evaluate");
    let computed: readonly AnyTensor[] = []; // one for each place in the tree, as a compiled program gives them
    if (lazy.length > 0) {
      // a sub-program is known by identity only, so it is written out for the form to be found again
      const inlined = prepare(lazy, (op, params) => !holdsProgram(params) || op.expand === undefined);
      const structure = structureOf(inlined, idOf);
      const loading =
        forms.get(structure.key) ?? shop.load("evaluate", { ...structure.abstract(), donations: new Map() });
      forms.delete(structure.key);
      forms.set(structure.key, loading); // youngest last
      loading.catch(() => forms.delete(structure.key));
      const loaded = await loading;
      if (forms.size > evaluatePlans) {
        const [oldest, plan] = forms.entries().next().value!;
        forms.delete(oldest);
        unload((await plan).buffers);
      }
      await gpu.settle(2);
      computed = runCall(loaded, structure.leaves, new Set(), shop, site);
    }
    let next = 0;
    const results = tensors.map((tensor) =>
      tensor.node.op === undefined ? place(tensor, "evaluate") : computed[next++]!,
    );
    return unflattenTree(tree, results) as T;
  };
  const place = (tensor: AnyTensor, name: string): AnyTensor =>
    heap.find(tensor, name) === undefined ? heap.upload(tensor) : tensor;
  return {
    info: () => info,
    compile: (fn, options = {}) => gpuProgram(fn, options, shop),
    evaluate,
    put: (tree) => {
      heap.checkOpen("put");
      return mapTree(tree, (tensor) => place(tensor, "put")) as typeof tree;
    },
    free: (tree) => {
      const site = captureSite();
      for (const tensor of flattenTree(tree)) heap.find(tensor, "free")?.release("freed", site);
    },
    scope: (body) => scoped(heap, body),
    allocatedBytes: () => [...loadedBuffers].reduce((total, buffers) => total + buffers.bytes(), pool.bytes()),
    close: () => {
      heap.close(captureSite());
      for (const buffers of [...loadedBuffers]) unload(buffers);
      pool.destroy();
      gpu.close();
    },
  };
}
