import { usage } from "../../src/kernels/runtime/gpu.ts";
import { middle, ratioOf } from "../rounds.ts";
import { elementwiseChains } from "../works/elementwise.ts";
import { alternate } from "./alternate.ts";
import type { DeviceFigure } from "./device-figure.ts";
import { warmResident } from "./training-step.ts";

const calls = 50;

/** A copy of as many bytes ÷ the elementwise chain over 64 M elements: how much of the copy's bandwidth the chain has. */
export const copyBandwidth: DeviceFigure = {
  name: "chain-64m-of-copy-bandwidth",
  heavy: true,
  measure: async (bench) => {
    const work = elementwiseChains.find(({ name }) => name === "chain-64m")!;
    const size = work.bytes / 2; // read, and written again
    const resident = await warmResident(bench, work);
    const buffer = (): GPUBuffer => bench.raw.createBuffer({ size, usage: usage.copySource | usage.copyTarget });
    const [from, to] = [buffer(), buffer()];
    const repeats = bench.software ? 1 : calls;
    const copy = async (): Promise<number[]> => {
      await bench.idle();
      const start = performance.now();
      for (let i = 0; i < repeats; i++) {
        const encoder = bench.raw.createCommandEncoder();
        encoder.copyBufferToBuffer(from, 0, to, 0, size);
        bench.queue.submit([encoder.finish()]);
      }
      await bench.idle();
      return [(performance.now() - start) / repeats];
    };
    await copy();
    const [chain, copied] = await alternate(5, () => resident.time(3, repeats), copy);
    resident.release();
    from.destroy();
    to.destroy();
    const { ratio, min, max } = ratioOf(chain, copied);
    const gb = work.bytes / 1e6; // bytes a millisecond, in GB/s
    const also = {
      smallest: min,
      largest: max,
      copy_gb_per_s: gb / middle(copied),
      chain_gb_per_s: gb / middle(chain),
    };
    return [{ work: "chain-64m-of-copy-bandwidth", unit: "ratio", ours: ratio, runs: chain.flat().length, also }];
  },
};
