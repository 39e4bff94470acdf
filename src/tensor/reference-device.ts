import { collectionPressure } from "./collection.ts";
import type { Device } from "./device.ts";
import type { DeviceCore } from "./device-handle.ts";
import { deviceOf } from "./device-handle.ts";
import { parameters } from "./parameters.ts";
import { valueOf } from "./reference.ts";
import { referenceHeap } from "./reference-heap.ts";
import type { ReferenceContext } from "./reference-program.ts";
import { computeProgram, referenceProgram, withRoots } from "./reference-program.ts";
import { flattenTree, mapTree } from "./tree.ts";

const checkReferenceDevice = parameters("referenceDevice", {});

/**
 * A device without a GPU: runs programs by {@link evaluateReference}'s plain loops in f32, with the same ownership rules as
 * the GPU: what was donated, freed, or outlived its scope or device throws, and says where that happened.
 * @example
 * ```ts
 * import { mul, referenceDevice, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 *
 * const device = referenceDevice();
 * const double = device.compile((x: Tensor<[2]>) => mul(x, 2));
 * console.log(String(await (await double(tensor([1, 2]))).data())); // 2,4
 * await device.close();
 * ```
 */
export function referenceDevice(): Device {
  checkReferenceDevice(arguments);
  const heap = referenceHeap();
  const context: ReferenceContext = { heap, pressure: collectionPressure(heap.bytes), calls: new WeakMap() };
  const put: DeviceCore["put"] = (tree, owner) => {
    void context.pressure.relief(); // cannot be waited for: it goes on beside what is awaited next
    return mapTree(tree, (tensor) =>
      heap.find(tensor, "put") === undefined ? heap.hold(tensor, heap.valuesOf(tensor, "put"), owner) : tensor,
    ) as typeof tree;
  };
  return deviceOf({
    info: () => ({
      kind: "reference",
      adapterClass: "cpu",
      description: "CPU reference: plain loops in f32, no GPU",
      features: [],
      limits: {},
    }),
    compile: (fn, options, ownerOf) => referenceProgram(fn, options, context, ownerOf),
    callOf: (program) => context.calls.get(program),
    async evaluate(tree, owner) {
      const relief = context.pressure.relief();
      if (relief !== undefined) await relief;
      heap.check("evaluate");
      const values = computeProgram(withRoots({ inputs: [], result: tree }), [], heap, "evaluate");
      return mapTree(tree, (tensor) =>
        tensor.node.op === undefined ? put(tensor, owner) : heap.hold(tensor, valueOf(values, tensor), owner),
      ) as typeof tree;
    },
    put,
    free(tree, site) {
      for (const tensor of flattenTree(tree)) heap.find(tensor, "free")?.release({ what: "freed", site });
    },
    memory: () => ({ tensorBytes: heap.bytes(), planBytes: 0, freeBytes: 0 }),
    close: async (site) => heap.close(site),
    check: heap.check,
  });
}
