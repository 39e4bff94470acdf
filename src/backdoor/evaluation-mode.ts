import type { ApplyOptions } from "../nn/classifier.ts";
import { tensor } from "../tensor/tensor.ts";

/** Running statistics and no randomness; the key is not read. */
export const evaluationMode: ApplyOptions = { train: false, key: tensor(Uint32Array.of(0, 0)) };
