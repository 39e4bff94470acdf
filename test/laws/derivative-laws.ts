import { expect } from "vitest";
import { pullback } from "../../src/autodiff/pullback.ts";
import { apply } from "../../src/tensor/op.ts";
import { identity } from "../../src/tensor/ops/identity.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import type { Motions } from "../../src/testing/forward.ts";
import { forward, motionsOf } from "../../src/testing/forward.ts";
import { hostValues } from "../../src/testing/inner-product.ts";
import { underflow } from "../../src/testing/motion.ts";
import { wrongDerivative } from "../../src/testing/scalar-derivatives.ts";
import { rounding, seedsOf } from "../../src/testing/scalar-function.ts";
import { slopeAlong } from "../../src/testing/slope.ts";
import type { Tape } from "../../src/testing/tape.ts";
import { recordTape } from "../../src/testing/tape.ts";
import { directions, inner, magnitude, valuesOf } from "./float64.ts";
import type { Case } from "./sampling.ts";
import { isReal } from "./sampling.ts";

type Loss = (x: readonly AnyTensor[]) => AnyTensor;

const literals = 2 ** -22; // numbers in formulas, such as 1/n, are f32: a few of them may each be 2⁻²⁴ off

/** A derivative by forward mode, in float64. */
interface Moved {
  readonly value: number;
  readonly doubt: number;
  readonly tape: Tape;
  readonly motions: Motions;
}

function move(loss: Loss, inputs: readonly AnyTensor[], moved: number, direction: AnyTensor): Moved {
  const own = inputs.map((input, i) => (i === moved ? identity(input) : input));
  const tape = recordTape([loss(own)]);
  const motions = forward(tape, seedsOf([own[moved]!.node], [hostValues(direction)]), { stopGradient: "constant" });
  const [motion] = motionsOf(tape.roots, motions);
  return { value: motion?.tangent[0] ?? 0, doubt: motion?.doubt[0] ?? 0, tape, motions };
}

/** ⟨outputs, random weights⟩ of one record as a function of its inputs. */
function projection({ op, sample, seed }: Case): { weights: AnyTensor[]; loss: Loss } {
  const outputs = (x: readonly AnyTensor[]): AnyTensor[] => apply(op, x, sample.params).filter(isReal);
  const weights = directions(
    op.infer(sample.inputs, sample.params).filter(({ dtype }) => dtype === "f32"),
    seed + 1000,
  );
  return { weights, loss: (x) => inner(outputs(x), weights) };
}

/**
 * Every record's VJP against forward mode, and its scalar derivatives against adaptive differences.
 *
 * @returns false if nothing could be compared because a value or both derivatives are not finite.
 */
export function checkVjp(one: Case, inputs: readonly AnyTensor[]): boolean {
  const { op, sample, seed } = one;
  const { weights, loss } = projection(one);
  const real = inputs.flatMap((input, i) => (isReal(input) ? [i] : []));
  const outputs = apply(op, inputs, sample.params).filter(isReal);
  const gradients = pullback(
    outputs,
    weights,
    real.map((i) => inputs[i]!),
  );
  if (op.vjp === null) {
    expect(gradients.every((gradient) => gradient === null)).toBe(true);
    expect(outputs.length > 0 && real.length > 0).toBe(passesNothing.includes(op.name));
    return true;
  }
  return real.every((index, k) => {
    const gradient = gradients[k] ?? null;
    if (gradient !== null) expect(gradient.shape).toEqual(inputs[index]!.shape);
    const [direction] = directions([inputs[index]!], seed + 2000 + index) as [AnyTensor];
    return compare(loss, inputs, index, gradient, direction);
  });
}

const passesNothing = ["stopGradient"]; // the only f32 → f32 op that may say: no gradient

/** Gradients of gradients: the derivative of ⟨VJP, probe⟩ by the inputs and by the cotangents. */
export function checkSecond({ op, sample, seed }: Case, inputs: readonly AnyTensor[]): boolean {
  const outputs = apply(op, inputs, sample.params).filter(isReal);
  const real = inputs.filter(isReal);
  if (op.vjp === null || outputs.length === 0 || real.length === 0) return true;
  const weights = directions(outputs, seed + 1000);
  const probes = directions(real, seed + 3000);
  const slope: Loss = (point) => {
    const moved = point.slice(0, inputs.length);
    const values = apply(op, moved, sample.params).filter(isReal);
    return inner(pullback(values, point.slice(inputs.length), moved.filter(isReal)), probes);
  };
  const point = [...inputs, ...weights];
  const wrt = point.flatMap((tensor, i) => (isReal(tensor) ? [i] : []));
  const own = point.map((tensor) => identity(tensor));
  const seconds = pullback(
    [slope(own)],
    directions([{ shape: [], dtype: "f32" }], 1),
    wrt.map((i) => own[i]!),
  );
  const [unit] = valuesOf(directions([{ shape: [], dtype: "f32" }], 1)) as [Float64Array];
  return wrt.every((index, k) => {
    const [direction] = directions([point[index]!], seed + 4000 + k) as [AnyTensor];
    return compare(slope, point, index, seconds[k] ?? null, direction, unit[0]!);
  });
}

function compare(
  loss: Loss,
  point: readonly AnyTensor[],
  index: number,
  gradient: AnyTensor | null,
  direction: AnyTensor,
  factor = 1,
): boolean {
  const { value, doubt, tape, motions } = move(loss, point, index, direction);
  const given = gradient === null ? 0 : valuesOf([inner([gradient], [direction])])[0]![0]!;
  const expected = factor * value;
  // what stands still, such as the NaN of a branch that is not taken, may be anything
  const moving = tape.order.filter((node) => motions.get(node)?.some((motion) => motion !== null));
  if (!moving.every((node) => tape.values.get(node)!.every((data) => data.every(Number.isFinite)))) return false;
  if (!Number.isFinite(given) && !Number.isFinite(expected)) return false;
  const size = gradient === null ? 0 : magnitude(valuesOf([gradient]), valuesOf([direction]));
  const allowed = literals * Math.max(size, Math.abs(expected)) + Math.abs(factor) * doubt + underflow;
  expect(Math.abs(given - expected) <= allowed, `input ${index}: ${given}, forward mode ${expected}`).toBe(true);
  expect(wrongDerivative(tape, motions)).toBeUndefined();
  return true;
}

/** Forward mode itself against adaptive differences of the record's values. */
export function checkForward(one: Case, inputs: readonly AnyTensor[]): void {
  const { op, seed } = one;
  const { loss } = projection(one);
  if (op.vjp === null) return;
  inputs.forEach((input, index) => {
    if (!isReal(input)) return;
    const [direction] = directions([input], seed + 2000 + index) as [AnyTensor];
    const { value, doubt } = move(loss, inputs, index, direction);
    const still = inputs.map((other, i) => (i === index ? hostValues(direction) : hostValues(other).fill(0)));
    const differences = slopeAlong(
      (x) => loss(x.map((tensor, i) => (i === index ? tensor : inputs[i]!))),
      inputs,
      still,
    );
    const terms = Math.max(Math.abs(value), doubt / rounding); // Σ|terms|, of a few units as the samples are
    const allowed = 10 * differences.error + literals * terms + underflow;
    expect(differences.error, `input ${index}: differences settle`).toBeLessThanOrEqual(1e-5 * (1 + terms));
    const told = `input ${index}: ${value}, differences ${differences.value}`;
    expect(Math.abs(value - differences.value) <= allowed, told).toBe(true);
  });
}
