import { endOfEntry } from "../tensor/site.ts";

export type { HostTensor, SafetensorsFile } from "./safetensors.ts";
export { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

endOfEntry();
