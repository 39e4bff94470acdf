import type { Device } from "../tensor/device.ts";
import { GradientError, KernelError, ShapeError } from "../tensor/errors.ts";
import { stopGradientOp } from "../tensor/ops/identity.ts";
import type { Site } from "../tensor/site.ts";
import { checkDerivatives } from "./check-derivatives.ts";
import { compareHessianProducts } from "./check-hessian-symmetry.ts";
import { compareTransposes } from "./check-transpose.ts";
import { compareCotangents } from "./check-vjp-linear.ts";
import { compareTypes } from "./inferred-types.ts";
import { compareRecord } from "./kernel-values.ts";
import { compareLinear } from "./linear-inputs.ts";
import type { OpCall } from "./op-call.ts";
import { functionOf, inputsOf, isDifferentiable, isReal } from "./op-call.ts";
import { compareRepeats } from "./repeated-values.ts";
import type { SeededCheck } from "./seeded-check.ts";
import { compareStill } from "./still-values.ts";
import { compareVmapped, selections } from "./vmap-loop.ts";

/** A law that every record obeys. */
export interface OpLaw {
  readonly name: string;
  /** The class of its errors. */
  readonly Failure: new (
    message: string,
    details: readonly string[],
    site: Site,
  ) => Error;
  /** Whether the law says anything about a record. */
  applies(call: OpCall, device: Device | undefined): boolean;
  holds(check: SeededCheck, call: OpCall, device: Device | undefined): void | Promise<void>;
}

const always = (): boolean => true;

/** In the order in which they are asked: what a law takes for granted, an earlier one has looked at. */
export const opLaws: readonly OpLaw[] = [
  { name: "inferred = computed", Failure: ShapeError, applies: always, holds: compareTypes },
  { name: "finite, repeatable values", Failure: KernelError, applies: always, holds: compareRepeats },
  {
    name: "no VJP = no slope",
    Failure: GradientError,
    applies: (call) => call.op.vjp === null && isReal(call) && call.op !== (stopGradientOp as unknown),
    holds: compareStill,
  },
  {
    name: "VJP = forward mode",
    Failure: GradientError,
    applies: isDifferentiable,
    holds: ({ name, site, seed }, call) =>
      checkDerivatives({ name, verdict: [], site }, functionOf(call), inputsOf(call), {
        seed,
        stopGradient: "constant",
      }),
  },
  {
    name: "VJP is linear",
    Failure: GradientError,
    applies: isDifferentiable,
    holds: (check, call) => compareCotangents(check, functionOf(call), inputsOf(call)),
  },
  {
    name: "⟨Jt, w⟩ = ⟨t, Jᵀw⟩",
    Failure: GradientError,
    applies: isDifferentiable,
    holds: (check, call) => compareTransposes(check, functionOf(call), inputsOf(call)),
  },
  {
    name: "second derivatives commute",
    Failure: GradientError,
    applies: isDifferentiable,
    holds: (check, call) => compareHessianProducts(check, functionOf(call), inputsOf(call)),
  },
  {
    name: "linear where it says so",
    Failure: GradientError,
    applies: (call) => call.op.linear !== undefined && isDifferentiable(call),
    holds: compareLinear,
  },
  {
    name: "vmap = loop",
    Failure: KernelError,
    applies: ({ sample }) => sample.inputs.length > 0,
    holds: (check, call) => {
      for (const differ of selections(call.sample.inputs.length)) compareVmapped(check, call, differ);
    },
  },
  {
    name: "device = reference",
    Failure: KernelError,
    applies: (_, device) => device !== undefined,
    holds: (check, call, device) => compareRecord(check, call, device!),
  },
];
