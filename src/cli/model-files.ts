import type { Alarm } from "../backdoor/scan/second-opinion.ts";
import { encodeAlarm } from "./alarm-file.ts";
import type { Weights } from "./model-file.ts";
import { encodeModel, pictureRule } from "./model-file.ts";
import type { PreparedRun } from "./prepare-run.ts";

/** The files of a trained defence, the alarm first: so no model in the folder ever names an alarm that is not there yet. */
export async function modelFiles(
  { config, data, shape, identity }: PreparedRun,
  defence: string,
  network: Weights,
  alarm: Alarm | null,
): Promise<readonly { readonly name: string; readonly content: Uint8Array }[]> {
  const origin = { pictures: pictureRule(shape.channels, config.dataset.options), run: identity.run };
  const name = `model-${defence}.safetensors`;
  const header = { model: config.model, ...shape, classNames: data.train.classNames, ...origin };
  if (alarm === null) return [{ name, content: await encodeModel(header, network) }];
  const beside = `alarm-${defence}.safetensors`;
  return [
    { name: beside, content: await encodeAlarm({ ...shape, ...origin }, alarm) },
    { name, content: await encodeModel({ ...header, alarm: beside }, network) },
  ];
}
