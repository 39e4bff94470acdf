import { expect, it } from "vitest";
import type { TunedClass } from "../../src/kernels/adapter/tuning.ts";
import { parseTuning } from "../../src/kernels/adapter/tuning.ts";
import { openDevice } from "../../src/kernels/index.ts";
import { tune } from "../../src/kernels/tuning/tune.ts";
import { convolutionWorks, matmulWork, tuneWorks } from "../../src/kernels/tuning/works.ts";
import { waitNapping } from "../../src/node/nap.ts";
import { matmul } from "../../src/tensor/ops/matmul.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { describeGpu, gpu } from "../support/gpu.ts";

describeGpu("tune", () => {
  it("measures each class once, checks results, and makes what openDevice takes for this adapter alone", async () => {
    const works = [matmulWork(20, 24, 12), matmulWork(21, 25, 12), ...convolutionWorks(2, 6, [4, 8]).slice(1)];
    const told: TunedClass[] = [];
    const tuning = await tune({
      ...{ gpu: gpu!, wait: waitNapping, works, rounds: 2, library: "test" },
      onMeasured: (measured) => told.push(measured),
    });
    expect(parseTuning(JSON.parse(JSON.stringify(tuning)), "tuning")).toEqual(tuning);
    expect(Object.values(tuning.classes)).toEqual(told);
    expect(told.map(({ work }) => work.split(" ")[0])).toEqual([
      "matmul",
      "conv2dInputGradient",
      "conv2dWeightGradient",
    ]);
    for (const { winner, times } of told) {
      expect(times).toContainEqual(expect.objectContaining(winner));
      expect(times.length).toBeGreaterThan(1);
      for (const { ms } of times) expect(ms).toBeGreaterThan(0);
    }

    const adapter = (await gpu!.requestAdapter())!;
    const device = await openDevice({ adapter, wait: waitNapping, tuning });
    const ones = (rows: number, columns: number): AnyTensor =>
      tensor(new Float32Array(rows * columns).fill(1), { shape: [rows, columns] });
    const product = await device.evaluate(matmul(ones(20, 24) as never, ones(24, 12) as never) as AnyTensor);
    expect(new Set(await product.data())).toEqual(new Set([24]));
    device.close();

    const other = { ...tuning, adapter: "Another card" };
    await expect(openDevice({ gpu: gpu!, wait: waitNapping, tuning: other })).rejects.toThrow(
      "another adapter: Another card",
    );
  });

  it("measures only the families asked for", async () => {
    const options = { gpu: gpu!, wait: waitNapping, works: [matmulWork(4, 4, 4)], only: ["conv2d"] as const };
    expect((await tune(options)).classes).toEqual({});
  });
});

it("the works of every adapter class are of distinct names", () => {
  for (const adapterClass of ["software", "integrated", "discrete"] as const) {
    const names = tuneWorks(adapterClass).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  }
});
