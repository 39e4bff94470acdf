// Which training samples look poisoned? Needs no labels of poison: the two models' losses say it. The truth is only printed.
import { badnets, diagnose, poison, suspectsCsv, suspicionQuality, trainCbd } from "deconfound/backdoor";
import { builtinDataset } from "deconfound/data";
import { smallConvNet } from "deconfound/nn";
import { openDevice } from "deconfound/node";

const images = builtinDataset({ count: 600, size: 12, classes: 4 });
const { dataset, poisoned } = await poison(badnets, images, { rate: 0.1, target: 2 });
const classifier = smallConvNet({ channels: 3, classes: 4, width: 6 });
const options = {
  batch: 20,
  backdoor: { epochs: 2, loss: "generalized", augment: "none" },
  clean: { epochs: 6, lr: 0.1, schedule: { kind: "cosine", epochs: 6, floor: 0 }, augment: "none" },
} as const;

const device = await openDevice();
const { suspicion, evidence } = await trainCbd({ device, dataset, classifier, preset: "paper", options });
const { suspects, estimatedRate, suspectedTarget } = diagnose(dataset, suspicion!);
console.log(`estimated poison ${(100 * estimatedRate).toFixed(1)} %, of class ${suspectedTarget}; true: 10 %, class 2`);
const { auroc, precision } = suspicionQuality(suspects, poisoned);
console.log(`AUROC of the suspicion ${auroc.toFixed(3)}, precision at the true rate ${precision.toFixed(3)}`);
console.log(suspectsCsv(suspects.slice(0, 3), evidence));
device.close();
