import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { valueAndGrad } from "../../src/autodiff/grad.ts";
import { openDevice } from "../../src/kernels/index.ts";
import { crossEntropy, dense } from "../../src/nn/index.ts";
import { waitNapping } from "../../src/node/nap.ts";
import { mean, mul, relu, sub } from "../../src/tensor/ops/index.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { mapTree, zipTrees } from "../../src/tensor/tree.ts";
import { adapter, describeGpu } from "../support/gpu.ts";

const ramp = (...shape: number[]): AnyTensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i) / 4),
    { shape },
  );
};
const mebibyte = 2 ** 20;

describeGpu("2,000 compiled steps", () => {
  it("leave GPU bytes and resident memory flat", { timeout: 240_000 }, async () => {
    const device = await openDevice({ adapter: adapter!, wait: waitNapping });
    const initial = {
      first: { weight: ramp(12, 16), bias: ramp(16) },
      second: { weight: ramp(16, 4), bias: ramp(4) },
    };
    const step = device.compile(
      (params: typeof initial, x: AnyTensor, y: AnyTensor, lr: number) => {
        const { value, gradient } = valueAndGrad((p: typeof initial) =>
          mean(crossEntropy(dense(p.second, relu(dense(p.first, x) as never)), y)),
        )(params);
        return { params: zipTrees(params, [gradient], ([w, g]) => sub(w!, mul(g!, lr))), loss: value };
      },
      { donate: [0] },
    );
    let params = device.put(mapTree(initial, (t) => t)) as typeof initial;
    const labels = tensor(Int32Array.from([0, 1, 2, 3, 0, 1, 2, 3]));
    const gpuBytes: number[] = [];
    const resident: number[] = [];
    let loss = Number.NaN;
    let first = Number.NaN;
    for (let k = 0; k < 2000; k++) {
      // an input of new host data, a changing scalar, and a result that nobody frees
      const next = await step(params, ramp(8, 12), labels, 0.05 + (k % 7) / 100);
      params = next.params;
      if (k % 50 === 0) loss = await next.loss.item();
      if (k === 0) first = loss;
      if (k % 500 === 499) {
        gpuBytes.push(device.allocatedBytes());
        resident.push(process.memoryUsage().rss);
      }
    }
    device.close();
    expect(loss).toBeLessThan(0.75 * first);
    expect(gpuBytes.at(-1)! - gpuBytes[0]!).toBeLessThan(mebibyte);
    expect(resident.at(-1)! - resident[0]!).toBeLessThan(32 * mebibyte);
  });

  it("let the process end by itself after close()", () => {
    const program = `
      import { openDevice } from "./dist/node/index.js";
      import { add, tensor } from "./dist/index.js";
      const device = await openDevice({ device: "gpu" });
      const y = await device.evaluate(add(tensor([1, 2]), 1));
      console.log(Array.from(await y.data()).join());
      device.close();`;
    const { stdout, status } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect([stdout.trim(), status]).toEqual(["2,3", 0]);
  });
});
