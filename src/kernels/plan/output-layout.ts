import { sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor, Node, TensorType } from "../../tensor/tensor.ts";
import { layOut } from "../adapter/alignment.ts";
import { bytesOf } from "../graph/buffer-ref.ts";
import type { Plan } from "./make-plan.ts";

/** Smaller ranges share a buffer, bytes. */
export const sharedBytes: number = 1 << 16;

/** How an output leaves a call: as an input (as it is, or written over), a constant, computed into a buffer of its own, or copied out of the plan. */
interface OutputPlace {
  readonly type: TensorType;
  /** The value that holds it. */
  readonly tensor: AnyTensor;
  /** The number of the input that it is; −1 otherwise. */
  readonly input: number;
  /** Bytes to copy; 0 for what is not copied. */
  readonly bytes: number;
  /** Where it goes in the buffer that a call's small outputs share; −1 for another's own buffer. */
  readonly offset: number;
  readonly copied: boolean;
  /** The number of the direct output that it is; −1 otherwise. */
  readonly direct: number;
}

export interface OutputLayout {
  readonly places: readonly OutputPlace[];
  /** Bytes and outputs of the shared buffer. */
  readonly sharedBytes: number;
  readonly sharedCount: number;
}

/** Found once per plan, so that a call only follows it. */
export function layOutOutputs(plan: Plan, inputs: readonly AnyTensor[]): OutputLayout {
  const numbers = new Map<Node, number>(inputs.map(({ node }, i) => [node, i]));
  const direct = [...plan.direct].map((node) => plan.results.findIndex(({ tensor }) => tensor.node === node)); // one each
  const copied = plan.results.map(
    ({ tensor, inPlace }, i) => !inPlace && tensor.node.op !== undefined && !direct.includes(i),
  );
  const small = plan.results.flatMap(({ tensor }, i) => (copied[i] && bytesOf(tensor) <= sharedBytes ? [i] : []));
  const { offsets, bytes } = layOut(small.map((i) => bytesOf(plan.results[i]!.tensor)));
  const offsetOf = new Map(small.map((result, i) => [result, offsets[i]!]));
  const places = plan.results.map(
    ({ type, tensor }, i): OutputPlace => ({
      type,
      tensor,
      input: numbers.get(tensor.node) ?? -1,
      bytes: copied[i] && sizeOf(tensor.shape) > 0 ? bytesOf(tensor) : 0,
      offset: offsetOf.get(i) ?? -1,
      copied: copied[i]!,
      direct: direct.indexOf(i),
    }),
  );
  return { places, sharedBytes: bytes, sharedCount: small.length };
}
