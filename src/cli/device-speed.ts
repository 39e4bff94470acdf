import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { crossEntropy } from "../nn/losses.ts";
import { smallConvNet } from "../nn/models/small-conv-net.ts";
import { sgd } from "../nn/sgd.ts";
import { beginTraining, supervisedStep } from "../nn/supervised-step.ts";
import { defaultTuningPath, makeWritableFolder, readText, writeAtomically } from "../node/index.ts";
import type { Device } from "../tensor/device.ts";
import { DataError } from "../tensor/errors.ts";
import { parseJson } from "../tensor/json.ts";
import * as json from "../tensor/json-schema.ts";
import { full } from "../tensor/ops/creation.ts";
import { key } from "../tensor/random.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { packageVersion } from "./versions.ts";

/** Speeds by device and version of this program, floating-point operations per second. */
const speeds = json.object({
  format: json.literal("deconfound speed 1"),
  speeds: json.record(json.number({ min: 0 })),
});

/**
 * Floating-point operations per second of a training step on a device: as it was measured before and kept beside the tuning, or measured
 * now and kept.
 */
export async function speedOf(device: Device): Promise<number> {
  const name = `${device.info().description}, deconfound ${packageVersion()}`;
  const path = speedPath();
  const known = path === undefined ? {} : await readSpeeds(path);
  if (known[name] !== undefined) return known[name];
  const speed = await measureSpeed(device);
  if (path !== undefined) await keep(path, { ...known, [name]: speed });
  return speed;
}

const largest = 2 ** 20; // bytes

/** Undefined where there is no home folder. */
function speedPath(): string | undefined {
  const tuning = defaultTuningPath();
  return tuning === undefined ? undefined : join(dirname(tuning), "speed.json");
}

/** None where the file is damaged: they are measured anew. */
async function readSpeeds(path: string): Promise<Readonly<Record<string, number>>> {
  if (!existsSync(path)) return {};
  try {
    return json.check(speeds, parseJson(await readText(path, largest), path), path).speeds;
  } catch (error) {
    if (error instanceof DataError) return {};
    throw error;
  }
}

async function keep(path: string, known: Readonly<Record<string, number>>): Promise<void> {
  try {
    await makeWritableFolder(dirname(path));
    writeAtomically(path, `${JSON.stringify({ format: "deconfound speed 1", speeds: known }, null, 2)}\n`);
  } catch (error) {
    if (!(error instanceof DataError)) throw error; // it is measured again next time
  }
}

const second = 1000; // ms

const leastSteps = 8;

/** The fastest step of a small network, of one size per kind of device: the others wait for what else the machine does. */
async function measureSpeed(device: Device): Promise<number> {
  const [size, batch] = device.info().kind === "gpu" ? [32, 32] : [12, 8];
  const classifier = smallConvNet({ channels: 3, classes: 10, width: 16 });
  const optimizer = sgd({ momentum: 0.9 });
  const loss = crossEntropy;
  const begun = beginTraining(classifier.init(key(0)), optimizer);
  type State = typeof begun;
  const step = device.compile(
    (state: State, images: AnyTensor, labels: AnyTensor) => {
      const context = { classifier, optimizer, loss, key: key(1), lr: 0.01 };
      return supervisedStep(state, { images, labels, indices: labels }, context).state;
    },
    { donate: [0] },
  );
  const images = full([batch, size, size, 3], 0.5);
  const labels = full([batch], 0, { dtype: "i32" });
  return device.scope(async (scope) => {
    const given = await scope.evaluate({ state: begun, images, labels });
    let { state } = given;
    const run = async (): Promise<void> => {
      state = await scope.run(step, state, given.images, given.labels);
      await state.params.fc.weight.data(); // until it is done
    };
    await run();
    const start = performance.now();
    let [steps, fastest] = [0, Number.POSITIVE_INFINITY];
    do {
      const begin = performance.now();
      await run();
      fastest = Math.min(fastest, performance.now() - begin);
      steps++;
    } while (steps < leastSteps || performance.now() - start < second / 2);
    return (step.flops() * second) / fastest;
  });
}
