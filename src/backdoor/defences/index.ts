import type { Defence } from "../defence.ts";
import { abl } from "./abl.ts";
import { ac } from "./ac.ts";
import { anp } from "./anp.ts";
import { cbd } from "./cbd.ts";
import { clp } from "./clp.ts";
import { dbr } from "./d-br.ts";
import { dbd } from "./dbd.ts";
import { ep } from "./ep.ts";
import { fp } from "./fp.ts";
import { jttInverse } from "./jtt-inverse.ts";
import { lff } from "./lff.ts";
import { mcr } from "./mcr.ts";
import { nad } from "./nad.ts";
import { none } from "./none.ts";
import { spectral } from "./spectral.ts";
import { vabLite } from "./vab-lite.ts";

/** Every defence, in the order of tables. To add one: a file, and a row here. */
export const defences: readonly Defence[] = [
  none,
  ep,
  clp,
  ac,
  spectral,
  abl,
  jttInverse,
  lff,
  vabLite,
  dbr,
  dbd,
  fp,
  nad,
  mcr,
  anp,
  cbd,
];
