import type { Defended } from "../../defence.ts";
import type { Lab } from "../../lab.ts";
import type { LateFinding, LateScan } from "../../scan/late/late-scan.ts";
import { lateScan } from "../../scan/late/late-scan.ts";
import { scan } from "../../scan/scan.ts";
import { weightsOf } from "../../scan/weights-of.ts";
import { trainUndefended } from "../../undefended.ts";
import type { CbdDefenceOptions } from "./options.ts";
import { trainClean } from "./train-clean.ts";

/**
 * CBD without settings that depend on the attack: a scan of the set names the suspects; f_C trains by {@link weightsOf} them, and stays
 * independent of the scan's f_B. If the scan finds nothing, triggers that are learnt late are looked for. If that finds nothing either,
 * training is plain, bit for bit that without a defence.
 */
export async function trainBySuspects<P extends object, S>(
  lab: Lab<P, S>,
  options: CbdDefenceOptions,
): Promise<Defended<P, S>> {
  const found = await scan(lab, options.scan);
  const said = { suspicion: found.score, scan: found, confounder: found.history };
  if (found.found) {
    const weights = weightsOf(lab.train.labels, found.suspects, lab.train.classes);
    return { network: await trainClean(lab, options, found.history, { weights }), ...said };
  }
  const late = options.late ? await lateScan(lab) : null;
  if (late === null) return { network: await trainUndefended(lab), ...said };
  const { relabel, undefended } = late;
  if (relabel === null) return { network: undefended ?? (await trainUndefended(lab)), ...said, late: toldOf(late) };
  const samples = {
    labels: relabel.map((label) => Math.max(label, 0)),
    weights: Float32Array.from(relabel, (label) => (label < 0 ? 0 : 1)),
  };
  const network = await trainClean(lab, options, found.history, samples);
  return { ...said, network, suspicion: late.score, late: toldOf(late) };
}

/** Without the network, which is delivered or not needed any more. */
function toldOf<P, S>({ undefended: _, ...told }: LateScan<P, S>): LateFinding {
  return told;
}
