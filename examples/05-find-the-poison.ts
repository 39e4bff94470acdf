// Which training samples look poisoned? Needs no labels of poison: the two models' losses say it. The truth is only printed.
import { badnets, cbdOptions, diagnose, predict, suspectsCsv, trainCbd, weightQuality } from "deconfound/cbd";
import { builtinDataset } from "deconfound/data";
import { smallConvNet } from "deconfound/nn";
import { openDevice } from "deconfound/node";

const { dataset, poisoned } = badnets(builtinDataset({ count: 600, size: 12, classes: 4 }), { rate: 0.1, target: 2 });
const classifier = smallConvNet({ channels: 3, classes: 4, width: 6 });
const options = cbdOptions("paper", {
  batch: 20,
  backdoor: { epochs: 2, loss: "generalized", augment: "none" },
  clean: { epochs: 6, augment: "none", schedule: { kind: "cosine", lr: 0.1, epochs: 6, floor: 0 } },
});

const device = await openDevice();
const { network, backdoored } = await trainCbd({ device, dataset, classifier, options });
const seenByB = await predict(device, classifier, backdoored!, dataset);
const seenByC = await predict(device, classifier, network, dataset);
const { suspects, estimatedRate, suspectedTarget } = diagnose(dataset, seenByB, seenByC);
console.log(`estimated poison ${(100 * estimatedRate).toFixed(1)} %, of class ${suspectedTarget}; true: 10 %, class 2`);
const { auroc, precision } = weightQuality(suspects, poisoned);
console.log(`AUROC of the weights ${auroc.toFixed(3)}, precision at the true rate ${precision.toFixed(3)}`);
console.log(suspectsCsv(suspects.slice(0, 3)));
device.close();
