export type { OpenGpuOptions } from "./open-device.ts";
export { openDevice } from "./open-device.ts";
