import { alignOffset, layOut } from "../../src/kernels/adapter/alignment.ts";
import { classOf } from "../../src/kernels/adapter/tuning.ts";
import { foldWorkgroups } from "../../src/kernels/adapter/workgroups.ts";
import { hasKernel } from "../../src/kernels/families/family-step.ts";
import { lower } from "../../src/kernels/families/index.ts";
import { variantName, variantsFor } from "../../src/kernels/families/variants.ts";
import type { BoundRef, BufferRef } from "../../src/kernels/graph/buffer-ref.ts";
import { basesOf } from "../../src/kernels/graph/buffer-ref.ts";
import { identifier } from "../../src/kernels/graph/identifier.ts";
import { roleOf } from "../../src/kernels/graph/role.ts";
import { structureOf } from "../../src/kernels/graph/structure.ts";
import { openDevice } from "../../src/kernels/index.ts";
import { absorbEpilogues } from "../../src/kernels/passes/epilogues.ts";
import type { Kernel } from "../../src/kernels/passes/group.ts";
import { groupKernels } from "../../src/kernels/passes/group.ts";
import { prepare } from "../../src/kernels/passes/prepare.ts";
import { cut } from "../../src/kernels/passes/regions.ts";
import { makePlan } from "../../src/kernels/plan/make-plan.ts";
import type { PlannedStep } from "../../src/kernels/plan/planned-step.ts";
import { wgsl } from "../../src/kernels/wgsl/wgsl.generated.ts";
import { topologicalOrder } from "../../src/tensor/graph.ts";
import { listProgram } from "../../src/tensor/list-program.ts";
import { add, matmul, mul, relu, sum } from "../../src/tensor/ops/index.ts";
import type { AnyTensor, Node } from "../../src/tensor/tensor.ts";
import { formatType, outputOf, tensor } from "../../src/tensor/tensor.ts";
import { input, planLimits, softwareAdapter } from "./plans.ts";
import { recordingDevice } from "./recording-device.ts";

// The small program of docs/how-a-program-runs.md and of the READMEs in src/kernels, and the text that each stage makes of it.

const limits = planLimits();

const gain = 1;

/** One layer and the sum of its outputs: x f32[64,8], w f32[8,2], b f32[2]. */
function layer(x: AnyTensor, w: AnyTensor, b: AnyTensor): { h: AnyTensor; total: AnyTensor } {
  const h = relu(add(mul(matmul(x, w), gain), b));
  return { h, total: sum(h) };
}

const withoutSites = (text: string): string => text.replaceAll(/ {2}at .*$/gm, "");
const blocks = (value: unknown): string =>
  JSON.stringify(value, null, 2)
    .replaceAll(/\{\s+"kind": ("\w+"),\s+"index": (\d+)\s+\}/g, "{ kind: $1, index: $2 }")
    .replaceAll(/\[\s+([\d,\s]+?)\s+\]/g, (_, list: string) => `[${list.split(/,\s*/).join(", ")}]`);

/** The text of every stage, by the name that documents give it. */
export async function stages(): Promise<ReadonlyMap<string, string>> {
  const { h, total } = layer(input(64, 8), input(8, 2), input(2));
  const outputs = [h, total];
  const prepared = prepare(outputs, hasKernel);
  const order = topologicalOrder(prepared);
  const name = (node: Node): string => `%${order.indexOf(node)}`;
  const region = cut(prepared, limits.maxBindings);
  const grouped = groupKernels(region, limits.maxBindings);
  const kernelText = (kernel: Kernel): string => {
    const roots = kernel.roots.map((root) => `${name(root)} ${root.op!.name}`).join(", ");
    return `${kernel.kind} kernel: computes ${roots}; reads ${[...kernel.reads].map(name).join(", ")}`;
  };
  const before = grouped.map(kernelText);
  const after = absorbEpilogues(grouped, region, limits).map(kernelText);
  const plan = makePlan({ outputs, donations: new Map() }, limits);
  const planned = topologicalOrder(plan.results.map(({ tensor }) => tensor)); // copies of `order`'s nodes
  const refText = (ref: BufferRef): string =>
    ref.kind === "value" ? `%${planned.indexOf(ref.tensor.node)}` : `${ref.kind} ${formatType(ref.type)}`;
  const basesText = (ref: BoundRef): string =>
    basesOf(ref)
      .map(({ base }) => refText(base))
      .join("|");
  const stepText = (step: PlannedStep, i: number): string => {
    const bound = step.buffers.map(({ ref, access }) => `${access} ${basesText(ref)}`).join(", ");
    return `${i}  ${step.name}\n   ${step.file}, workgroups ${step.workgroups.join(" × ")}, ${bound}\n   ${step.cost.flops} operations, ${step.cost.bytes} bytes`;
  };
  const keys = new Map<string, string>();
  for (const { buffers } of plan.steps)
    for (const { base } of buffers.flatMap(({ ref }) => basesOf(ref))) keys.set(plan.keyOf(base), refText(base));
  const memory = plan.memory.slots.flatMap(({ bytes, values }, slot) => [
    `slot ${slot}, ${bytes} bytes`,
    ...values.map(
      ({ key, bytes: own, offset, from, to }) =>
        `  ${keys.get(key)}: ${own} bytes at ${offset}, steps ${from} to ${to}`,
    ),
  ]);
  const product = order.find((node) => node.op?.name === "matmul")!;
  const call = {
    inputs: product.inputs,
    outputs: product.outputs,
    params: product.params,
    adapter: softwareAdapter,
  };
  const shape = { count: 1, rows: 64, depth: 8, columns: 2 };
  const discrete = { ...softwareAdapter, adapterClass: "discrete", subgroupSize: null } as const;
  const [first, second] = await webgpuCalls();
  return new Map([
    ["graph", withoutSites(listProgram(outputs))],
    ["structure", structureOf(outputs, identifier()).key.replaceAll(";", ";\n")],
    ["prepared", withoutSites(listProgram(prepared))],
    [
      "roles",
      order
        .map((node) => {
          const stored = region.isMaterialised(outputOf(node, 0)) ? "in a buffer" : "computed by its readers";
          return `${name(node)} ${node.op?.name ?? node.source!.kind}: ${roleOf(node)}, ${stored}`;
        })
        .join("\n"),
    ],
    [
      "kernels",
      ["grouped:", ...before.map((line) => `  ${line}`), "after epilogues:", ...after.map((line) => `  ${line}`)].join(
        "\n",
      ),
    ],
    ["lowering", blocks(lower("matmul", call).dispatches[0])],
    [
      "variants",
      ["software", "discrete"]
        .map((kind) => {
          const variants = variantsFor("matmul", shape, kind === "software" ? softwareAdapter : discrete);
          return `${kind}: ${variants.slice(0, 3).map(variantName).join(", ")}, …`;
        })
        .join("\n"),
    ],
    ["steps", plan.steps.map(stepText).join("\n")],
    ["memory", memory.join("\n")],
    ["wgsl-file", wgsl["matmul-narrow"].trimEnd()],
    ["wgsl-linked", appended(plan.steps[0]!)],
    ["wgsl-generated", appended(plan.steps[1]!)],
    ["first-call", first.join("\n")],
    ["second-call", second.join("\n")],
    [
      "adapter",
      [
        `foldWorkgroups(100000, adapter) → [${foldWorkgroups(100000, softwareAdapter)}]`,
        `alignOffset(300) → ${alignOffset(300)}`,
        `layOut([4, 300, 8]) → ${JSON.stringify(layOut([4, 300, 8]))}`,
      ].join("\n"),
    ],
    [
      "tuning-class",
      [
        `classOf("matmul", { count: 1, rows: 500, depth: 120, columns: 64 }) → "${classOf("matmul", { count: 1, rows: 500, depth: 120, columns: 64 })}"`,
        `classOf("matmul", { count: 1, rows: 600, depth: 100, columns: 61 }) → "${classOf("matmul", { count: 1, rows: 600, depth: 100, columns: 61 })}"`,
      ].join("\n"),
    ],
  ]);
}

/** What follows the kernel file in a step's WGSL. */
function appended(step: PlannedStep): string {
  const file = Object.values(wgsl).find((text) => step.code.includes(text.trimEnd()) && text.includes("@compute"))!;
  return step.code.slice(step.code.indexOf(file.trimEnd()) + file.trimEnd().length).trim();
}

/** What a first and a second call ask of WebGPU. */
async function webgpuCalls(): Promise<[string[], string[]]> {
  const recording = recordingDevice();
  const device = await openDevice({ device: recording.device });
  const program = device.compile(layer);
  const args = [[64, 8], [8, 2], [2]].map((shape) =>
    tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape }),
  ) as [AnyTensor, AnyTensor, AnyTensor];
  recording.take();
  await program(...args);
  const first = recording.take();
  await program(...args);
  return [first, recording.take()];
}
