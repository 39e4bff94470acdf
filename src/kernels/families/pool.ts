import type { avgPool2dGradientOp, avgPool2dOp } from "../../tensor/ops/avg-pool.ts";
import type { maxPool2dGatherOp, maxPool2dGradientOp, maxPool2dOp } from "../../tensor/ops/max-pool.ts";
import type { PoolParams } from "../../tensor/ops/pool-windows.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { TensorType } from "../../tensor/tensor.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { KernelFile } from "../wgsl/wgsl.generated.ts";
import type { Constant, DispatchOperand, FamilyCall, FamilyOf, Lowering } from "./family.ts";
import { input, output, sizes4 } from "./family.ts";

/** Largest pixel of each window. */
export const maxPool2d: FamilyOf<typeof maxPool2dOp> = (call) =>
  pool(
    call,
    "max-pool",
    { reads: { x: input(0), t: input(0) }, writes: { y: output(0) } },
    call.inputs[0]!,
    call.outputs[0]!,
  );

/** [x, t] → t at the first maximum of each window of x. */
export const maxPool2dGather: FamilyOf<typeof maxPool2dGatherOp> = (call) =>
  pool(
    call,
    "max-pool",
    { reads: { x: input(0), t: input(1) }, writes: { y: output(0) } },
    call.inputs[0]!,
    call.outputs[0]!,
  );

/** [x, g] → g added at the first maximum of each window of x. */
export const maxPool2dGradient: FamilyOf<typeof maxPool2dGradientOp> = (call) =>
  pool(
    call,
    "max-pool-gradient",
    { reads: { x: input(0), g: input(1) }, writes: { dx: output(0) } },
    call.inputs[0]!,
    call.inputs[1]!,
  );

/** Sum of each window over its area. */
export const avgPool2d: FamilyOf<typeof avgPool2dOp> = (call) =>
  pool(call, "avg-pool", { reads: { x: input(0) }, writes: { y: output(0) } }, call.inputs[0]!, call.outputs[0]!);

/** The transpose of {@link avgPool2d}. */
export const avgPool2dGradient: FamilyOf<typeof avgPool2dGradientOp> = (call) =>
  pool(
    call,
    "avg-pool-gradient",
    { reads: { g: input(0) }, writes: { dx: output(0) } },
    call.outputs[0]!,
    call.inputs[0]!,
  );

interface Operands {
  readonly reads: Readonly<Record<string, DispatchOperand>>;
  readonly writes: Readonly<Record<string, DispatchOperand>>;
}

function pool(
  { outputs, params, adapter }: FamilyCall<PoolParams>,
  file: KernelFile,
  operands: Operands,
  images: TensorType,
  windows: TensorType,
): Lowering {
  const elements = sizeOf(outputs[0]!.shape);
  if (elements === 0) return { scratch: [], dispatches: [] };
  const { size, stride, padding } = params;
  const [, h, w, c] = sizes4(images);
  const [, oh, ow] = sizes4(windows);
  const constants: Record<string, Constant> = {
    ...{ SIZE: elements, H: h, W: w, C: c, OH: oh, OW: ow },
    ...{
      SIZE_H: { i32: size[0] },
      SIZE_W: { i32: size[1] },
      STRIDE_H: { i32: stride[0] },
      STRIDE_W: { i32: stride[1] },
    },
    ...{ TOP: { i32: padding[0] }, LEFT: { i32: padding[2] } },
  };
  const workgroups = foldWorkgroups(Math.ceil(elements / 64), adapter);
  const flops = sizeOf(windows.shape) * size[0] * size[1]; // a comparison or a sum a pixel of each window
  return { scratch: [], dispatches: [{ file, constants, ...operands, workgroups, flops }] };
}
