export type { AcquireGpuOptions } from "./acquire-gpu.ts";
export type { OpenGpuOptions } from "./open-device.ts";
export { openDevice } from "./open-device.ts";
export type { ProductFamily } from "./product-shape.ts";
export { productFamilies } from "./product-shape.ts";
export type { TuneOptions } from "./tune.ts";
export { tune } from "./tune.ts";
export type { TunedClass, TunedVariant, Tuning } from "./tuning.ts";
export { parseTuning } from "./tuning.ts";
