import { endOfEntry } from "../tensor/site.ts";

export type { DType, NumericArray } from "../tensor/dtype.ts";
export type { Shape } from "../tensor/shape.ts";
export { encodeZip } from "./encode-zip.ts";
export type { NpyArray, NpyData } from "./npy.ts";
export { decodeNpy, encodeNpy } from "./npy.ts";
export type { Picture } from "./png.ts";
export { encodePng } from "./png.ts";
export { decodePnm, encodePnm } from "./pnm.ts";
export type { HostTensor, SafetensorsFile } from "./safetensors.ts";
export { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
export type { ArchiveFile } from "./tar.ts";
export { readTar } from "./tar.ts";
export type { ZipEntry } from "./zip.ts";
export { readZip } from "./zip.ts";

endOfEntry();
