const a = -0.75; // of the cubic kernel, as in PyTorch

/** Keys' cubic kernel at distance |t| < 2. */
function cubic(t: number): number {
  const d = Math.abs(t);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/**
 * Resizes a `(rows, columns)` field by bicubic interpolation with aligned corners: the corner values stay, and beyond the edge its
 * values repeat.
 *
 * @param field - row-major.
 * @returns `(height, width)`, row-major.
 * @see Keys 1981; torch.nn.functional.interpolate(mode="bicubic", align_corners=True)
 */
export function resizeBicubic(
  field: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  [height, width]: readonly [number, number],
): Float64Array {
  const [down, across] = [taps(rows, height), taps(columns, width)];
  const resized = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const row of down[y]!) {
        for (const column of across[x]!) sum += row.weight * column.weight * field[row.at * columns + column.at]!;
      }
      resized[y * width + x] = sum;
    }
  }
  return resized;
}

interface Tap {
  readonly at: number;
  readonly weight: number;
}

/** The four values that make each output along one axis. */
function taps(from: number, to: number): readonly (readonly Tap[])[] {
  const scale = to === 1 ? 0 : (from - 1) / (to - 1);
  return Array.from({ length: to }, (_, out) => {
    const floor = Math.floor(out * scale);
    return [-1, 0, 1, 2].map((step) => ({
      at: Math.min(Math.max(floor + step, 0), from - 1),
      weight: cubic(out * scale - floor - step),
    }));
  });
}
