import { describe } from "../tensor/describe.ts";
import { ConfigError, GradientError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { parameters } from "../tensor/parameters.ts";
import type { Site } from "../tensor/site.ts";
import { captureSite } from "../tensor/site.ts";
import { differenceSteps, extrapolate } from "./differences.ts";
import { directions } from "./directions.ts";
import { hostValues } from "./inner-product.ts";
import { underflow } from "./motion.ts";
import type { Numbers } from "./numbers.ts";
import { holdsSingles, numbersIn, pathOf, withNumbers } from "./numbers.ts";
import { searchWorst } from "./worst-element.ts";

/** A function of plain numbers and its gradient, by any library or by hand. */
export interface PlainFunction<X extends Numbers> {
  value(x: X): number | Promise<number>;
  /** ∂value/∂x, numbers in the places of x's numbers. */
  gradient(x: X): Numbers | Promise<Numbers>;
}

export interface CheckGradsOfOptions {
  /** How the values are computed. @defaultValue "f32" where x holds a Float32Array, else "f64" */
  readonly precision?: "f64" | "f32" | undefined;
  /** Allowed |Δ| relative to the terms of the projection, Σ|gᵢvᵢ|, besides ten times the differences' own error. @defaultValue 1e-6 */
  readonly rtol?: number | undefined;
  /** Random projections. @defaultValue 2 */
  readonly directions?: number | undefined;
  /** Of the random projections. @defaultValue 0 */
  readonly seed?: number | undefined;
}

const checkCall = parameters(
  "checkGradsOf",
  { functions: kind.fields({ value: kind.callback, gradient: kind.callback }), x: kind.anything },
  { precision: kind.oneOf("f64", "f32"), rtol: kind.notNegative, directions: kind.count, seed: kind.count },
);

/**
 * Checks a gradient that this library did not make: of tfjs, jax-js, a shader or a formula by hand. Its projections on random directions
 * are compared with adaptive differences of the values (Ridders' method), which choose their own step and say how far off they may be.
 * Values in f32 leave two to four digits, so errors of some percent are seen there, and of 1e-6 in f64.
 *
 * @param functions - `value(x)`, a number, and `gradient(x)`, of x's form; either may return a promise.
 * @param x - a number, a typed array, or nested arrays of these.
 * @throws GradientError naming the element that is wrong, what was given and what the differences say; or "cannot decide" where these
 *   do not settle, near a kink or a pole, or where value or gradient is not finite. ConfigError for arguments of a wrong kind.
 * @see C. J. F. Ridders, Accurate computation of F′(x) and F′(x)F″(x), Advances in Engineering Software 4 (1982)
 * @example
 * ```ts
 * import { checkGradsOf } from "deconfound/testing";
 *
 * const value = (x: number[]) => Math.log(x.reduce((total, v) => total + Math.exp(v), 0));
 * const gradient = (x: number[]) => x.map((v) => Math.exp(v) / x.reduce((total, u) => total + Math.exp(u), 0));
 * await checkGradsOf({ value, gradient }, [0.5, -2, 3]);
 * console.log("right"); // right
 * ```
 */
export async function checkGradsOf<X extends Numbers>(
  functions: PlainFunction<X>,
  x: X,
  options: CheckGradsOfOptions = {},
): Promise<void> {
  checkCall(arguments);
  const site = captureSite();
  const { rtol = 1e-6, directions: count = 2, seed = 0 } = options;
  const at = numbersIn("checkGradsOf", "x", x, site);
  if (at.length === 0) throw new ConfigError("checkGradsOf: x holds no number", [], site);
  const unit = (options.precision ?? (holdsSingles(x) ? "f32" : "f64")) === "f32" ? 2 ** -23 : 2 ** -52;
  const valueAt = async (flat: Float64Array): Promise<number> => {
    const value = await functions.value(withNumbers(x, flat));
    if (typeof value === "number") return value;
    throw new ConfigError(`checkGradsOf: value(x) is ${describe(value)}`, ["expects a number"], site);
  };
  const here = await valueAt(at);
  const gradient = numbersIn("checkGradsOf", "gradient(x)", await functions.gradient(x), site);
  if (gradient.length !== at.length) {
    throw new ConfigError(
      `checkGradsOf: gradient(x) holds ${gradient.length} numbers, x ${at.length}`,
      ["expects one for each number of x"],
      site,
    );
  }
  const lost = gradient.findIndex((g) => !Number.isFinite(g));
  if (lost >= 0 || !Number.isFinite(here)) {
    const what = lost >= 0 ? `the gradient by ${pathOf(x, lost)} is ${gradient[lost]}` : `value(x) is ${here}`;
    throw new GradientError(`checkGradsOf: cannot decide: ${what}`, ["take x inside the domain"], site);
  }
  const slope = (v: Float64Array): Promise<Slope> => slopeOf(valueAt, at, gradient, v, { here, unit });
  for (let k = 0; k < count; k++) {
    const [drawn] = directions([{ shape: [at.length], dtype: "f32" }], seed, k);
    const v = hostValues(drawn!);
    const found = await slope(v);
    const { analytic, differences, error, size } = found;
    if (!(error <= 0.01 * Math.max(size, Math.abs(differences)) + underflow)) {
      throw new GradientError(
        "checkGradsOf: cannot decide: differences do not settle",
        ["x lies near a kink or a pole, or the values carry too few digits", `replay with { seed: ${seed} }`],
        site,
      );
    }
    if (isNear(found, rtol)) continue;
    throw await wrong(x, v, slope, { seed, site }, { analytic, differences });
  }
}

interface Slope {
  readonly analytic: number;
  readonly differences: number;
  readonly error: number;
  /** Σ|gᵢvᵢ| */
  readonly size: number;
}

const isNear = ({ analytic, differences, error, size }: Slope, rtol: number): boolean =>
  Math.abs(analytic - differences) <= 10 * error + rtol * Math.max(size, Math.abs(differences)) + underflow;

/** The derivative along v twice: by the gradient, and by differences of values at shrinking steps. */
async function slopeOf(
  valueAt: (x: Float64Array) => Promise<number>,
  at: Float64Array,
  gradient: Float64Array,
  v: Float64Array,
  { here, unit }: { readonly here: number; readonly unit: number },
): Promise<Slope> {
  // a step of 1 takes the nearest element through its own size
  const reach = Math.min(
    ...at.map((x, i) => (v[i] === 0 ? Number.POSITIVE_INFINITY : (Math.abs(x) || 1) / Math.abs(v[i]!))),
  );
  const scale = Number.isFinite(reach) ? reach : 1;
  const quotients = new Map<number, number>();
  for (const t of differenceSteps) {
    const [left, right] = [-t, t].map((step) => valueAt(at.map((x, i) => x + step * scale * v[i]!)));
    quotients.set(t, ((await right!) - (await left!)) / (2 * t * scale));
  }
  const terms = gradient.map((g, i) => g * v[i]!);
  const size = terms.reduce((total, x) => total + Math.abs(x), 0);
  const moved = gradient.reduce((total, g, i) => total + Math.abs(g * at[i]!), 0); // x itself is rounded
  const noise = ((Math.abs(here) + moved) * unit) / scale;
  const { value, error } = extrapolate((t) => Float64Array.of(quotients.get(t)!), [noise]);
  return { analytic: terms.reduce((total, x) => total + x, 0), differences: value[0]!, error: error[0]!, size };
}

async function wrong(
  x: Numbers,
  v: Float64Array,
  slope: (v: Float64Array) => Promise<Slope>,
  { seed, site }: { readonly seed: number; readonly site: Site },
  whole: { readonly analytic: number; readonly differences: number },
): Promise<GradientError> {
  const part = (from: number, to: number): Float64Array => v.map((y, i) => (i >= from && i < to ? y : 0));
  const error = async (from: number, to: number): Promise<number> => {
    const { analytic, differences } = await slope(part(from, to));
    return analytic - differences;
  };
  const search = searchWorst(v.length);
  let step = search.next();
  while (step.done !== true) step = search.next(await error(...step.value));
  const element = step.value;
  const alone = await slope(v.map((_, i) => Number(i === element)));
  return new GradientError(
    `checkGradsOf: wrong gradient by ${pathOf(x, element)}`,
    [
      `given ${alone.analytic}   differences ${alone.differences} ± ${alone.error.toExponential(0)}   |Δ| ${Math.abs(alone.analytic - alone.differences).toExponential(2)}`,
      `along the direction: given ${whole.analytic}   differences ${whole.differences}`,
      `x holds ${v.length} numbers`,
      `replay with { seed: ${seed} }`,
    ],
    site,
  );
}
