import { formCache } from "../../tensor/argument-form.ts";
import type { CompileOptions, Program } from "../../tensor/device.ts";
import type { OwnedCall, OwnerOf } from "../../tensor/device-handle.ts";
import { ConfigError, DeviceError } from "../../tensor/errors.ts";
import { flopsOnce } from "../../tensor/flops.ts";
import { topologicalOrder } from "../../tensor/graph.ts";
import { listProgram } from "../../tensor/list-program.ts";
import type { ScopeOwner } from "../../tensor/scope.ts";
import type { Site } from "../../tensor/site.ts";
import { captureSite } from "../../tensor/site.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { isTensor, outputOf } from "../../tensor/tensor.ts";
import { trace } from "../../tensor/trace.ts";
import { refuseWhileTracing } from "../../tensor/tracing.ts";
import { flattenTree, leavesOf, unflattenTree } from "../../tensor/tree.ts";
import { memoryReport } from "../plan/memory-report.ts";
import { bindArguments } from "./bind-arguments.ts";
import { callRanges, endDonated, runCall, takeDirect } from "./call.ts";
import { finiteFlags, reportNonFinite } from "./check-finite.ts";
import type { DeviceContext } from "./device-context.ts";
import type { PlanEntry, PlanMemory } from "./plan-store.ts";
import { profileExecutable } from "./profile.ts";

/** A traced function and its plan. */
interface Compiled {
  readonly entry: PlanEntry;
  readonly result: unknown;
  /** Tensors that the function captured: inputs beyond its arguments. */
  readonly captured: readonly AnyTensor[];
  /** Numbers of the inputs that are given away at each call. */
  readonly donated: ReadonlySet<number>;
  /** Nodes whose finiteness the last outputs tell; empty without `checkFinite`. */
  readonly checked: readonly AnyTensor[];
  /** Of one call. */
  flops(): number;
}

/** `device.compile` of a GPU device. */
export function gpuProgram<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options: CompileOptions,
  context: DeviceContext,
  ownerOf: OwnerOf,
): Program<A, R> {
  const name = fn.name === "" ? "program" : fn.name;
  const { gpu, pool, plans, pressure } = context;
  const forms = formCache<Compiled>(({ entry }) =>
    plans.retire(entry.current === undefined ? [] : [entry.current.memory]),
  );
  const memories = new Set<PlanMemory>();
  let last: Compiled | undefined;

  const compile = (args: A, site: Site): Compiled => {
    const traced = trace(fn as (...args: never[]) => unknown, args);
    const donated = donatedInputs(options.donate ?? [], args, traced.inputs, name, site);
    const roots = flattenTree(traced.result);
    const captured = topologicalOrder(roots).flatMap((node) =>
      node.source?.kind === "device" ? [outputOf(node, 0)] : [],
    );
    const checked = options.checkFinite === true ? finiteFlags(roots) : [];
    const planned = context.plan(name, {
      inputs: [...traced.inputs, ...captured],
      outputs: [...roots, ...checked.map(({ flag }) => flag)],
      donations: pairDonations(traced.result, donated),
    });
    return {
      entry: plans.entry(planned, memories),
      result: traced.result,
      captured,
      donated: new Set(donated.map(({ number }) => number)),
      checked: checked.map(({ of }) => of),
      flops: flopsOnce(roots),
    };
  };

  /** The plan of these arguments' form, and the leaves to call it with. */
  const prepare = (args: A, site: Site): { compiled: Compiled; leaves: readonly AnyTensor[] } => {
    gpu.check(name);
    const { leaves, value } = forms.get(args, () => compile(args, site));
    last = value;
    return { compiled: value, leaves: value.captured.length === 0 ? leaves : [...leaves, ...value.captured] };
  };

  const callFor = async (args: A, owner: ScopeOwner | undefined, site: Site): Promise<R> => {
    const { compiled, leaves } = prepare(args, site);
    const { entry, result, donated, checked } = compiled;
    const outputs = await plans.use(entry, async (loaded) => {
      const relief = pressure.relief();
      if (relief !== undefined) await relief;
      await gpu.settle(2);
      gpu.check(name);
      owner?.check(name);
      refuseSharedDonations(leaves, donated, name, site);
      return runCall(loaded, leaves, donated, context, owner, site);
    });
    const results = outputs.length - checked.length;
    if (checked.length > 0) await reportNonFinite(checked, outputs.slice(results));
    return unflattenTree(result, outputs.slice(0, results)) as R;
  };
  const start = async (args: A, site: Site): Promise<R> => callFor(args, ownerOf(name), site);
  const call = (...args: A): Promise<R> => {
    refuseWhileTracing(name);
    return start(args, captureSite());
  };
  const ran = (): Compiled => {
    if (last === undefined) throw new DeviceError(`${name}: not run yet`, ["call the program first"]);
    return last;
  };
  context.calls.set(call, callFor as OwnedCall);
  context.retireWith(call, memories);
  return Object.assign(call, {
    memory: () => memoryReport(ran().entry.planned.plan),
    flops: () => ran().flops(),
    profile: async (...args: A) => {
      const site = captureSite();
      ownerOf(name);
      const limits = await context.limits();
      const { compiled, leaves } = prepare(args, site);
      return plans.use(compiled.entry, async (loaded) => {
        gpu.check(name);
        refuseSharedDonations(leaves, compiled.donated, name, site);
        const encoder = gpu.device.createCommandEncoder({ label: name });
        const bound = bindArguments(loaded, leaves, context, encoder);
        gpu.submit(encoder.finish());
        // several submits follow: the arguments' buffers stay as they are, though their tensors may go
        const pinned = bound.storages.flatMap((storage) => (storage === undefined ? [] : [storage.pooled]));
        for (const pooled of pinned) pooled.users++;
        for (const storage of bound.left) storage.release({ what: `donated to ${name}`, site });
        endDonated(bound, compiled.donated, new Set(), name, site);
        const direct = takeDirect(loaded, pool);
        try {
          return await profileExecutable(loaded, callRanges(bound, direct), gpu, limits);
        } finally {
          for (const pooled of [...pinned, ...direct]) pool.release(pooled);
        }
      });
    },
    dump: () => {
      const { plan } = ran().entry.planned;
      const kernels = plan.steps.map(({ name: kernel, workgroups, loops, every, code }, i) => {
        const times = [...loops.map(({ length }) => ` × ${length}`), ...(every === 1 ? [] : [` ÷ ${every}`])].join("");
        return `// ${i} ${kernel} [${workgroups}]${times}\n${code}`;
      });
      return [listProgram(plan.results.map(({ tensor }) => tensor)), ...kernels].join("\n\n");
    },
  }) as Program<A, R>;
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
