import { sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { scalarCalls } from "../cost.ts";
import type { Hook } from "../link.ts";
import { valueRef } from "../plan-keys.ts";
import type { BoundBuffer } from "../step.ts";
import { collectBindings } from "./bindings.ts";
import { splitCoordinates } from "./elementwise.ts";
import type { ElementwiseRoot } from "./print-roots.ts";
import { printRoots } from "./print-roots.ts";
import type { Width } from "./print-value.ts";
import { helpersFor } from "./scalar-library.ts";

/** Elementwise work on a family kernel's result before it leaves the registers. */
export interface Epilogue {
  readonly result: AnyTensor;
  /** True where other kernels read the result itself. */
  readonly stored: boolean;
  readonly roots: readonly ElementwiseRoot[];
  readonly isMaterialised: (tensor: AnyTensor) => boolean;
}

/**
 * The store function of operand `name` that computes and stores an epilogue's outputs.
 *
 * @param width - elements a store of the kernel file has.
 * @param firstBinding - number of its first buffer.
 */
export function epilogueHook(
  { result, stored, roots, isMaterialised }: Epilogue,
  name: string,
  width: Width,
  firstBinding: number,
): { hook: Hook; declarations: string[]; buffers: BoundBuffer[]; flops: number } {
  const bindings = collectBindings(firstBinding);
  const body = printRoots(roots, isMaterialised, bindings, new Map([[result.node, "value"]]), width);
  const quads = body.width === 4;
  const own = stored ? [`${bindings.name(valueRef(result), "write", quads)}[i] = value;`] : [];
  const text = [
    `fn store${quads ? "4" : ""}_${name}(i: u32, value: ${quads ? "vec4f" : "f32"}) {`,
    ...[
      ...splitCoordinates("i", body.loops, body.width),
      ...body.printed.fixed,
      ...body.printed.varying,
      ...own,
      ...body.stores,
    ].map((line) => `  ${line}`),
    "}",
  ].join("\n");
  return {
    hook: quads ? { store4: text } : { store: text },
    declarations: [...bindings.declarations(), helpersFor(text)],
    buffers: bindings.buffers(),
    flops: scalarCalls(body.values) * sizeOf(result.shape),
  };
}
