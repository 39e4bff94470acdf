import { grad, jit, lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { oneHot, toHwio, toNchw, toNhwc, toOihw } from "./layout.mjs";

export const put = ({ shape, values }) => np.array(values).reshape(shape);

/** Mean cross entropy of logits against one-hot rows. */
export const crossEntropy = (logits, rows) => rows.mul(nn.logSoftmax(logits)).sum(1).mean().mul(-1);

/** A work made of a jitted function of arrays: its references are counted here, since each call consumes one. */
function jitted(f, operands, names, unpack = {}) {
  const program = jit(f);
  return {
    call() {
      const results = program(...operands.map((operand) => operand.ref));
      return Object.fromEntries(names.map((name, i) => [name, names.length === 1 ? results : results[i]]));
    },
    async read(outputs, name) {
      const { shape } = outputs[name];
      const values = await outputs[name].ref.data();
      return unpack[name] === undefined ? values : unpack[name]({ shape, values }).values;
    },
    drop: (outputs) => Object.values(outputs).forEach((output) => output.dispose()),
    release: () => operands.forEach((operand) => operand.dispose()),
  };
}

export function prepareKernel(task, arrays) {
  const { stride, padding } = task;
  const sides = [
    [padding, padding],
    [padding, padding],
  ];
  const conv = (x, w) => lax.conv(x, w, [stride, stride], sides);
  const against = (x, w, g) => conv(x, w).mul(g).sum();
  const images = (name) => put(toNchw(arrays[name]));
  const zeros = (shape) => ({
    shape,
    values: new Float32Array(shape.reduce((product, length) => product * length, 1)),
  });
  switch (task.kind) {
    case "matmul":
      return jitted((a, b) => np.matmul(a, b), [put(arrays.a), put(arrays.b)], ["y"]);
    case "chain":
      return jitted((x) => np.tanh(x.ref.mul(1.5).add(0.25)).mul(x), [put(arrays.x)], ["y"]);
    case "sum":
      return jitted((x) => x.sum(task.axis), [put(arrays.x)], ["y"]);
    case "cross-entropy": {
      const f = (logits, rows) => valueAndGrad(crossEntropy)(logits, rows);
      return jitted(f, [put(arrays.logits), put(oneHot(arrays.labels, task.classes))], ["loss", "gradient"]);
    }
    case "conv2d-forward":
      return jitted(conv, [images("x"), put(toOihw(arrays.w))], ["y"], { y: toNhwc });
    // the forward pass is linear in what is differentiated, so the compiler drops it; the value at which it stands is not read
    case "conv2d-input-gradient": {
      const x = put(toNchw(zeros(task.inputShape)));
      const f = (at, w, g) => grad(against)(at, w, g);
      return jitted(f, [x, put(toOihw(arrays.w)), images("g")], ["y"], { y: toNhwc });
    }
    case "conv2d-weight-gradient": {
      const w = put(toOihw(zeros(task.weightShape)));
      const f = (at, x, g) => grad((weights) => against(x, weights, g))(at);
      return jitted(f, [w, images("x"), images("g")], ["y"], { y: toHwio });
    }
    default:
      throw new Error(`no ${task.kind} for jax-js`);
  }
}
