import { wideResNetStep } from "../works/wide-resnet.ts";
import type { DeviceFigure } from "./device-figure.ts";
import { warmResident } from "./training-step.ts";

/** The plan's intermediate bytes ÷ those of one buffer a value, and ÷ the largest live set of its schedule. */
export const plannedPeak: DeviceFigure = {
  name: "wrn-16-1-planned-peak-b128",
  measure: async (bench) => {
    const resident = await warmResident(bench, wideResNetStep(1, 128));
    const { peakBytes, naiveBytes, liveBytes } = resident.program.memory();
    resident.release();
    const row = { unit: "ratio", runs: 1 };
    return [
      {
        ...row,
        work: "wrn-16-1-planned-peak-over-naive-b128",
        ours: peakBytes / naiveBytes,
        also: { peak_mib: peakBytes / 2 ** 20, naive_mib: naiveBytes / 2 ** 20 },
      },
      {
        ...row,
        work: "wrn-16-1-planned-peak-over-live-b128",
        ours: peakBytes / liveBytes,
        also: { peak_mib: peakBytes / 2 ** 20, live_mib: liveBytes / 2 ** 20 },
      },
    ];
  },
};
