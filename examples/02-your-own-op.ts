// An op of one's own: log(1 + x²) with its gradient rule, a plain loop that defines it, and a kernel. checkGrads then tries the
// rule against finite differences of the loop, and the device runs the kernel.

import type { Tensor } from "deconfound";
import { add, apply1, defineOp, div, evaluateReference, mul, square, sub, sum, tensor } from "deconfound";
import { openDevice } from "deconfound/node";
import { checkGrads } from "deconfound/testing";

const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

const cauchyOp = defineOp<null>({
  name: "cauchy",
  infer: ([x]) => [{ shape: x!.shape, dtype: "f32" }],
  reference: ({ inputs: [x], outputs: [y] }) => {
    for (let i = 0; i < x!.length; i++) y![i] = Math.log1p(x![i]! ** 2);
  },
  kernel: {
    source: /* wgsl */ `
      @group(0) @binding(0) var<storage, read> x: array<f32>;
      @group(0) @binding(1) var<storage, read_write> y: array<f32>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x < arrayLength(&y)) { y[id.x] = log(1.0 + x[id.x] * x[id.x]); }
      }`,
    workgroups: ([x]) => [Math.ceil(size(x!.shape) / 64), 1, 1],
  },
  vjp: ({ g: [g], inputs: [x] }) => [mul(g!, div(mul(x!, 2), add(square(x!), 1)))], // d/dx log(1 + x²) = 2x/(1 + x²)
  samples: () => [{ inputs: [{ shape: [5], dtype: "f32" }], params: null }],
});

/** log(1 + x²), a loss that does not mind outliers. */
const cauchy = (x: Tensor): Tensor => apply1(cauchyOp, [x], null) as Tensor;

const x = tensor([-3, -1, -0.25, 0, 0.5, 2]);
checkGrads((value: Tensor) => cauchy(value), [x], { order: 2 });
console.log("first and second derivative agree with finite differences");

const device = await openDevice();
const onDevice = await device.evaluate(cauchy(x));
const difference = sum(square(sub(tensor([...(await onDevice.data())]), evaluateReference(cauchy(x)))));
console.log("values", [...(await onDevice.data())].map((value) => value.toFixed(4)).join(" "));
console.log("kernel agrees with its definition:", (await evaluateReference(difference).item()) < 1e-10);
device.close();
