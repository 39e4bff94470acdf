import { oneHot } from "./layout.mjs";
import { crossEntropy, put } from "./tfjs-kernels.mjs";

/** The state's arrays below a path as variables, by the rest of their names. */
function variables(tf, arrays, path) {
  const found = Object.entries(arrays).filter(([name]) => name.startsWith(path));
  return Object.fromEntries(found.map(([name, array]) => [name.slice(path.length), tf.variable(put(tf, array))]));
}

/** A step that moves variables: `move()` gives the loss. */
function step(tf, move, held) {
  return {
    call: () => ({ loss: tf.tidy(move) }),
    read: (outputs, name) => outputs[name].data(),
    drop: (outputs) => tf.dispose(outputs),
    release: () => held.forEach((tensors) => tf.dispose(tensors)),
  };
}

export function prepareMlp(tf, { lr, classes }, arrays) {
  const p = variables(tf, arrays, "state.");
  const x = put(tf, arrays.x);
  const rows = put(tf, oneHot(arrays.labels, classes));
  const layers = Object.keys(p).length / 2;
  const optimizer = tf.train.sgd(lr);
  const loss = () => {
    let h = x;
    for (let i = 0; i < layers; i++) {
      h = tf.add(tf.matMul(h, p[`layers.${i}.weight`]), p[`layers.${i}.bias`]);
      if (i + 1 < layers) h = tf.relu(h);
    }
    return crossEntropy(tf, h, rows);
  };
  return step(tf, () => optimizer.minimize(loss, true, Object.values(p)), [p, x, rows]);
}

/** Logits of a pre-activation wide residual network; `moved` takes the statistics of each batch norm. */
function wideResNet(tf, p, blocks, images, moved) {
  const conv = (x, w, stride, side) =>
    tf.conv2d(x, w, stride, [
      [0, 0],
      [side, side],
      [side, side],
      [0, 0],
    ]);
  const activate = (x, name) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const count = x.size / x.shape[3];
    moved[`${name}.mean`] = mean;
    moved[`${name}.variance`] = tf.mul(variance, count / (count - 1));
    return tf.relu(tf.batchNorm(x, mean, variance, p[`${name}.beta`], p[`${name}.gamma`], 1e-5));
  };
  let x = conv(images, p["conv1.weight"], 1, 1);
  for (const group of [1, 2, 3]) {
    for (let i = 0; i < blocks; i++) {
      const name = `block${group}.${i}`;
      const stride = group > 1 && i === 0 ? 2 : 1;
      const shortcut = p[`${name}.convShortcut.weight`];
      const active = activate(x, `${name}.bn1`);
      const skipped = shortcut === undefined ? x : conv(active, shortcut, stride, 0);
      const middle = conv(active, p[`${name}.conv1.weight`], stride, 1);
      x = tf.add(conv(activate(middle, `${name}.bn2`), p[`${name}.conv2.weight`], 1, 1), skipped);
    }
  }
  return tf.add(tf.matMul(tf.mean(activate(x, "bn1"), [1, 2]), p["fc.weight"]), p["fc.bias"]);
}

export function prepareWideResNet(tf, { blocks, classes, lr, momentum, weightDecay }, arrays) {
  const p = variables(tf, arrays, "state.params.");
  const stats = variables(tf, arrays, "state.stats.");
  const images = put(tf, arrays.images);
  const rows = put(tf, oneHot(arrays.labels, classes));
  const optimizer = tf.train.momentum(lr, momentum, true); // its velocity starts at zero, as ours
  const nameOf = Object.fromEntries(Object.entries(p).map(([name, variable]) => [variable.name, name]));
  const move = () => {
    const moved = {};
    const loss = () => {
      const value = crossEntropy(tf, wideResNet(tf, p, blocks, images, moved), rows);
      for (const tensor of Object.values(moved)) tf.keep(tensor); // variableGrads frees what is not the value
      return value;
    };
    const { value, grads } = tf.variableGrads(loss, Object.values(p));
    const decayed = Object.entries(grads).map(([name, g]) => [name, tf.add(g, tf.mul(p[nameOf[name]], weightDecay))]);
    optimizer.applyGradients(Object.fromEntries(decayed));
    for (const [name, running] of Object.entries(stats)) {
      running.assign(tf.add(tf.mul(running, 0.9), tf.mul(moved[name], 0.1)));
    }
    tf.dispose(moved);
    return value;
  };
  return step(tf, move, [p, stats, images, rows]);
}
