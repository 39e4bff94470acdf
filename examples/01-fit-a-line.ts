// Fits y = a·x + b to noisy points by gradient descent: a pure function, its gradient, a compiled step.

import type { Tensor } from "deconfound";
import { mean, random, square, sub, tensor, valueAndGrad } from "deconfound";
import { sgd } from "deconfound/nn";
import { openDevice } from "deconfound/node";

const device = await openDevice();

const x = random.uniform(random.key(1), [100], { from: -1, to: 1 });
const y = x
  .mul(3)
  .sub(0.5)
  .add(random.normal(random.key(2), [100]).mul(0.1));

type Line = { a: Tensor; b: Tensor };
const loss = ({ a, b }: Line, xs: Tensor, ys: Tensor): Tensor => mean(square(sub(ys, xs.mul(a).add(b))));

const optimizer = sgd({ momentum: 0.9 });
const step = device.compile(
  (state: { params: Line; optimizer: ReturnType<typeof optimizer.init> }, xs: Tensor, ys: Tensor) => {
    const { value, gradient } = valueAndGrad(loss)(state.params, xs, ys);
    const { params, state: next } = optimizer.update(gradient, state.optimizer, state.params, { lr: 0.1 });
    return { state: { params, optimizer: next }, loss: value };
  },
  { donate: [0] },
);

const data = await device.evaluate({ x, y });
const start: Line = { a: tensor(0), b: tensor(0) };
let state = device.put({ params: start, optimizer: optimizer.init(start) });
for (let i = 0; i <= 60; i++) {
  const result = await step(state, data.x, data.y);
  state = result.state;
  if (i % 20 === 0) console.log(`step ${i}  loss ${(await result.loss.item()).toFixed(4)}`);
}
const { a, b } = state.params;
console.log(`y = ${(await a.item()).toFixed(2)} x + ${(await b.item()).toFixed(2)}, made with y = 3 x - 0.5`);
device.close();
