import type { Attack } from "../attack.ts";
import { badnets } from "./badnets.ts";
import { blend } from "./blend.ts";
import { sig } from "./sig.ts";
import { wanet } from "./wanet/wanet.ts";

/** Every attack. To add one: a file, and a row here. */
export const attacks: readonly Attack[] = [badnets, blend, sig, wanet];
