import { cbdEpoch, cbdStep } from "./cbd.ts";
import { copyBandwidth } from "./copy-bandwidth.ts";
import type { DeviceFigure } from "./device-figure.ts";
import { perExampleGradients } from "./per-example-gradients.ts";
import { plannedPeak } from "./planned-peak.ts";
import { recurrentGradient } from "./recurrent.ts";
import { scaling } from "./scaling.ts";
import { hostTime, kernelList, stepOverKernels } from "./training-step.ts";

export const deviceFigures: readonly DeviceFigure[] = [
  hostTime,
  stepOverKernels,
  kernelList,
  plannedPeak,
  cbdStep,
  cbdEpoch,
  perExampleGradients,
  recurrentGradient,
  copyBandwidth,
  scaling,
];
