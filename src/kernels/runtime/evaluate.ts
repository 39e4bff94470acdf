import type { ScopeOwner } from "../../tensor/scope.ts";
import type { Site } from "../../tensor/site.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { flattenTree, unflattenTree } from "../../tensor/tree.ts";
import { hasKernel } from "../families/family-step.ts";
import { identifier } from "../graph/identifier.ts";
import { holdsProgram } from "../graph/params-key.ts";
import { structureOf } from "../graph/structure.ts";
import { prepare } from "../passes/prepare.ts";
import { runCall } from "./call.ts";
import type { DeviceContext } from "./device-context.ts";
import type { PlanEntry, PlanMemory } from "./plan-store.ts";
import { recentMap } from "./recent-map.ts";

const formsKept = 256;

/** `device.evaluate` of a GPU device: programs of one form share one plan. */
export function eagerEvaluation(
  context: DeviceContext,
): <T>(tree: T, owner: ScopeOwner | undefined, site: Site) => Promise<T> {
  const { gpu, heap, plans, pressure } = context;
  const idOf = identifier();
  const memories = new Set<PlanMemory>();
  const forms = recentMap<PlanEntry>(
    formsKept,
    () => 1,
    ({ current }) => plans.retire(current === undefined ? [] : [current.memory]),
  );

  const compute = async (
    lazy: readonly AnyTensor[],
    owner: ScopeOwner | undefined,
    site: Site,
  ): Promise<readonly AnyTensor[]> => {
    if (lazy.length === 0) return [];
    // sub-programs with functions are known by identity only, so they are written out for the form to be found again
    const inlined = prepare(lazy, (op, params) => !holdsProgram(params) || op.expand === undefined || hasKernel(op));
    const structure = structureOf(inlined, idOf);
    const entry = forms.get(structure.key, () =>
      plans.entry(context.plan("evaluate", { ...structure.abstract(), donations: new Map() }), memories),
    );
    return plans.use(entry, async (loaded) => {
      const relief = pressure.relief();
      if (relief !== undefined) await relief;
      await gpu.settle(2);
      gpu.check("evaluate");
      owner?.check("evaluate");
      return runCall(loaded, structure.leaves, new Set(), context, owner, site);
    });
  };

  return async <T>(tree: T, owner: ScopeOwner | undefined, site: Site): Promise<T> => {
    gpu.check("evaluate");
    const tensors = flattenTree(tree);
    for (const tensor of tensors) if (tensor.node.op === undefined) heap.find(tensor, "evaluate");
    const lazy = tensors.filter((tensor) => tensor.node.op !== undefined);
    const computed = await compute(lazy, owner, site); // one for each place in the tree, as a compiled program gives them
    let next = 0;
    const results = tensors.map((tensor) => {
      if (tensor.node.op !== undefined) return computed[next++]!;
      return heap.find(tensor, "evaluate") === undefined ? heap.upload(tensor, tensor, owner) : tensor;
    });
    return unflattenTree(tree, results) as T;
  };
}
