import type { Expr } from "../../../src/tensor/scalar/expression.ts";
import { call, constant } from "../../../src/tensor/scalar/expression.ts";
import type { ScalarFn } from "../../../src/tensor/scalar/table.ts";
import { scalarTable } from "../../../src/tensor/scalar/table.ts";
import { records } from "../../support/records.ts";
import { checkVjp } from "../derivative-laws.ts";
import { casesOf, sampleInputs } from "../sampling.ts";
import type { Mutant } from "./mutant.ts";

type Derivative = (args: readonly Expr[], result: Expr) => readonly (Expr | null)[];

/** A row of the table of scalar functions with another derivative, while its law runs. VJPs and forward mode both read it there. */
function mutant(fn: ScalarFn, bug: string, derivative: Derivative): Mutant {
  const op = records.find(({ name }) => name === fn)!;
  const law = (): void => {
    for (const one of casesOf(op)) checkVjp(one, sampleInputs(one.sample, one.seed));
  };
  const table = scalarTable as unknown as Record<string, { derivative: unknown }>;
  const run = (): void => {
    const row = table[fn]!;
    table[fn] = { ...row, derivative };
    try {
      law();
    } finally {
      table[fn] = row;
    }
  };
  return { name: `${fn}: ${bug}`, kind: "scalar derivative", law: "stated = differences", run, control: law };
}

export const derivativeMutants: readonly Mutant[] = [
  mutant("tanh", "1 − y, not 1 − y²", (_, y) => [call("sub", 1, y)]),
  mutant("sqrt", "1/y, the ½ is dropped", (_, y) => [call("div", 1, y)]),
  mutant("div", "wrong sign in the divisor", ([, b], y) => [call("div", 1, b!), call("div", y, b!)]),
  mutant("log1p", "1/x, as of log", ([x]) => [call("div", 1, x!)]),
  mutant("sigmoid", "y(1 + y)", (_, y) => [call("mul", y, call("add", 1, y))]),
  mutant("erf", "2/√π is dropped", ([x]) => [call("exp", call("neg", call("square", x!)))]),
  mutant("erfInv", "exp(y), not exp(y²)", (_, y) => [call("mul", Math.sqrt(Math.PI) / 2, call("exp", y))]),
  mutant("pow", "the exponent is not lowered", ([a, b], y) => [call("mul", b!, y), call("mul", y, call("log", a!))]),
  mutant("pow", "no derivative by the exponent", ([a, b]) => [
    call("mul", b!, call("pow", a!, call("sub", b!, 1))),
    null,
  ]),
  mutant("cos", "sin, without its sign", ([x]) => [call("sin", x!)]),
  mutant("expm1", "y, as of exp", (_, y) => [y]),
  mutant("softplus", "1 − sigmoid", ([x]) => [call("sub", 1, call("sigmoid", x!))]),
  mutant("abs", "1 on both sides", () => [constant(1)]),
  mutant("mod", "no derivative by the divisor", () => [constant(1), null]),
  mutant("maximum", "to the smaller one", ([a], y) => [
    call("select", call("equal", y, a!), 0, 1),
    call("select", call("equal", y, a!), 1, 0),
  ]),
  mutant("square", "x, the 2 is dropped", ([x]) => [x!]),
  mutant("rsqrt", "−½ y/x² , not −½ y/x", ([x], y) => [call("mul", -0.5, call("div", y, call("square", x!)))]),
];
