import type { KernelRule, Op } from "../../tensor/op.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { outputOf } from "../../tensor/tensor.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import { bytesMoved } from "../codegen/cost.ts";
import type { Epilogue } from "../codegen/epilogue.ts";
import { epilogueHooks } from "../codegen/epilogue.ts";
import { sizeTable } from "../codegen/size-table.ts";
import { sizesAreData, sizesData, sizesText } from "../codegen/sizes.ts";
import type { Step } from "../codegen/step.ts";
import type { BoundBuffer, BufferRef } from "../graph/buffer-ref.ts";
import { isSameBuffer, refType } from "../graph/buffer-ref.ts";
import { resolve } from "../graph/resolve.ts";
import type { DispatchOperand, DispatchSpec } from "./family.ts";
import { isFamily, lower, takesEpilogue } from "./index.ts";
import { link, storeWidth } from "./link.ts";

/** A rule of one node, which no sub-program runs for. */
type OwnKernel = Exclude<KernelRule<unknown>, { readonly loop: unknown }>;

/** True for ops that run as a kernel of their own, by family or by the user's source. */
export function hasKernel(op: { readonly kernel?: Op["kernel"] }): boolean {
  const rule = op.kernel;
  if (rule === undefined) return false;
  return !("family" in rule) || rule.combine !== undefined || isFamily(rule.family);
}

/** True for nodes whose kernel can go on computing with its result before it is stored. */
export function mayHaveEpilogue(node: Node): boolean {
  const rule = (node.op as unknown as Op).kernel;
  return rule !== undefined && "family" in rule && takesEpilogue(rule.family);
}

/**
 * Buffers that a node of a family binds beside its results where these are stored. They may be more than its inputs: mean and variance
 * are merged from two scratch buffers.
 */
export function buffersBesideResults(node: Node, adapter: AdapterFacts): number {
  const { family } = (node.op as unknown as Op).kernel as { readonly family: string };
  const { dispatches } = lower(family, { inputs: node.inputs, outputs: node.outputs, params: node.params, adapter });
  const isOutput = ({ kind }: DispatchOperand): boolean => kind === "output";
  const counts = dispatches.map(({ reads, writes }) => {
    const written = Object.values(writes);
    if (!written.some(isOutput)) return 0;
    return Object.keys(reads).length + written.filter((operand) => !isOutput(operand)).length;
  });
  return Math.max(0, ...counts);
}

/** The dispatches of one node that is not elementwise. */
export function familySteps(node: Node, adapter: AdapterFacts, epilogue: Epilogue | null): Step[] {
  const op = node.op as unknown as Op;
  const rule = op.kernel as OwnKernel;
  const inputs = node.inputs.map(resolve);
  const outputs = node.outputs.map((_, index) => outputOf(node, index));
  if (!("family" in rule)) return sourceSteps(node, rule, inputs, outputs, adapter);
  const lowering = lower(rule.family, { inputs: node.inputs, outputs: node.outputs, params: node.params, adapter });
  const scratches = lowering.scratch.map((type): BufferRef => ({ kind: "scratch", type, id: {} }));
  const refOf = ({ kind, index }: DispatchOperand): BufferRef => {
    if (kind === "scratch") return scratches[index]!;
    return { kind: "value", tensor: kind === "input" ? inputs[index]! : outputs[index]! };
  };
  return lowering.dispatches.map((dispatch) => linkDispatch(op.name, dispatch, refOf, adapter, epilogue));
}

/** The kernel that an op's record brings along; none where there is nothing to write. */
function sourceSteps(
  node: Node,
  rule: Extract<KernelRule<unknown>, { readonly source: string }>,
  inputs: readonly AnyTensor[],
  outputs: readonly AnyTensor[],
  adapter: AdapterFacts,
): Step[] {
  if (node.outputs.every(({ shape }) => sizeOf(shape) === 0)) return [];
  const { inputs: types, params } = node;
  const bound = (tensor: AnyTensor, access: "read" | "write"): BoundBuffer => ({
    ref: { kind: "value", tensor },
    access,
  });
  const scratches = (rule.scratch?.(types, params) ?? []).map(
    (type): BoundBuffer => ({ ref: { kind: "scratch", type, id: {} }, access: "write" }),
  );
  const buffers = [
    ...inputs.map((tensor) => bound(tensor, "read")),
    ...outputs.map((tensor) => bound(tensor, "write")),
    ...scratches,
  ];
  const sizes = rule.sizes?.(types, params);
  const asData = sizesAreData(adapter);
  return [
    {
      name: node.op!.name,
      file: `${node.op!.name}.source`,
      code: sizes === undefined ? rule.source : `${rule.source}\n${sizesText(sizes, asData)}`,
      buffers,
      sizes: sizes !== undefined && asData ? sizesData(sizes) : null,
      workgroups: rule.workgroups(types, params),
      cost: { flops: 0, bytes: bytesMoved(buffers, () => Infinity) },
    },
  ];
}

function linkDispatch(
  name: string,
  dispatch: DispatchSpec,
  refOf: (operand: DispatchOperand) => BufferRef,
  adapter: AdapterFacts,
  epilogue: Epilogue | null,
): Step {
  const entries = [
    ...Object.entries(dispatch.reads).map(([key, operand]) => ({ key, ref: refOf(operand), access: "read" as const })),
    ...Object.entries(dispatch.writes).map(([key, operand]) => ({
      key,
      ref: refOf(operand),
      access: "write" as const,
    })),
  ];
  const isResult = ({ ref, access }: BoundBuffer): boolean =>
    access === "write" && ref.kind === "value" && epilogue !== null && ref.tensor.node === epilogue.results[0]!.node;
  const plain = entries.filter((entry) => !isResult(entry));
  const names = entries.filter(isResult).map(({ key }) => key);
  const { wholeQuads = false } = dispatch;
  const asData = sizesAreData(adapter);
  const table = sizeTable(asData);
  const hooked =
    names.length === 0
      ? null
      : epilogueHooks(epilogue!, names, storeWidth(dispatch.file, names[0]!, wholeQuads), plain.length, table);
  const sizes = { ...dispatch.sizes, ...table.fields() };
  const sized = Object.keys(sizes).length > 0;
  const code = link({
    file: dispatch.file,
    constants: dispatch.constants,
    ...(sized ? { sizes: { values: sizes, asData } } : {}),
    enables: dispatch.enables ?? [],
    operands: entries.map((entry) => {
      const type = refType(entry.ref);
      const operand = {
        name: entry.key,
        dtype: type.dtype,
        access: entry.access,
        size: sizeOf(type.shape),
        wholeQuads,
      };
      if (isResult(entry)) return { ...operand, binding: null, hook: hooked!.hooks[names.indexOf(entry.key)]! };
      return { ...operand, binding: plain.indexOf(entry) };
    }),
    declarations: hooked?.declarations ?? [],
  });
  const buffers = [...plain.map(({ ref, access }) => ({ ref, access })), ...(hooked?.buffers ?? [])];
  const partly = entries.filter(({ key }) => dispatch.elementsRead?.[key] !== undefined);
  const elementsRead = (ref: BufferRef): number => {
    const entry = partly.find((other) => isSameBuffer(other.ref, ref));
    return entry === undefined ? Infinity : dispatch.elementsRead![entry.key]!;
  };
  const fused = hooked === null ? "" : ` + ${epilogue!.roots.map(({ tensor }) => tensor.node.op!.name).join("+")}`;
  return {
    name: `${dispatch.file === name ? name : `${name} ${dispatch.file}`}${fused}`,
    file: `${dispatch.file}.wgsl`,
    code,
    buffers,
    sizes: sized && asData ? sizesData(sizes) : null,
    workgroups: dispatch.workgroups,
    cost: { flops: (dispatch.flops ?? 0) + (hooked?.flops ?? 0), bytes: bytesMoved(buffers, elementsRead) },
  };
}
