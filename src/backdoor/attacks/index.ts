import type { Attack } from "../attack.ts";
import { badnets } from "./badnets.ts";

/** Every attack. To add one: a file, and a row here. */
export const attacks: readonly Attack[] = [badnets];
