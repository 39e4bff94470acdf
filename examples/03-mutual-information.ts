// How much do x and y know of each other? A critic and a bound in ten lines, on Gaussians whose mutual information is known:
// d pairs of correlation ρ share −d/2·ln(1 − ρ²) nats.
import type { AnyTensor, Tensor } from "deconfound";
import {
  add,
  diagonal,
  logMeanExp,
  matmul,
  mean,
  neg,
  random,
  square,
  sub,
  transpose,
  valueAndGrad,
  zeros,
} from "deconfound";
import { adam } from "deconfound/nn";
import { openDevice } from "deconfound/node";

const [n, d, correlation] = [256, 4, 0.7];

// The critic scores every pair: f(x_i, y_j) = x_iᵀ W y_j + y_j²·v. The true log density ratio has this form.
type Critic = { w: Tensor; v: Tensor };
const scores = ({ w, v }: Critic, x: Tensor, y: Tensor): Tensor =>
  add(matmul(matmul(x, w), transpose(y)), transpose(matmul(square(y), v)));

// InfoNCE (van den Oord et al. 2018): mean_i [ f(x_i, y_i) − ln mean_j exp f(x_i, y_j) ] ≤ I(X;Y), and ≤ ln n.
const infoNce = (f: Tensor): Tensor => mean(sub(diagonal(f), logMeanExp(f, { axis: 1 })));

function samples(key: AnyTensor): { x: Tensor; y: Tensor } {
  const [first, second] = random.split(key, 2);
  const x = random.normal(first, [n, d]);
  const noise = random.normal(second, [n, d]);
  return { x, y: x.mul(correlation).add(noise.mul(Math.sqrt(1 - correlation ** 2))) };
}

const device = await openDevice();
const optimizer = adam();
type State = { critic: Critic; optimizer: ReturnType<typeof optimizer.init> };
const step = device.compile(
  ({ critic, optimizer: moments }: State, key: AnyTensor) => {
    const { x, y } = samples(key);
    const { value, gradient } = valueAndGrad((params: Critic) => neg(infoNce(scores(params, x, y))))(critic);
    const next = optimizer.update(gradient, moments, critic, { lr: 0.03 });
    return { state: { critic: next.params, optimizer: next.state }, bound: neg(value) };
  },
  { donate: [0] },
);

const start: Critic = { w: zeros([d, d]), v: zeros([d, 1]) };
let state: State = await device.evaluate({ critic: start, optimizer: optimizer.init(start) });
let total = 0;
const [steps, kept] = [200, 50];
for (let i = 0; i < steps; i++) {
  const result = await step(state, random.key(i));
  state = result.state;
  if (i >= steps - kept) total += await result.bound.item();
}
console.log(`estimated ${(total / kept).toFixed(3)} nats`);
console.log(`known     ${((-d / 2) * Math.log(1 - correlation ** 2)).toFixed(3)} nats`);
device.close();
