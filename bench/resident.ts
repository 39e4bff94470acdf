import type { ProfileReport, Program } from "../src/tensor/device.ts";
import type { BenchDevice } from "./gpu.ts";
import type { Outputs, Work } from "./work.ts";

type Step = Program<[object, Outputs], { readonly state: object; readonly outputs: Outputs }>;

/** A work on our device: its program, operands and state. */
export interface Resident {
  readonly program: Step;
  /** One call, submitted; its outputs belong to the caller. */
  call(): Promise<Outputs>;
  /** Milliseconds of a call, each sample until the device is done. */
  time(samples: number, calls: number): Promise<number[]>;
  profile(): Promise<ProfileReport>;
  release(): void;
}

/** @param initial, inputs - host tensors; uploaded here. */
export function settle(bench: BenchDevice, work: Work, initial: object, inputs: Outputs): Resident {
  const { device } = bench;
  const given = device.put(inputs);
  let state = device.put(initial);
  const program: Step = device.compile((carried, operands) => work.run(carried, operands), { donate: [0] });
  const call = async (): Promise<Outputs> => {
    const next = await program(state, given);
    state = next.state;
    return next.outputs;
  };
  return {
    program,
    call,
    time: async (samples, calls) => {
      const ms: number[] = [];
      for (let sample = 0; sample < samples; sample++) {
        await bench.idle();
        const start = performance.now();
        for (let i = 0; i < calls; i++) device.free(await call());
        await bench.idle();
        ms.push((performance.now() - start) / calls);
      }
      return ms;
    },
    profile: () => program.profile(device.put(initial), given), // consumes its state
    release: () => device.free([state, given]),
  };
}
