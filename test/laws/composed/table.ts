import type { Composed } from "./composed.ts";
import { language } from "./language.ts";
import { matrices } from "./matrices.ts";
import { networks } from "./networks.ts";
import { samplers } from "./samplers.ts";

/** What the laws of composed functions loop over. */
export const compositions: readonly Composed[] = [...language, ...matrices, ...networks, ...samplers];
