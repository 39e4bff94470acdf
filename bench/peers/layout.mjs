// Between our layouts (images NHWC, kernels HWIO) and those of PyTorch and jax-js (NCHW, OIHW), on the host.

/** Values of an array with its axes in the order `axes`, as numpy's transpose. */
export function permute({ shape, values }, axes) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
  const sizes = axes.map((axis) => shape[axis]);
  const steps = axes.map((axis) => strides[axis]);
  const result = new values.constructor(values.length);
  let at = 0;
  const walk = (axis, from) => {
    if (axis === sizes.length) {
      result[at++] = values[from];
      return;
    }
    for (let i = 0; i < sizes[axis]; i++) walk(axis + 1, from + i * steps[axis]);
  };
  walk(0, 0);
  return { shape: sizes, values: result };
}

export const toNchw = (images) => permute(images, [0, 3, 1, 2]);
export const toNhwc = (images) => permute(images, [0, 2, 3, 1]);
export const toOihw = (kernels) => permute(kernels, [3, 2, 0, 1]);
export const toHwio = (kernels) => permute(kernels, [2, 3, 1, 0]);

/** One row a label, 1 at the label. */
export function oneHot({ values }, classes) {
  const rows = new Float32Array(values.length * classes);
  values.forEach((label, i) => {
    rows[i * classes + label] = 1;
  });
  return { shape: [values.length, classes], values: rows };
}
