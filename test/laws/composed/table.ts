import type { Composed } from "./composed.ts";
import { indexing } from "./indexing.ts";
import { language } from "./language.ts";
import { matrices } from "./matrices.ts";
import { networks } from "./networks.ts";
import { samplers } from "./samplers.ts";

/** What the laws of composed functions loop over. */
export const compositions: readonly Composed[] = [...indexing, ...language, ...matrices, ...networks, ...samplers];
