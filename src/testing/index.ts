import { endOfEntry } from "../tensor/site.ts";

export type { Device } from "../tensor/device.ts";
export type { Op, Sample } from "../tensor/op.ts";
export type { CheckDeviceOptions } from "./check-device.ts";
export { checkDevice } from "./check-device.ts";
export type { CheckGradsOptions } from "./check-grads.ts";
export { checkGrads } from "./check-grads.ts";
export type { CheckGradsOfOptions, PlainFunction } from "./check-grads-of.ts";
export { checkGradsOf } from "./check-grads-of.ts";
export { checkHessianSymmetry } from "./check-hessian-symmetry.ts";
export type { CheckOpOptions } from "./check-op.ts";
export { checkOp } from "./check-op.ts";
export { checkTranspose } from "./check-transpose.ts";
export { checkVjpLinear } from "./check-vjp-linear.ts";
export type { Numbers } from "./numbers.ts";

endOfEntry();
