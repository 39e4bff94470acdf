import { isCustomVjp } from "../autodiff/custom-vjp.ts";
import { GradientError } from "../tensor/errors.ts";
import { stopGradientOp } from "../tensor/ops/identity.ts";
import { sizeOf } from "../tensor/shape.ts";
import { formatSite } from "../tensor/site.ts";
import type { Node } from "../tensor/tensor.ts";
import { formatType } from "../tensor/tensor.ts";
import { describeFault, findFaults } from "./fault.ts";
import type { Finding } from "./finding.ts";
import { elementAt } from "./finding.ts";
import type { WrongDerivative } from "./scalar-derivatives.ts";
import type { Directional } from "./scalar-function.ts";
import { alongDirection, lossAt } from "./scalar-function.ts";
import { worstElement } from "./worst-element.ts";

type Direction = readonly Float64Array[];

/** The VJPs' projection is not forward mode's. */
export function reportWrong(finding: Finding, v: Direction, plain: Directional): GradientError {
  const unsteady = differsWhenRepeated(finding);
  if (unsteady !== undefined) return unsteady;
  const stopped = onlyStopped(finding, v);
  if (stopped !== undefined) return stopped;
  const { at, tensors } = finding;
  const error = (from: number, to: number): number => {
    const part = within(v, from, to);
    const analytic = at.gradient.reduce((total, g, t) => g.reduce((sum, x, i) => sum + x * part[t]![i]!, total), 0);
    return analytic - alongDirection(at, part, finding.mode).value;
  };
  const count = tensors.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const element = elementAt(finding, worstElement(error, count));
  const { wrong } = findFaults(
    { ...finding, tape: at.tape, seeds: plain.seeds, motions: plain.motions, options: finding.mode },
    [Float64Array.of(1)],
  );
  const blame = wrong === undefined ? "no op is wrong by itself" : `op whose own VJP is wrong: ${describeFault(wrong)}`;
  return failure(finding, `wrong ${nameOf(finding)} by ${element.name}`, [
    ...element.lines,
    blame,
    ...purpose(wrong?.node),
  ]);
}

/** The gradient holds ∞ or NaN. */
export function reportNotFinite(finding: Finding, plain: Directional): GradientError {
  const { at } = finding;
  const flat = at.gradient.flatMap((g) => Array.from(g));
  const element = elementAt(
    finding,
    flat.findIndex((x) => !Number.isFinite(x)),
  );
  const { notFinite } = findFaults(
    { ...finding, tape: at.tape, seeds: plain.seeds, motions: plain.motions, options: finding.mode },
    [Float64Array.of(1)],
  );
  const head = Number.isFinite(element.forward)
    ? `wrong ${nameOf(finding)} by ${element.name}: ${element.analytic}`
    : `cannot decide: the ${nameOf(finding)} by ${element.name} is ${element.analytic}`;
  const blame =
    notFinite === undefined
      ? "its cotangents are finite, their sums are not"
      : `first cotangent that is not finite: of ${describeFault(notFinite)}`;
  return failure(finding, head, [
    ...element.lines,
    blame,
    "0·∞ is NaN: where() drops a branch's value, not its infinite derivative. Guard the argument instead: log(where(x > 0, x, 1))",
  ]);
}

/** Forward mode is not finite, the gradient is, and differences do not settle. */
export function reportUndecided(finding: Finding, plain: Directional): GradientError {
  const pole = finding.at.tape.order.find((node) =>
    plain.motions.get(node)?.some((motion) => motion !== null && !motion.tangent.every(Number.isFinite)),
  );
  return failure(finding, `cannot decide: the ${nameOf(finding)} is finite, forward mode is not`, [
    ...placeOf("first derivative that is not finite", pole),
    "move the inputs off the pole",
  ]);
}

/** The derivatives to both sides differ. */
export function reportKink(finding: Finding, ahead: Directional, back: Directional): GradientError {
  const bent = finding.at.tape.order.find((node) =>
    node.outputs.some(({ dtype }, index) => {
      const [right, left] = [ahead, back].map(({ motions }) => motions.get(node)?.[index]);
      if (dtype !== "f32" || !right || !left) return false;
      return right.tangent.some(
        (x, i) => !(Math.abs(x + left.tangent[i]!) <= finding.rtol * Math.abs(x) + right.doubt[i]! + left.doubt[i]!),
      );
    }),
  );
  return failure(finding, `cannot decide: the inputs lie on a kink, where no ${nameOf(finding)} exists`, [
    `derivative to one side ${ahead.value}   to the other ${0 - back.value}`,
    ...placeOf("first op that bends there", bent),
    "move the inputs off ties and bends",
  ]);
}

/** VJP and forward mode agree on a derivative that is not that of an elementwise op's values. */
export function reportDerivative(
  finding: Finding,
  { node, input, at, stated, differences }: WrongDerivative,
): GradientError {
  return failure(finding, `wrong derivative of ${node.op!.name} by its input ${input}`, [
    `at (${at.join(", ")}): stated ${stated}   differences ${differences}`,
    ...placeOf("elementwise op", node),
  ]);
}

/** Rules that draw random numbers, or count their calls, give another gradient the second time. */
function differsWhenRepeated(finding: Finding): GradientError | undefined {
  const again = lossAt(finding.loss, finding.tensors).gradient;
  const same = finding.at.gradient.every((g, t) => g.every((x, i) => Object.is(x, again[t]![i])));
  if (same) return undefined;
  return failure(finding, `the ${nameOf(finding)} differs when it is taken again`, [
    "a rule gives different values for equal inputs: pass random numbers as inputs",
  ]);
}

/** Whether all that is missing from the gradient is what goes through stopGradient. */
function onlyStopped(finding: Finding, v: Direction): GradientError | undefined {
  if (finding.mode.stopGradient === "constant") return undefined;
  const { gradient, tape } = finding.at;
  const held = alongDirection(finding.at, v, { stopGradient: "constant" });
  const analytic = gradient.reduce((total, g, t) => g.reduce((sum, x, i) => sum + x * v[t]![i]!, total), 0);
  const size = gradient.reduce((total, g, t) => g.reduce((sum, x, i) => sum + Math.abs(x * v[t]![i]!), total), 0);
  if (!(Math.abs(analytic - held.value) <= finding.rtol * Math.max(size, Math.abs(held.value)) + held.doubt))
    return undefined;
  const stop = tape.order.find((node) => node.op === (stopGradientOp as unknown));
  return failure(finding, `the ${nameOf(finding)} leaves out what goes through stopGradient, and nothing else`, [
    ...placeOf("stopGradient", stop),
    'if that is meant, check the rest with { stopGradient: "constant" }',
  ]);
}

/** A custom function may differ from its function's derivative on purpose. */
function purpose(node: Node | undefined): string[] {
  return node !== undefined && isCustomVjp(node)
    ? ["a rule that differs on purpose (straight-through, clipped) is not a derivative: check its parts"]
    : [];
}

function within(v: Direction, from: number, to: number): Float64Array[] {
  let offset = 0;
  return v.map((values) => {
    const start = offset;
    offset += values.length;
    return values.map((x, i) => (start + i >= from && start + i < to ? x : 0));
  });
}

const nameOf = ({ level }: Finding): string => (level === 1 ? "gradient" : `derivative of order ${level}`);

function placeOf(what: string, node: Node | undefined): string[] {
  if (node?.op === undefined) return [];
  const where = node.site === undefined ? undefined : formatSite(node.site);
  return [
    `${what}: ${node.op.name} of ${node.inputs.map(formatType).join(", ")}${where === undefined ? "" : ` at ${where}`}`,
  ];
}

function failure(
  { name, verdict, tensors, names, level, seed, site, full }: Finding,
  head: string,
  lines: readonly string[],
): GradientError {
  const types = tensors.map((tensor, i) => `${names[i]} ${formatType(tensor)}`).join(", ");
  return new GradientError(
    `${name}: ${head}`,
    [
      ...lines,
      ...verdict,
      `inputs ${types}`,
      `replay with { ${level === 1 ? "" : `order: ${level}, `}${full ? 'mode: "full"' : `seed: ${seed}`} }`,
    ],
    site,
  );
}
