export type { AcquireGpuOptions } from "./acquire-gpu.ts";
export type { OpenGpuOptions } from "./open-device.ts";
export { openDevice } from "./open-device.ts";
export type { TuneOptions } from "./tune.ts";
export { tune } from "./tune.ts";
export type { TunedClass, TunedVariant, Tuning } from "./tuning.ts";
export { parseTuning } from "./tuning.ts";
export type { ProductFamily } from "./variants.ts";
export { productFamilies } from "./variants.ts";
