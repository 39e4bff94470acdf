import { grad } from "../../src/autodiff/grad.ts";
import { vmap } from "../../src/autodiff/vmap.ts";
import { crossEntropy } from "../../src/nn/index.ts";
import { conv2d, matmul, mean, relu, reshape, slice, sum } from "../../src/tensor/ops/index.ts";
import { key, normal, uniform } from "../../src/tensor/random.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import type { BenchDevice } from "../gpu.ts";
import { middle, ratioOf } from "../rounds.ts";
import { alternate } from "./alternate.ts";
import type { DeviceFigure } from "./device-figure.ts";

const examples = 32;
const [side, channels, width, classes] = [16, 3, 16, 10];

interface Params {
  readonly first: AnyTensor;
  readonly second: AnyTensor;
  readonly last: AnyTensor;
}

/** Cross entropy of two 3×3 convolutions, the mean over positions and a dense layer, of one image. */
function loss({ first, second, last }: Params, image: AnyTensor, label: AnyTensor): Tensor<[]> {
  const x = reshape(image, [1, side, side, channels]) as AnyTensor as Tensor<[number, number, number, number]>;
  const h = relu(conv2d(x, first as typeof x, { padding: "same" }));
  const z = mean(relu(conv2d(h as typeof x, second as typeof x, { padding: "same", stride: 2 })), { axis: [1, 2] });
  return sum(crossEntropy(matmul(z, last) as Tensor, reshape(label, [1]))) as Tensor<[]>;
}

/** A gradient per example: a compiled program of one example, called for each ÷ one compiled `vmap` of it. */
export const perExampleGradients: DeviceFigure = {
  name: "per-example-gradients-loop-over-vmap-32",
  measure: async (bench: BenchDevice) => {
    const { device, idle } = bench;
    const params: Params = await device.evaluate({
      first: normal(key(1), [3, 3, channels, width]),
      second: normal(key(2), [3, 3, width, width]),
      last: normal(key(3), [width, classes]),
    });
    const images = await device.evaluate(uniform(key(4), [examples, side, side, channels]));
    const labels = device.put(
      tensor(
        Array.from({ length: examples }, (_, i) => i % classes),
        { dtype: "i32" },
      ),
    );
    const one = device.compile((p: Params, x: AnyTensor, y: AnyTensor) => grad(loss)(p, x, y));
    const all = device.compile((p: Params, x: AnyTensor, y: AnyTensor) =>
      vmap(grad(loss), { inAxes: [null, 0, 0] })(p, x, y),
    );
    const rows = await device.evaluate(
      Array.from({ length: examples }, (_, i) => ({
        image: slice(images, { axis: 0, start: i, stop: i + 1 }),
        label: slice(labels, { axis: 0, start: i, stop: i + 1 }),
      })),
    );
    const timed = (run: () => Promise<unknown>) => async (): Promise<number[]> => {
      await idle();
      const start = performance.now();
      const made = await run();
      await idle();
      device.free(made);
      return [performance.now() - start];
    };
    const loop = timed(async () => {
      const made = [];
      for (const { image, label } of rows) made.push(await one(params, image, label));
      return made;
    });
    const whole = timed(() => all(params, images, labels));
    await alternate(2, whole, loop);
    const [ours, theirs] = await alternate(15, whole, loop);
    const { ratio, min, max } = ratioOf(ours, theirs);
    const also = { smallest: min, largest: max, vmap_ms: middle(ours), loop_ms: middle(theirs) };
    const work = "per-example-gradients-loop-over-vmap-32";
    return [{ work, unit: "ratio", ours: ratio, runs: ours.flat().length, also }];
  },
};
