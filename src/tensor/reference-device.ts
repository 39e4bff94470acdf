import type { Device } from "./device.ts";
import { valueOf } from "./reference.ts";
import { referenceHeap } from "./reference-heap.ts";
import { computePlan, planOf, referenceProgram } from "./reference-program.ts";
import { scoped } from "./scope.ts";
import { captureSite } from "./site.ts";
import { flattenTree, mapTree } from "./tree.ts";

/**
 * A device without a GPU: runs programs by {@link evaluateReference}'s plain loops in f32, with the same ownership rules as
 * the GPU: what was donated, freed, or outlived its scope or device throws, and says where that happened.
 */
export function referenceDevice(): Device {
  const heap = referenceHeap();
  const put = <T>(tree: T): T => {
    heap.checkOpen("put");
    return mapTree(tree, (tensor) =>
      heap.find(tensor, "put") === undefined ? heap.hold(tensor, heap.valuesOf(tensor, "put")) : tensor,
    ) as T;
  };
  return {
    info: () => ({
      kind: "reference",
      adapterClass: "cpu",
      description: "CPU reference: plain loops in f32, no GPU",
      features: [],
      limits: {},
    }),
    compile: (fn, options = {}) => referenceProgram(fn, options, heap),
    evaluate: async (tree) => {
      heap.checkOpen("evaluate");
      const values = computePlan(planOf({ inputs: [], result: tree }), [], heap, "evaluate");
      return mapTree(tree, (tensor) =>
        tensor.node.op === undefined ? put(tensor) : heap.hold(tensor, valueOf(values, tensor)),
      ) as typeof tree;
    },
    put,
    free: (tree) => {
      const site = captureSite();
      for (const tensor of flattenTree(tree)) heap.find(tensor, "free")?.release({ what: "freed", site });
    },
    scope: (body) => scoped(heap, body),
    allocatedBytes: heap.bytes,
    close: () => heap.close({ what: "device closed", site: captureSite() }),
  };
}
