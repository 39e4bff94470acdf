import type { Attack } from "../attack.ts";
import { adaptive } from "./adaptive/adaptive.ts";
import { badnets } from "./badnets.ts";
import { blend } from "./blend.ts";
import { dynamic } from "./dynamic/dynamic.ts";
import { sig } from "./sig.ts";
import { trojan } from "./trojan/trojan.ts";
import { wanet } from "./wanet/wanet.ts";

/** Every attack. To add one: a file, and a row here. */
export const attacks: readonly Attack[] = [adaptive, badnets, blend, dynamic, sig, trojan, wanet];
