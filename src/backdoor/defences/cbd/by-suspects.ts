import type { Defended } from "../../defence.ts";
import type { Lab } from "../../lab.ts";
import { scan } from "../../scan/scan.ts";
import { trainUndefended } from "../../undefended.ts";
import type { CbdDefenceOptions } from "./options.ts";
import { trainClean } from "./train-clean.ts";

/**
 * CBD without settings that depend on the attack: a scan of the set names the suspects; f_C trains with weight 0 on them and 1 on the
 * others, and stays independent of the scan's f_B. Where nothing is found, training is plain, bit for bit that without a defence.
 */
export async function trainBySuspects<P extends object, S>(
  lab: Lab<P, S>,
  options: CbdDefenceOptions,
): Promise<Defended<P, S>> {
  const found = await scan(lab, options.scan);
  const { history, score, suspects } = found;
  const said = { suspicion: score, scan: found };
  if (!found.found) return { network: await trainUndefended(lab), ...said };
  const weights = new Float32Array(lab.train.count).fill(1);
  for (const index of suspects) weights[index] = 0;
  return { network: await trainClean(lab, options, history, { weights }), ...said };
}
