import { oneHot } from "./layout.mjs";

export const put = (tf, { shape, values }) =>
  tf.tensor(values, shape, values instanceof Int32Array ? "int32" : "float32");

/** Mean cross entropy of logits against one-hot rows. */
export const crossEntropy = (tf, logits, rows) => tf.neg(tf.mean(tf.sum(tf.mul(rows, tf.logSoftmax(logits)), 1)));

/** A work made of a function of tensors that gives named tensors. */
function eager(tf, f, operands) {
  return {
    call: () => tf.tidy(() => f(...operands)),
    read: (outputs, name) => outputs[name].data(),
    drop: (outputs) => tf.dispose(outputs),
    release: () => tf.dispose(operands),
  };
}

export function prepareKernel(tf, task, arrays) {
  const { stride, padding } = task;
  const sides = [
    [0, 0],
    [padding, padding],
    [padding, padding],
    [0, 0],
  ];
  const geometry = { strides: [stride, stride], pad: sides, dataFormat: "NHWC" };
  const operands = (...names) => names.map((name) => put(tf, arrays[name]));
  switch (task.kind) {
    case "matmul":
      return eager(tf, (a, b) => ({ y: tf.matMul(a, b) }), operands("a", "b"));
    case "chain":
      return eager(tf, (x) => ({ y: tf.mul(tf.tanh(tf.add(tf.mul(x, 1.5), 0.25)), x) }), operands("x"));
    case "sum":
      return eager(tf, (x) => ({ y: tf.sum(x, task.axis) }), operands("x"));
    case "cross-entropy": {
      const f = (logits, rows) => {
        const { value, grad } = tf.valueAndGrad((x) => crossEntropy(tf, x, rows))(logits);
        return { loss: value, gradient: grad };
      };
      return eager(tf, f, [put(tf, arrays.logits), put(tf, oneHot(arrays.labels, task.classes))]);
    }
    case "conv2d-forward":
      return eager(tf, (x, w) => ({ y: tf.conv2d(x, w, stride, sides) }), operands("x", "w"));
    case "conv2d-input-gradient": {
      const attributes = { ...geometry, inputShape: task.inputShape };
      const f = (dy, filter) => ({ y: tf.engine().runKernel("Conv2DBackpropInput", { dy, filter }, attributes) });
      return eager(tf, f, operands("g", "w"));
    }
    case "conv2d-weight-gradient": {
      const attributes = { ...geometry, filterShape: task.weightShape };
      const f = (x, dy) => ({ y: tf.engine().runKernel("Conv2DBackpropFilter", { x, dy }, attributes) });
      return eager(tf, f, operands("x", "g"));
    }
    default:
      throw new Error(`no ${task.kind} for TensorFlow.js`);
  }
}
