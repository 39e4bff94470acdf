import type { AdapterFacts } from "../../../src/kernels/adapter/facts.ts";
import { sizesAreData, sizesBinding, sizesData } from "../../../src/kernels/codegen/sizes.ts";
import type { DispatchOperand, DispatchSpec, Lowering } from "../../../src/kernels/families/family.ts";
import { lower } from "../../../src/kernels/families/index.ts";
import { link } from "../../../src/kernels/families/link.ts";
import type { NumericArray } from "../../../src/tensor/dtype.ts";
import { allocate, deviceBytes, elementsPerWord } from "../../../src/tensor/dtype.ts";
import type { AnyOp } from "../../../src/tensor/op.ts";
import { sizeOf } from "../../../src/tensor/shape.ts";
import type { TensorType } from "../../../src/tensor/tensor.ts";
import { adapter } from "../../support/gpu.ts";

/** One device for a test file, and the poison that stands in every buffer before a kernel writes it. */
const poison = 0x7fc0dead;
const canaryWords = 4;

export async function openDevice(): Promise<GPUDevice> {
  const features = (["subgroups", "shader-f16"] as GPUFeatureName[]).filter((name) => adapter!.features.has(name));
  return adapter!.requestDevice({ requiredFeatures: features });
}

/** Adapters that the variant rules tell apart: this machine's own subgroups, none, and a pretended large card. */
export function adapterVariants(): Readonly<Record<string, AdapterFacts>> {
  const limits = {
    maxComputeWorkgroupsPerDimension: 65535,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupStorageSize: 16384,
  };
  const size = adapter!.features.has("subgroups")
    ? (adapter!.info as { subgroupMinSize: number }).subgroupMinSize
    : null;
  const portable: AdapterFacts = { adapterClass: "integrated", subgroupSize: null, limits };
  const folded = { ...portable, limits: { ...limits, maxComputeWorkgroupsPerDimension: 3 } };
  const discrete: AdapterFacts = { adapterClass: "discrete", subgroupSize: null, limits };
  return size === null
    ? { portable, folded, discrete }
    : { subgroups: { adapterClass: "software", subgroupSize: size, limits }, portable, folded, discrete };
}

/** {@link adapterVariants} without the card, whose tiles variants.test.ts forces: each compiles for a second. */
export function productAdapters(): Readonly<Record<string, AdapterFacts>> {
  const { discrete: _, ...others } = adapterVariants();
  return others;
}

/** A dispatch's module with plain buffer access on every operand. */
export function linkPlain(
  spec: DispatchSpec,
  typeOf: (operand: DispatchOperand) => TensorType,
  adapter: AdapterFacts,
): string {
  const operands = [...Object.entries(spec.reads), ...Object.entries(spec.writes)].map(([name, operand], binding) => {
    const { dtype, shape } = typeOf(operand);
    const access = name in spec.writes ? ("write" as const) : ("read" as const);
    return { name, dtype, access, size: sizeOf(shape), binding, wholeQuads: spec.wholeQuads ?? false };
  });
  return link({
    file: spec.file,
    constants: spec.constants,
    ...(spec.sizes === undefined ? {} : { sizes: { values: spec.sizes, asData: sizesAreData(adapter) } }),
    enables: spec.enables ?? [],
    operands,
    declarations: [],
  });
}

export interface FamilyRun {
  readonly inputs: readonly TensorType[];
  readonly outputs: readonly TensorType[];
  readonly params: unknown;
  readonly data: readonly NumericArray[];
}

export function typeOfOperand(call: FamilyRun, lowering: Lowering): (operand: DispatchOperand) => TensorType {
  return ({ kind, index }) =>
    (kind === "input" ? call.inputs : kind === "output" ? call.outputs : lowering.scratch)[index]!;
}

/** Runs a family's dispatches on poisoned buffers and returns the outputs. Throws where a canary behind a buffer's end changed. */
export async function runFamily(
  device: GPUDevice,
  op: Pick<AnyOp, "kernel">,
  call: FamilyRun,
  facts: AdapterFacts,
): Promise<NumericArray[]> {
  const rule = op.kernel as { family: string };
  const lowering = lower(rule.family, { ...call, adapter: facts });
  const typeOf = typeOfOperand(call, lowering);
  const buffers = new Map<string, GPUBuffer>();
  const bufferOf = (operand: DispatchOperand): GPUBuffer => buffers.get(`${operand.kind}${operand.index}`)!;
  const make = (operand: DispatchOperand, data?: NumericArray): void => {
    const { dtype, shape } = typeOf(operand);
    const bytes = deviceBytes(dtype, sizeOf(shape));
    const words = new Uint32Array(bytes / 4 + canaryWords).fill(poison);
    if (data !== undefined) packInto(words, data, dtype);
    const buffer = device.createBuffer({ size: words.byteLength, usage: 128 | 4 | 8 });
    device.queue.writeBuffer(buffer, 0, words);
    buffers.set(`${operand.kind}${operand.index}`, buffer);
  };
  call.inputs.forEach((_, index) => make({ kind: "input", index }, call.data[index]!));
  call.outputs.forEach((_, index) => make({ kind: "output", index }));
  lowering.scratch.forEach((_, index) => make({ kind: "scratch", index }));

  const encoder = device.createCommandEncoder();
  device.pushErrorScope("validation");
  for (const spec of lowering.dispatches) {
    const code = linkPlain(spec, typeOf, facts);
    const module = device.createShaderModule({ code });
    const messages = (await module.getCompilationInfo()).messages;
    if (messages.length > 0) {
      throw new Error(`${spec.file}.wgsl:${messages[0]!.lineNum}: ${messages[0]!.message}`);
    }
    const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
    const operands = [...Object.values(spec.reads), ...Object.values(spec.writes)];
    const entries: GPUBindGroupEntry[] = operands.map((operand, binding) => {
      const { dtype, shape } = typeOf(operand);
      return { binding, resource: { buffer: bufferOf(operand), size: Math.max(bindingBytes(dtype, shape), 4) } };
    });
    if (spec.sizes !== undefined && sizesAreData(facts)) {
      const words = sizesData(spec.sizes);
      const buffer = device.createBuffer({ size: words.byteLength, usage: 64 | 8 });
      device.queue.writeBuffer(buffer, 0, words);
      entries.push({ binding: sizesBinding, resource: { buffer } });
    }
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(...spec.workgroups);
    pass.end();
  }
  device.queue.submit([encoder.finish()]);
  const error = await settle(device.popErrorScope());
  if (error !== null) throw new Error(error.message);
  const results: NumericArray[] = [];
  for (const [index, type] of call.outputs.entries()) {
    const words = await readWords(device, bufferOf({ kind: "output", index }));
    const canary = words.subarray(words.length - canaryWords);
    if (canary.some((word) => word !== poison)) throw new Error(`output ${index}: written behind its end`);
    results.push(unpack(words, type));
  }
  for (const buffer of buffers.values()) buffer.destroy();
  return results;
}

function bindingBytes(dtype: TensorType["dtype"], shape: readonly number[]): number {
  return Math.ceil(sizeOf(shape) / elementsPerWord(dtype)) * 4;
}

function packInto(words: Uint32Array, data: NumericArray, dtype: TensorType["dtype"]): void {
  if (dtype === "u8") new Uint8Array(words.buffer).set(data);
  else if (dtype === "f32") new Float32Array(words.buffer).set(data);
  else if (dtype === "i32") new Int32Array(words.buffer).set(data);
  else words.set(data);
}

function unpack(words: Uint32Array, { dtype, shape }: TensorType): NumericArray {
  const result = allocate(dtype, sizeOf(shape));
  const source =
    dtype === "f32" ? new Float32Array(words.buffer) : dtype === "i32" ? new Int32Array(words.buffer) : words;
  return result.map((_, i) => source[i]!) as NumericArray;
}

async function readWords(device: GPUDevice, buffer: GPUBuffer): Promise<Uint32Array<ArrayBuffer>> {
  const staging = device.createBuffer({ size: buffer.size, usage: 1 | 8 });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await settle(staging.mapAsync(1));
  const words = new Uint32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return words;
}

const cell = new Int32Array(new SharedArrayBuffer(4));

/** Waits by short naps: a pending promise would keep a core busy that the software adapter needs. */
export async function settle<T>(promise: Promise<T>): Promise<T> {
  let settled = false;
  const mark = (): void => {
    settled = true;
  };
  promise.then(mark, mark);
  while (!settled) {
    Atomics.wait(cell, 0, 0, 0.2);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return promise;
}
