import { jit, lax, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { crossEntropy, put } from "./jax-js-kernels.mjs";
import { oneHot, toNchw, toOihw } from "./layout.mjs";

/** A training step: `f(state, images, rows) → [loss, state]`, the state a flat object of arrays. */
function step(f, initial, operands) {
  const program = jit(f);
  let state = initial;
  return {
    call() {
      const [loss, next] = program(state, ...operands.map((operand) => operand.ref));
      state = next;
      return { loss };
    },
    read: (outputs, name) => outputs[name].ref.data(),
    drop: ({ loss }) => loss.dispose(),
    release: () => [...Object.values(state), ...operands].forEach((array) => array.dispose()),
  };
}

/** The state's arrays below a path, by the rest of their names. */
function below(arrays, path) {
  const found = Object.entries(arrays).filter(([name]) => name.startsWith(path));
  return Object.fromEntries(found.map(([name, array]) => [name.slice(path.length), array]));
}

export function prepareMlp({ lr, classes }, arrays) {
  const state = Object.fromEntries(Object.entries(below(arrays, "state.")).map(([name, a]) => [name, put(a)]));
  const names = Object.keys(state);
  const layers = names.length / 2;
  const loss = (p, x, rows) => {
    let h = x;
    for (let i = 0; i < layers; i++) {
      h = np.matmul(h, p[`layers.${i}.weight`]).add(p[`layers.${i}.bias`]);
      if (i + 1 < layers) h = nn.relu(h);
    }
    return crossEntropy(h, rows);
  };
  const update = (p, x, rows) => {
    const [value, gradient] = valueAndGrad(loss)(tree.ref(p), x, rows);
    return [value, Object.fromEntries(names.map((name) => [name, p[name].sub(gradient[name].mul(lr))]))];
  };
  return step(update, state, [put(arrays.x), put(oneHot(arrays.labels, classes))]);
}

/** Batch norm over all axes but the channels'; moves the running statistics of `stats` as PyTorch does. */
function batchNorm(p, name, x, moved) {
  const [n, c, h, w] = x.shape;
  const mean = x.ref.mean([0, 2, 3], { keepdims: true });
  const centred = x.sub(mean.ref);
  const variance = np.square(centred.ref).mean([0, 2, 3], { keepdims: true });
  const unbiased = (n * h * w) / (n * h * w - 1);
  moved[`${name}.mean`] = lax.stopGradient(mean.reshape([c]));
  moved[`${name}.variance`] = lax.stopGradient(variance.ref.reshape([c]).mul(unbiased));
  const scale = np.reciprocal(np.sqrt(variance.add(1e-5)));
  const normal = centred.mul(scale).mul(p[`${name}.gamma`].reshape([1, c, 1, 1]));
  return normal.add(p[`${name}.beta`].reshape([1, c, 1, 1]));
}

/** Logits of a pre-activation wide residual network. */
function wideResNet(p, blocks, images, moved) {
  const conv = (x, w, stride, side) =>
    lax.conv(
      x,
      w,
      [stride, stride],
      [
        [side, side],
        [side, side],
      ],
    );
  let x = conv(images, p["conv1.weight"], 1, 1);
  for (const group of [1, 2, 3]) {
    for (let i = 0; i < blocks; i++) {
      const name = `block${group}.${i}`;
      const stride = group > 1 && i === 0 ? 2 : 1;
      const shortcut = p[`${name}.convShortcut.weight`];
      const active = nn.relu(batchNorm(p, `${name}.bn1`, shortcut === undefined ? x.ref : x, moved));
      const skipped = shortcut === undefined ? x : conv(active.ref, shortcut, stride, 0);
      const middle = conv(active, p[`${name}.conv1.weight`], stride, 1);
      x = conv(nn.relu(batchNorm(p, `${name}.bn2`, middle, moved)), p[`${name}.conv2.weight`], 1, 1).add(skipped);
    }
  }
  const z = nn.relu(batchNorm(p, "bn1", x, moved)).mean([2, 3]);
  return np.matmul(z, p["fc.weight"]).add(p["fc.bias"]);
}

export function prepareWideResNet({ blocks, classes, lr, momentum, weightDecay }, arrays) {
  const native = (array) => put(array.shape.length === 4 ? toOihw(array) : array);
  const state = Object.fromEntries(Object.entries(below(arrays, "state.")).map(([name, a]) => [name, native(a)]));
  const params = Object.keys(below(state, "params."));
  const stats = Object.keys(below(state, "stats."));
  const update = (s, images, rows) => {
    const loss = (p, x, y) => {
      const moved = {};
      const value = crossEntropy(wideResNet(p, blocks, x, moved), y);
      return [value, moved];
    };
    const weights = below(s, "params.");
    const [[value, moved], gradient] = valueAndGrad(loss, { hasAux: true })(tree.ref(weights), images, rows);
    const next = {};
    for (const name of params) {
      const decayed = gradient[name].add(weights[name].ref.mul(weightDecay));
      const velocity = s[`optimizer.velocity.${name}`].mul(momentum).add(decayed.ref);
      next[`params.${name}`] = weights[name].sub(decayed.add(velocity.ref.mul(momentum)).mul(lr));
      next[`optimizer.velocity.${name}`] = velocity;
    }
    for (const name of stats) next[`stats.${name}`] = s[`stats.${name}`].mul(0.9).add(moved[name].mul(0.1));
    return [value, next];
  };
  return step(update, state, [put(toNchw(arrays.images)), put(oneHot(arrays.labels, classes))]);
}
