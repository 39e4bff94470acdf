import { describe } from "../tensor/describe.ts";
import { ConfigError } from "../tensor/errors.ts";
import { identity } from "../tensor/ops/identity.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Site } from "../tensor/site.ts";
import type { AnyTensor, TensorType } from "../tensor/tensor.ts";
import { hostLeaf } from "../tensor/tensor.ts";
import type { CheckGradsOptions } from "./check-grads.ts";
import { directions, scaledDirections } from "./directions.ts";
import type { Finding } from "./finding.ts";
import type { ForwardOptions } from "./forward.ts";
import { reportDerivative, reportKink, reportNotFinite, reportUndecided, reportWrong } from "./gradient-report.ts";
import { hostValues, innerProduct } from "./inner-product.ts";
import { underflow } from "./motion.ts";
import { wrongDerivative } from "./scalar-derivatives.ts";
import type { Loss } from "./scalar-function.ts";
import { alongDirection, gradientOf, lossAt } from "./scalar-function.ts";
import { slopeAlong } from "./slope.ts";
import { variablesOf } from "./variables.ts";

/** Who checks, for errors. */
export interface Checker {
  readonly name: string;
  /** What the checker knows besides, once a rule is wrong. */
  readonly verdict: readonly string[];
  readonly site: Site;
}

const mostPasses = 100_000;

/** Compares VJPs with forward mode, order by order; see `checkGrads`. */
export function checkDerivatives<A extends readonly unknown[]>(
  { name, verdict, site }: Checker,
  f: (...args: A) => unknown,
  inputs: A,
  options: CheckGradsOptions,
): void {
  const { order = 1, rtol = 1e-6, atol = 0, seed = 0 } = options;
  const count = options.directions ?? 2;
  checkOptions(name, { order, directions: count }, { rtol, atol }, options.mode, site);
  const { tensors, names, call } = variablesOf(name, f, inputs, site);
  const mode: ForwardOptions = { stopGradient: options.stopGradient ?? "value" };
  const outputs = call(tensors);
  const full = options.mode === "full";
  if (full) checkSize(name, outputs, tensors, order, site);
  const weights = full ? basisOf(outputs) : [directions(outputs, seed, 0)];
  let losses = weights.map(
    (w): Loss =>
      (x) =>
        innerProduct(call(x), w),
  );
  for (let level = 1; level <= order; level++) {
    const random = Array.from({ length: count }, (_, k) =>
      (k % 2 === 0 ? directions : scaledDirections)(tensors, seed, 1000 * level + k),
    );
    const along = full ? basisOf(tensors) : random;
    for (const loss of losses) {
      const at = lossAt(loss, tensors);
      const finding = { name, verdict, loss, at, tensors, names, level, seed, site, rtol, mode, full };
      along.forEach((v, k) => checkAlong(finding, v, full || k === 0, atol));
    }
    if (level === order) return;
    const onto = full ? along : [directions(tensors, seed, 1000 * level + 999)];
    losses = losses.flatMap((inner) => onto.map((v) => slopeOf(inner, v)));
  }
}

/** ⟨∇loss, v⟩. */
function slopeOf(loss: Loss, v: readonly AnyTensor[]): Loss {
  return (x) => {
    const own = x.map(identity);
    return innerProduct(gradientOf(loss(own), own), v);
  };
}

/** The directions of single elements. */
function basisOf(types: readonly TensorType[]): AnyTensor[][] {
  return types.flatMap(({ shape }, t) =>
    Array.from({ length: sizeOf(shape) }, (_, i) =>
      types.map((type, k) => {
        const values = new Float64Array(sizeOf(type.shape));
        if (k === t) values[i] = 1;
        return hostLeaf({ shape: type.shape, dtype: "f32" }, values);
      }),
    ),
  );
}

function checkAlong(finding: Finding, v: readonly AnyTensor[], first: boolean, atol: number): void {
  const { at, loss, tensors, mode, rtol } = finding;
  const along = v.map(hostValues);
  const plain = alongDirection(at, along, mode);
  if (at.gradient.some((g) => !g.every(Number.isFinite))) throw reportNotFinite(finding, plain);
  const terms = at.gradient.flatMap((g, t) => Array.from(g, (x, i) => x * along[t]![i]!));
  const analytic = terms.reduce((total, x) => total + x, 0);
  const size = terms.reduce((total, x) => total + Math.abs(x), 0);
  const allowed = (value: number, doubt: number): number =>
    atol + rtol * Math.max(size, Math.abs(value)) + doubt + underflow;
  if (!Number.isFinite(plain.value)) {
    // forward mode met a pole on the way, such as √ at 0, which a careful rule may go around: differences of the whole decide
    const { value, error } = slopeAlong(loss, tensors, along);
    if (!(error <= 1e-3 * Math.max(size, Math.abs(value)))) throw reportUndecided(finding, plain);
    if (Math.abs(analytic - value) > allowed(value, 10 * error)) throw reportWrong(finding, along, plain);
    return;
  }
  if (first) {
    const [ahead, back] = [1, -1].map((sign) =>
      alongDirection(
        at,
        along.map((x) => x.map((y) => sign * y)),
        { ...mode, ahead: true },
      ),
    );
    const bend = Math.abs(ahead!.value + back!.value);
    if (!(bend <= allowed(ahead!.value, ahead!.doubt + back!.doubt))) throw reportKink(finding, ahead!, back!);
  }
  if (!(Math.abs(analytic - plain.value) <= allowed(plain.value, plain.doubt)))
    throw reportWrong(finding, along, plain);
  const derivative = first ? wrongDerivative(at.tape, plain.motions) : undefined;
  if (derivative !== undefined) throw reportDerivative(finding, derivative);
}

function checkSize(
  name: string,
  outputs: readonly TensorType[],
  inputs: readonly TensorType[],
  order: number,
  site: Site,
): void {
  const [from, to] = [inputs, outputs].map((types) => types.reduce((total, { shape }) => total + sizeOf(shape), 0));
  if (to! * from! ** order <= mostPasses) return;
  throw new ConfigError(
    `${name}: mode "full" takes a pass for each pair of elements: ${to} outputs, ${from} inputs, order ${order}`,
    [`at most ${mostPasses} passes; take smaller shapes, or mode "random"`],
    site,
  );
}

function checkOptions(
  name: string,
  counts: Record<string, number>,
  tolerances: Record<string, number>,
  mode: unknown,
  site: Site,
): void {
  if (mode !== undefined && mode !== "random" && mode !== "full") {
    throw new ConfigError(`${name}: mode is ${describe(mode)}; expects "random" or "full"`, [], site);
  }
  for (const [option, value] of Object.entries(counts)) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new ConfigError(`${name}: ${option} is ${value}; expects an integer of 1 or more`, [], site);
  }
  for (const [option, value] of Object.entries(tolerances)) {
    if (value >= 0) continue;
    throw new ConfigError(`${name}: ${option} is ${value}; expects a number of 0 or more`, [], site);
  }
}
