import { afterAll, beforeAll, it } from "vitest";
import { grad } from "../../../src/autodiff/grad.ts";
import type { Device } from "../../../src/tensor/device.ts";
import { add, linspace, mul, reshape, sum } from "../../../src/tensor/ops/index.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import type { Shape } from "../../../src/tensor/shape.ts";
import { sizeOf } from "../../../src/tensor/shape.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { flattenTree } from "../../../src/tensor/tree.ts";
import { describeGpu } from "../../support/gpu.ts";
import { openers } from "../../support/gpu-devices.ts";
import { expectNear } from "./near.ts";
import { compositions } from "./table.ts";

/** From ½ to 3/2 along the elements: equal ones would hide the gradient of what is normalized. */
const weights = (y: AnyTensor): AnyTensor =>
  reshape<AnyTensor, Shape>(linspace(0.5, 1.5, { count: sizeOf(y.shape) }), y.shape);

/** Values, and where there are derivatives the gradient of the weighted sum of all outputs. */
function program(f: (...inputs: never[]) => unknown, derivatives: boolean, inputs: readonly AnyTensor[]): AnyTensor[] {
  const values = flattenTree(f(...(inputs as never[])));
  if (!derivatives) return values;
  const loss = (...x: AnyTensor[]): AnyTensor =>
    flattenTree(f(...(x as never[]))).reduce<AnyTensor>(
      (total, y, i) => add(total, mul(sum(mul(y, weights(y))), i + 1)),
      tensor(0),
    );
  const gradient = grad(loss, { argnums: inputs.map((_, i) => i) })(...inputs);
  return [...values, ...flattenTree(gradient)];
}

describeGpu("functions made of other ops: the GPU agrees with the reference", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openers["as it is"]!();
  });
  afterAll(() => device.close());

  it.each(compositions.map((one) => [one.name, one] as const))("%s", async (_, { f, inputs, derivatives }) => {
    const outputs = program(f, derivatives, inputs);
    await expectNear(await device.evaluate(outputs), evaluateReference(outputs));
  });
});
