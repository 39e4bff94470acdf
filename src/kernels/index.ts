export type { ProductFamily } from "./adapter/product-shape.ts";
export { productFamilies } from "./adapter/product-shape.ts";
export type { TunedClass, TunedVariant, Tuning } from "./adapter/tuning.ts";
export { parseTuning } from "./adapter/tuning.ts";
export type { AcquireGpuOptions } from "./runtime/acquire-gpu.ts";
export type { OpenGpuOptions } from "./runtime/open-device.ts";
export { openDevice } from "./runtime/open-device.ts";
export type { TuneOptions } from "./tuning/tune.ts";
export { tune } from "./tuning/tune.ts";
