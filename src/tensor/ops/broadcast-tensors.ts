import * as kind from "../kinds.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { broadcastShapes } from "../shape.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";

const checkBroadcastTensors = parameters("broadcastTensors", { tensors: kind.tensors });

/**
 * Tensors repeated to the one shape that they broadcast to; each keeps its dtype.
 *
 * @throws ShapeError if their shapes do not broadcast.
 * @example
 * ```ts
 * import { broadcastTensors, tensor } from "deconfound";
 * const [a, b] = broadcastTensors([tensor([1, 2, 3]), tensor([[4], [5]])]);
 * console.log(String(a.shape), String(b.shape)); // 2,3 2,3
 * ```
 */
export function broadcastTensors<const T extends readonly AnyTensor[]>(
  tensors: T,
): { -readonly [K in keyof T]: Tensor<Shape, T[K]["dtype"]> };
export function broadcastTensors(tensors: readonly AnyTensor[]): AnyTensor[] {
  checkBroadcastTensors(arguments);
  const shape = broadcastShapes("broadcastTensors", ...tensors.map((tensor) => tensor.shape));
  return tensors.map((tensor) => broadcastTo<AnyTensor, Shape>(tensor, shape));
}
