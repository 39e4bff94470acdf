import { ConfigError } from "../tensor/errors.ts";
import { builtinShapes } from "./builtin-shapes.ts";
import type { Dataset } from "./dataset.ts";
import type { RandomStream } from "./random-stream.ts";
import { randomStream } from "./random-stream.ts";

/** Options of {@link builtinDataset}. */
export interface BuiltinOptions {
  readonly count: number;
  /** Height and width in pixels, from 12. @defaultValue 32 */
  readonly size?: number | undefined;
  /** @defaultValue 0 */
  readonly seed?: number | undefined;
  /** Training and test images of one seed are different draws. @defaultValue "train" */
  readonly part?: "train" | "test" | undefined;
  /** 2 … 10. @defaultValue 10 */
  readonly classes?: number | undefined;
}

const mostBytes = 2 ** 31; // of all images

/**
 * Procedural RGB images for machines without data: a shape of random colour, place and size on a shaded, cluttered, noisy
 * ground. The shape's kind is the class; image i has class i mod `classes`. Colours say nothing of the class and shapes are
 * lighter or darker than the ground at random, so no linear model gets far. The same bytes on every machine.
 *
 * @throws ConfigError for a size under 12, classes outside 2 … 10, or more than 2 GiB of images.
 * @example
 * ```ts
 * import { builtinDataset } from "deconfound/data";
 *
 * const { images, labels, classNames } = builtinDataset({ count: 4, size: 12, classes: 2 });
 * console.log(images.length, String(labels), String(classNames)); // 1728 0,1,0,1 disk,ring
 * ```
 */
export function builtinDataset(options: BuiltinOptions): Dataset {
  const { count, size = 32, seed = 0, part = "train", classes = 10 } = options;
  if (!Number.isInteger(count) || count < 1)
    throw new ConfigError(`builtinDataset: count is ${count}`, ["expects ≥ 1"]);
  if (!Number.isInteger(size) || size < 12) throw new ConfigError(`builtinDataset: size is ${size}`, ["expects ≥ 12"]);
  if (!Number.isInteger(classes) || classes < 2 || classes > builtinShapes.length) {
    throw new ConfigError(`builtinDataset: classes is ${classes}`, [`expects 2 … ${builtinShapes.length}`]);
  }
  if (count * size * size * 3 > mostBytes) {
    throw new ConfigError(`builtinDataset: ${count} images of ${size}×${size} are ${count * size * size * 3} bytes`, [
      `expects at most ${mostBytes}: fewer or smaller images`,
    ]);
  }
  const images = new Uint8Array(count * size * size * 3);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = i % classes;
    const pixels = images.subarray(i * size * size * 3, (i + 1) * size * size * 3);
    drawImage(pixels, size, labels[i]!, randomStream([seed >>> 0, part === "train" ? 0 : 1], i));
  }
  const classNames = builtinShapes.slice(0, classes).map((shape) => shape.name);
  return { images, labels, count, height: size, width: size, channels: 3, classes, classNames };
}

type Colour = readonly [number, number, number];

const colour = (random: RandomStream, from: number, to: number): Colour => [
  random.uniform(from, to),
  random.uniform(from, to),
  random.uniform(from, to),
];

/** Grey value, to keep shape and ground apart. */
const luminance = ([r, g, b]: Colour): number => 0.3 * r + 0.6 * g + 0.1 * b;

function contrasting(random: RandomStream, ground: Colour): Colour {
  for (;;) {
    const chosen = colour(random, 10, 245);
    if (Math.abs(luminance(chosen) - luminance(ground)) >= 55) return chosen;
  }
}

function drawImage(pixels: Uint8Array, size: number, label: number, random: RandomStream): void {
  const ground = colour(random, 40, 215);
  const figure = contrasting(random, ground);
  const radius = size * random.uniform(0.3, 0.42);
  const centreX = size / 2 + random.uniform(-0.5, 0.5) * (size / 2 - radius);
  const centreY = size / 2 + random.uniform(-0.5, 0.5) * (size / 2 - radius);
  const tilt = random.uniform(-0.15, 0.15); // radians: edges do not lie on the pixel grid
  const shade = [random.uniform(-30, 30), random.uniform(-30, 30)] as const;
  const lines = Array.from({ length: 3 }, () => clutterLine(random, size));
  const { covers } = builtinShapes[label]!;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let share = 0; // of the pixel, at 2×2 points
      for (const [dx, dy] of quarters) {
        const u = (x + dx - centreX) / radius;
        const v = (y + dy - centreY) / radius;
        if (covers(u + tilt * v, v - tilt * u)) share += 0.25;
      }
      const light = shade[0] * (x / size - 0.5) + shade[1] * (y / size - 0.5);
      const clutter = lines.reduce((sum, line) => sum + line(x, y), 0);
      const noise = random.bits();
      for (let channel = 0; channel < 3; channel++) {
        const back = ground[channel]! + light + clutter;
        const grain = (((noise >>> (8 * channel)) & 255) - 127.5) * 0.1;
        pixels[(y * size + x) * 3 + channel] = clamp(back + (figure[channel]! - back) * share + grain);
      }
    }
  }
}

const quarters = [
  [0.25, 0.25],
  [0.75, 0.25],
  [0.25, 0.75],
  [0.75, 0.75],
] as const;

/** A faint straight line over the ground. */
function clutterLine(random: RandomStream, size: number): (x: number, y: number) => number {
  const across = random.uniform(-1, 1);
  const along = random.uniform(0.1, 1);
  const length = Math.sqrt(across * across + along * along); // no sine: square roots are the same in every engine
  const offset = random.uniform(0, size);
  const strength = random.uniform(-25, 25);
  const [dx, dy] = [across / length, along / length];
  return (x, y) => (Math.abs((x - size / 2) * dx + (y - size / 2) * dy - offset + size / 2) < 0.8 ? strength : 0);
}

const clamp = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));
