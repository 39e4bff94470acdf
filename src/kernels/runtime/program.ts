import { formCache } from "../../tensor/argument-form.ts";
import type { CompileOptions, Program } from "../../tensor/device.ts";
import { ConfigError, DeviceError } from "../../tensor/errors.ts";
import { topologicalOrder } from "../../tensor/graph.ts";
import { listProgram } from "../../tensor/list-program.ts";
import type { Site } from "../../tensor/site.ts";
import { captureSite } from "../../tensor/site.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { isTensor, outputOf } from "../../tensor/tensor.ts";
import { trace } from "../../tensor/trace.ts";
import { flattenTree, leavesOf, unflattenTree } from "../../tensor/tree.ts";
import { memoryReport } from "../plan/memory-report.ts";
import { bindArguments } from "./bind-arguments.ts";
import { callRanges, endDonated, runCall, takeDirect } from "./call.ts";
import { finiteFlags, reportNonFinite } from "./check-finite.ts";
import type { PlanBuffers } from "./plan-buffers.ts";
import { profileExecutable } from "./profile.ts";
import type { Loaded, Workshop } from "./workshop.ts";

/** A traced function and its plan. */
interface Compiled {
  readonly loaded: Loaded;
  readonly result: unknown;
  /** Tensors that the function captured: inputs beyond its arguments. */
  readonly captured: readonly AnyTensor[];
  /** Numbers of the inputs that are given away at each call. */
  readonly donated: ReadonlySet<number>;
  /** Nodes whose finiteness the last outputs tell; empty without `checkFinite`. */
  readonly checked: readonly AnyTensor[];
}

/** `device.compile` of a GPU device. */
export function gpuProgram<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options: CompileOptions,
  shop: Workshop,
): Program<A, R> {
  const name = fn.name === "" ? "program" : fn.name;
  const plans = formCache<Promise<Compiled>>();
  const owned: PlanBuffers[] = [];
  let last: Compiled | undefined;

  const compile = async (args: A, site: Site): Promise<Compiled> => {
    const traced = trace(fn as (...args: never[]) => unknown, args);
    const donated = donatedInputs(options.donate ?? [], args, traced.inputs, name, site);
    const roots = flattenTree(traced.result);
    const captured = topologicalOrder(roots).flatMap((node) =>
      node.source?.kind === "device" ? [outputOf(node, 0)] : [],
    );
    const checked = options.checkFinite === true ? finiteFlags(roots) : [];
    const loaded = await shop.load(name, {
      inputs: [...traced.inputs, ...captured],
      outputs: [...roots, ...checked.map(({ flag }) => flag)],
      donations: pairDonations(traced.result, donated),
    });
    owned.push(loaded.buffers);
    return {
      loaded,
      result: traced.result,
      captured,
      donated: new Set(donated.map(({ number }) => number)),
      checked: checked.map(({ of }) => of),
    };
  };

  /** The plan of these arguments' form, and the leaves to call it with. */
  const prepare = async (args: A, site: Site): Promise<{ compiled: Compiled; leaves: readonly AnyTensor[] }> => {
    shop.heap.checkOpen(name);
    shop.gpu.check(name);
    const { leaves, value: plan } = plans.get(args, () => {
      const compiling = compile(args, site);
      compiling.catch(() => plans.forget(compiling));
      return compiling;
    });
    last = await plan;
    return { compiled: last, leaves: last.captured.length === 0 ? leaves : [...leaves, ...last.captured] };
  };

  const call = async (...args: A): Promise<R> => {
    const site = captureSite();
    const { compiled, leaves } = await prepare(args, site);
    const { loaded, result, donated, checked } = compiled;
    await shop.gpu.settle(2);
    shop.gpu.check(name);
    refuseSharedDonations(leaves, donated, name, site);
    const outputs = runCall(loaded, leaves, donated, shop, site);
    const results = outputs.length - checked.length;
    if (checked.length > 0) await reportNonFinite(checked, outputs.slice(results));
    return unflattenTree(result, outputs) as R;
  };
  const ran = (): Compiled => {
    if (last === undefined) throw new DeviceError(`${name}: not run yet`, ["call the program first"]);
    return last;
  };
  shop.unloadWith(call, owned);
  return Object.assign(call, {
    memory: () => memoryReport(ran().loaded.plan),
    profile: async (...args: A) => {
      const site = captureSite();
      const limits = await shop.limits();
      const { compiled, leaves } = await prepare(args, site);
      const { loaded, donated } = compiled;
      const encoder = shop.gpu.device.createCommandEncoder({ label: name });
      const bound = bindArguments(loaded, leaves, shop, encoder);
      shop.gpu.submit(encoder.finish());
      for (const storage of bound.left) storage.release(`donated to ${name}`, site);
      const direct = takeDirect(loaded, shop.pool);
      try {
        return await profileExecutable(loaded, callRanges(bound, direct), shop.gpu, limits);
      } finally {
        for (const pooled of direct) shop.pool.release(pooled);
        endDonated(bound, donated, new Set(), name, site);
      }
    },
    dump: () => {
      const { plan } = ran().loaded;
      const kernels = plan.steps.map((step, i) => `// ${i} ${step.name} [${step.workgroups}]\n${step.code}`);
      return [listProgram(plan.results.map(({ tensor }) => tensor)), ...kernels].join("\n\n");
    },
  });
}

interface Donated {
  readonly input: AnyTensor;
  readonly number: number;
  /** Path inside its argument. */
  readonly path: string;
}

function donatedInputs(
  donate: readonly number[],
  args: readonly unknown[],
  inputs: readonly AnyTensor[],
  name: string,
  site: Site,
): Donated[] {
  let next = 0;
  const donated: Donated[] = [];
  for (const index of donate) {
    if (index < 0 || index >= args.length) {
      throw new ConfigError(`${name}: donate names argument ${index} of ${args.length}`, [], site);
    }
  }
  args.forEach((arg, index) => {
    for (const { path, value } of leavesOf(arg)) {
      if (!isTensor(value) && typeof value !== "number") continue;
      const number = next++;
      if (donate.includes(index) && isTensor(value)) donated.push({ input: inputs[number]!, number, path });
    }
  });
  return donated;
}

/** Outputs that end in a donated leaf's path, and have its type, take its buffer: `state.params.w` over `params.w`. */
function pairDonations(result: unknown, donated: readonly Donated[]): Map<number, AnyTensor> {
  const pairs = new Map<number, AnyTensor>();
  const used = new Set<AnyTensor>();
  let output = 0;
  for (const { path, value } of leavesOf(result)) {
    if (!isTensor(value)) continue;
    const match = donated.find(
      ({ input, path: end }) =>
        !used.has(input) &&
        (path === end || path.endsWith(`.${end}`)) &&
        input.dtype === value.dtype &&
        input.shape.join() === value.shape.join(),
    );
    if (match !== undefined) {
      pairs.set(output, match.input);
      used.add(match.input);
    }
    output++;
  }
  return pairs;
}

/** A donated buffer that another argument also reads would be written while it is read. */
function refuseSharedDonations(
  leaves: readonly AnyTensor[],
  donated: ReadonlySet<number>,
  name: string,
  site: Site,
): void {
  if (donated.size === 0) return;
  const given = new Set<object>();
  const refuseSecond = (number: number): void => {
    const source = leaves[number]!.node.source;
    if (source?.kind !== "device") return;
    if (given.has(source.storage)) {
      throw new DeviceError(
        `${name}: a tensor is donated and passed a second time`,
        ["pass a copy, or do not donate it"],
        site,
      );
    }
    if (donated.has(number)) given.add(source.storage);
  };
  for (const number of donated) refuseSecond(number);
  for (const number of leaves.keys()) if (!donated.has(number)) refuseSecond(number);
}
