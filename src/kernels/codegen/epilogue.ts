import { sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { BoundBuffer } from "../graph/buffer-ref.ts";
import { valueRef } from "../graph/buffer-ref.ts";
import { collectBindings } from "./bindings.ts";
import { scalarCalls } from "./cost.ts";
import { splitCoordinates } from "./elementwise.ts";
import type { Hook } from "./hook.ts";
import type { ElementwiseRoot } from "./print-roots.ts";
import { printRoots } from "./print-roots.ts";
import type { Width } from "./print-value.ts";
import { helpersFor } from "./scalar-library.ts";
import type { SizeTable } from "./size-table.ts";

/** Elementwise work on a family kernel's results before they leave the registers. */
export interface Epilogue {
  /** The node's outputs, in order. */
  readonly results: readonly AnyTensor[];
  /** True where other kernels read the results themselves. */
  readonly stored: boolean;
  readonly roots: readonly ElementwiseRoot[];
  readonly isMaterialised: (tensor: AnyTensor) => boolean;
}

/**
 * Store functions of the results' operands: the last one computes and stores an epilogue's outputs, those before hold their value
 * for it. An invocation must store the same element of all results, in order, one by one where there are several.
 *
 * @param names - operands of the results, in order.
 * @param width - elements that a store of the kernel file has.
 * @param firstBinding - number of the first buffer.
 * @param sizes - of the kernel: the numbers of the epilogue join them.
 */
export function epilogueHooks(
  { results, stored, roots, isMaterialised }: Epilogue,
  names: readonly string[],
  width: Width,
  firstBinding: number,
  sizes: SizeTable,
): { hooks: Hook[]; declarations: string[]; buffers: BoundBuffer[]; flops: number } {
  const bindings = collectBindings(sizes, firstBinding);
  const last = names.length - 1;
  const registers = names.map((name, i) => (i === last ? "value" : `held_${name}`));
  const held = (tensor: AnyTensor): string | undefined =>
    tensor.node === results[0]!.node ? registers[tensor.index] : undefined;
  const body = printRoots(roots, isMaterialised, bindings, held, width);
  const quads = body.width === 4;
  const type = quads ? "vec4f" : "f32";
  const text = names.map((name, i) => {
    const lines =
      i < last
        ? [`held_${name} = value;`]
        : [
            ...splitCoordinates("i", body.loops, body.width, bindings.sizes),
            ...body.printed.fixed,
            ...body.printed.varying,
            ...(stored
              ? results.map((tensor, k) => `${bindings.name(valueRef(tensor), "write", quads)}[i] = ${registers[k]!};`)
              : []),
            ...body.stores,
          ];
    const inside = bindings.sizes
      .begin(lines)
      .map((line) => `  ${line}`)
      .join("\n");
    return `fn store${quads ? "4" : ""}_${name}(i: u32, value: ${type}) {\n${inside}\n}`;
  });
  return {
    hooks: text.map((store) => (quads ? { store4: store } : { store })),
    declarations: [
      ...names.slice(0, last).map((name) => `var<private> held_${name}: ${type};`),
      ...bindings.declarations(),
      helpersFor(text[last]!),
    ],
    buffers: bindings.buffers(),
    flops: scalarCalls(body.values) * sizeOf(results[0]!.shape),
  };
}
