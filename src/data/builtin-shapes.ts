/**
 * How much of the shape covers a point: 1 inside, 0 outside. The shape lives in [−1, 1]², u to the right, v down.
 * Every shape is its own mirror image, so that a horizontal flip keeps the class.
 */
type Shape = (u: number, v: number) => boolean;

const inSquare = (u: number, v: number): boolean => Math.max(Math.abs(u), Math.abs(v)) <= 0.9;

/** The ten classes of the built-in images, in label order. */
export const builtinShapes: readonly { readonly name: string; readonly covers: Shape }[] = [
  { name: "disk", covers: (u, v) => u * u + v * v <= 0.9 },
  { name: "ring", covers: (u, v) => u * u + v * v <= 1 && u * u + v * v >= 0.36 },
  { name: "square", covers: (u, v) => inSquare(u, v) },
  { name: "frame", covers: (u, v) => inSquare(u, v) && Math.max(Math.abs(u), Math.abs(v)) >= 0.5 },
  { name: "triangle", covers: (u, v) => v <= 0.9 && v >= -0.9 && Math.abs(u) <= (v + 0.9) * 0.55 },
  { name: "plus", covers: (u, v) => inSquare(u, v) && Math.min(Math.abs(u), Math.abs(v)) <= 0.28 },
  { name: "saltire", covers: (u, v) => inSquare(u, v) && Math.abs(Math.abs(u) - Math.abs(v)) <= 0.36 },
  { name: "rows", covers: (u, v) => inSquare(u, v) && Math.abs(Math.abs(v) - 0.6) <= 0.28 },
  { name: "columns", covers: (u, v) => inSquare(u, v) && Math.abs(Math.abs(u) - 0.6) <= 0.28 },
  { name: "dots", covers: (u, v) => (Math.abs(u) - 0.55) ** 2 + (Math.abs(v) - 0.55) ** 2 <= 0.14 },
];
