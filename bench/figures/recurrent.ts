import { grad } from "../../src/autodiff/grad.ts";
import { scan } from "../../src/autodiff/scan.ts";
import { add, matmul, mul, reshape, slice, square, sum, tanh } from "../../src/tensor/ops/index.ts";
import { key, normal } from "../../src/tensor/random.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import type { BenchDevice } from "../gpu.ts";
import { middle, ratioOf } from "../rounds.ts";
import { alternate } from "./alternate.ts";
import type { DeviceFigure } from "./device-figure.ts";

const [length, batch, width] = [128, 32, 64];

/** One step of a recurrent layer: h ← tanh(h·w + x). */
const next = (h: Tensor, w: Tensor, x: AnyTensor): Tensor => tanh(add(matmul(h, w), x) as Tensor);

const byScan =
  (checkpointEvery: number | undefined) =>
  (w: Tensor, h: Tensor, xs: Tensor): Tensor<[]> => {
    const [last] = scan((c: Tensor, x: AnyTensor) => [next(c, w, x), null], h, xs, { checkpointEvery });
    return sum(square(last)) as Tensor<[]>;
  };

function unrolled(w: Tensor, h: Tensor, xs: Tensor): Tensor<[]> {
  let c = h;
  for (let i = 0; i < length; i++)
    c = next(c, w, reshape(slice(xs, { axis: 0, start: i, stop: i + 1 }), [batch, width]));
  return sum(square(c)) as Tensor<[]>;
}

/** The gradient of a recurrent layer over 128 steps, as a loop of JavaScript ÷ by `scan` that saves all carries, and √128 of them. */
export const recurrentGradient: DeviceFigure = {
  name: "recurrent-gradient-unrolled-over-scan-128",
  measure: async ({ device, idle }: BenchDevice) => {
    const [w, h, xs] = await device.evaluate([
      mul(normal(key(1), [width, width]), 0.1),
      normal(key(2), [batch, width]),
      normal(key(3), [length, batch, width]),
    ] as const);
    const programs = [byScan(1), byScan(undefined), unrolled].map((f) =>
      device.compile((...args: [Tensor, Tensor, Tensor]) => grad(f)(...args)),
    );
    const timed = programs.map((run) => async (): Promise<number[]> => {
      await idle();
      const start = performance.now();
      const made = await run(w as Tensor, h as Tensor, xs as Tensor);
      await idle();
      device.free(made);
      return [performance.now() - start];
    });
    const firstCalls: number[] = [];
    for (const run of timed) firstCalls.push((await run())[0]!);
    const mib = programs.map((run) => run.memory().peakBytes / 2 ** 20);
    const [all, few, written] = timed as [(typeof timed)[0], (typeof timed)[0], (typeof timed)[0]];
    await alternate(1, all, written);
    const [[ours, theirs], [sparse]] = [await alternate(10, all, written), await alternate(5, few, written)];
    const { ratio, min, max } = ratioOf(ours, theirs);
    const also = {
      ...{
        smallest: min,
        largest: max,
        scan_ms: middle(ours),
        scan_sqrt_ms: middle(sparse),
        unrolled_ms: middle(theirs),
      },
      ...{ scan_first_ms: firstCalls[0]!, unrolled_first_ms: firstCalls[2]! },
      ...{ scan_mib: mib[0]!, scan_sqrt_mib: mib[1]!, unrolled_mib: mib[2]! },
    };
    return [
      { work: "recurrent-gradient-unrolled-over-scan-128", unit: "ratio", ours: ratio, runs: ours.flat().length, also },
    ];
  },
};
