import { formCache } from "./argument-form.ts";
import type { CollectionPressure } from "./collection.ts";
import type { CompileOptions, MemoryReport, MemorySlot, Program, SlotValue } from "./device.ts";
import type { OwnedCall, OwnerOf } from "./device-handle.ts";
import type { NumericArray } from "./dtype.ts";
import { deviceBytes, isFloat } from "./dtype.ts";
import { ConfigError, DeviceError } from "./errors.ts";
import { flopsOnce } from "./flops.ts";
import { topologicalOrder } from "./graph.ts";
import { listProgram } from "./list-program.ts";
import type { Timed } from "./profile-report.ts";
import { profileReport } from "./profile-report.ts";
import type { Values } from "./reference.ts";
import { computeValues, valueOf } from "./reference.ts";
import type { ReferenceHeap } from "./reference-heap.ts";
import type { ScopeOwner } from "./scope.ts";
import { sizeOf } from "./shape.ts";
import type { Site } from "./site.ts";
import { captureSite, formatSite } from "./site.ts";
import type { AnyTensor, Node } from "./tensor.ts";
import { formatType, outputOf } from "./tensor.ts";
import type { Traced } from "./trace.ts";
import { trace } from "./trace.ts";
import { refuseWhileTracing } from "./tracing.ts";
import { flattenTree, mapTree } from "./tree.ts";

/** What programs of one reference device share. */
export interface ReferenceContext {
  readonly heap: ReferenceHeap;
  readonly pressure: CollectionPressure;
  /** The calls of its programs. */
  readonly calls: WeakMap<object, OwnedCall>;
}

type Observer = (node: Node, outputs: readonly NumericArray[]) => void;

/** A program with the leaves that live outside it: tensors that a closure captured. */
interface TracedProgram extends Traced {
  readonly roots: readonly AnyTensor[];
  readonly captured: readonly AnyTensor[];
  /** Of one run. */
  flops(): number;
}

export function withRoots(traced: Traced): TracedProgram {
  const roots = flattenTree(traced.result);
  const captured = topologicalOrder(roots).flatMap((node) =>
    node.source?.kind === "device" ? [outputOf(node, 0)] : [],
  );
  return { ...traced, roots, captured, flops: flopsOnce(roots) };
}

/** Runs a program once, on leaves for its inputs. */
export function computeProgram(
  program: TracedProgram,
  args: readonly AnyTensor[],
  heap: ReferenceHeap,
  name: string,
  computed?: Observer,
): Values {
  const known = new Map<Node, readonly NumericArray[]>();
  program.inputs.forEach((input, i) => known.set(input.node, [heap.valuesOf(args[i]!, name)]));
  for (const tensor of program.captured) known.set(tensor.node, [heap.valuesOf(tensor, name)]);
  return computeValues(program.roots, "f32", known, computed);
}

/** `device.compile` of the reference device: traces once per signature, then walks the graph on every call. */
export function referenceProgram<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options: CompileOptions,
  context: ReferenceContext,
  ownerOf: OwnerOf,
): Program<A, R> {
  const { heap, pressure, calls } = context;
  const name = fn.name === "" ? "program" : fn.name;
  const programs = formCache<TracedProgram>();
  let last: TracedProgram | undefined;

  const call = async (
    args: A,
    owner: ScopeOwner | undefined,
    site: Site,
    observe: Observer | undefined = options.checkFinite === true ? checkFinite : undefined,
  ): Promise<R> => {
    const relief = pressure.relief();
    if (relief !== undefined) await relief;
    heap.check(name);
    const { leaves, value: program } = programs.get(args, () =>
      withRoots(trace(fn as (...args: never[]) => unknown, args)),
    );
    last = program;
    const values = computeProgram(program, leaves, heap, name, observe);
    const result = mapTree(program.result, (tensor) => heap.hold(tensor, valueOf(values, tensor), owner));
    for (const index of options.donate ?? []) {
      if (index < 0 || index >= args.length) {
        throw new ConfigError(`${name}: donate names argument ${index} of ${args.length}`, [], site);
      }
      for (const tensor of flattenTree(args[index])) {
        heap.find(tensor, name)?.release({ what: `donated to ${name}`, site });
      }
    }
    return result as R;
  };

  const ran = (): TracedProgram => {
    if (last === undefined) throw new DeviceError(`${name}: not run yet`, ["call the program first"]);
    return last;
  };
  const start = async (args: A, site: Site): Promise<R> => call(args, ownerOf(name), site);
  const program = (...args: A): Promise<R> => {
    refuseWhileTracing(name);
    return start(args, captureSite());
  };
  calls.set(program, call as OwnedCall);
  return Object.assign(program, {
    memory: () => memoryOf(ran()),
    flops: () => ran().flops(),
    profile: async (...args: A) => {
      const site = captureSite();
      const owner = ownerOf(name);
      const timed: Timed[] = [];
      let before = performance.now();
      await call(args, owner, site, (node) => {
        const now = performance.now();
        const touched = new Set([node, ...node.inputs.map((input) => input.node)]);
        const bytes = [...touched].reduce((total, each) => total + bytesOf(each), 0);
        timed.push({ name: node.op?.name ?? "leaf", ms: now - before, flops: 0, bytes });
        before = performance.now();
      });
      return profileReport(timed, null);
    },
    dump: () => listProgram(ran().roots),
  }) as Program<A, R>;
}

const checkFinite: Observer = (node, outputs) => {
  node.outputs.forEach((type, index) => {
    if (!isFloat(type.dtype)) return;
    const at = outputs[index]!.findIndex((value: number) => !Number.isFinite(value));
    if (at < 0) return;
    const what = node.op?.name ?? "a constant";
    throw new DeviceError(
      `checkFinite: ${what} made ${outputs[index]![at]} at element ${at} of ${formatType(type)}`,
      node.inputs.map((input, i) => `input ${i}: ${formatType(input)} from ${input.node.op?.name ?? "a leaf"}`),
      node.site,
    );
  });
};

const bytesOf = (node: Node): number =>
  node.outputs.reduce((total, type) => total + deviceBytes(type.dtype, sizeOf(type.shape)), 0);

/** What the walk holds: a value lives from its op to its last user, and nothing is reused. */
function memoryOf(program: TracedProgram): MemoryReport {
  const order = topologicalOrder(program.roots).filter((node) => node.op !== undefined);
  const last = new Map<Node, number>();
  order.forEach((node, at) => {
    for (const input of [node, ...node.inputs.map((tensor) => tensor.node)]) last.set(input, at);
  });
  for (const root of program.roots) last.set(root.node, order.length);
  const slots = order.map((node, from): MemorySlot => {
    const type = node.outputs.map(formatType).join(", ");
    const line = (node.site && formatSite(node.site)) ?? null;
    const bytes = bytesOf(node);
    return { bytes, values: [{ what: node.op!.name, type, bytes, offset: 0, from, to: last.get(node)!, line }] };
  });
  const values = slots.flatMap((slot) => slot.values);
  const sum = (entries: readonly SlotValue[]): number => entries.reduce((total, { bytes }) => total + bytes, 0);
  const liveBytes = Math.max(0, ...order.map((_, at) => sum(values.filter(({ from, to }) => from <= at && at <= to))));
  return { peakBytes: liveBytes, liveBytes, naiveBytes: sum(values), slots };
}
