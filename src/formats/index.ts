import { endOfEntry } from "../tensor/site.ts";

export type { DType, NumericArray } from "../tensor/dtype.ts";
export type { Shape } from "../tensor/shape.ts";
export type { HostTensor, SafetensorsFile } from "./safetensors.ts";
export { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

endOfEntry();
