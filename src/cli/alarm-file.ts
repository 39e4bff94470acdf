import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DeviceData } from "../backdoor/device-data.ts";
import { createPredictor } from "../backdoor/predict.ts";
import type { Alarm } from "../backdoor/scan/second-opinion.ts";
import type { Device } from "../tensor/device.ts";
import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import { tensor } from "../tensor/tensor.ts";
import type { Io } from "./io.ts";
import type { ModelHeader, SavedModel } from "./model-file.ts";
import { encodeModel, readModel } from "./model-file.ts";

const classNames = ["no trigger", "trigger"];
const trigger = 1; // its label

/** Bytes of an alarm's file, an ordinary model file. @param origin - what the header of the model beside it says of images and run. */
export function encodeAlarm(
  { height, width, channels, pictures, run }: Omit<ModelHeader, "model" | "classes" | "classNames">,
  { network, model }: Alarm,
): Promise<Uint8Array> {
  const shape = { height, width, channels, classes: classNames.length };
  return encodeModel({ model, ...shape, classNames, pictures, run }, network);
}

/**
 * The alarm that a model names. If it is not beside the model, says so and goes on without.
 *
 * @param path - of the model.
 * @returns null without an alarm.
 * @throws DataError for a file that is damaged, no alarm for the model's images, or of another run.
 */
export async function readAlarm(path: string, header: ModelHeader, io: Io): Promise<SavedModel | null> {
  if (header.alarm === undefined) return null;
  const place = join(dirname(path), header.alarm);
  if (!existsSync(place)) {
    io.err(
      `${printable(place, 200)}: the model names this alarm, but it is not there: no image is checked for a trigger\n`,
    );
    return null;
  }
  const alarm = await readModel(place);
  const mend = ["copy both files of the run, or take the alarm away: then no image is checked for a trigger"];
  const [found, expected] = [sizeOf(alarm.header), sizeOf({ ...header, classes: classNames.length })];
  if (found !== expected) {
    throw new DataError(
      `${printable(place, 200)}: an alarm of this model is for ${expected}; this is for ${found}`,
      mend,
    );
  }
  if (alarm.header.run !== header.run) {
    throw new DataError(`${printable(place, 200)}: is of another run than the model`, mend);
  }
  return alarm;
}

function sizeOf({ height, width, channels, classes }: ModelHeader): string {
  return `images of ${height}×${width} pixels, ${channels} channels and ${classes} classes`;
}

/** Per image, how probable it is that it carries the trigger, 0 … 1. */
export async function triggerProbability(
  device: Device,
  { classifier, weights }: SavedModel,
  { images, labels }: DeviceData,
): Promise<Float32Array> {
  const count = labels.shape[0]!;
  const data = { images, labels: device.put(tensor(new Int32Array(count))) }; // the set's own may be none of the alarm's classes
  const network = device.put(weights);
  const { probabilities } = await createPredictor(device, classifier)(network, data);
  device.free([network, data.labels]);
  return Float32Array.from({ length: count }, (_, i) => probabilities[i * classNames.length + trigger]!);
}

/** Whether an image looks triggered. @param probability - of {@link triggerProbability}. */
export function looksTriggered(probability: number): boolean {
  return probability > 0.5;
}

/** `3 of 30`: how many images look triggered. */
export function countTriggered(probabilities: Float32Array): string {
  return `${probabilities.filter(looksTriggered).length} of ${probabilities.length}`;
}
