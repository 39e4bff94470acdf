import type { BatchCall } from "../tensor/batch-rule.ts";
import type { Body } from "../tensor/body.ts";
import { instantiate } from "../tensor/body.ts";
import { GradientError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import type { Op } from "../tensor/op.ts";
import { apply, defineOp } from "../tensor/op.ts";
import { sum } from "../tensor/ops/broadcast.ts";
import { zerosLike } from "../tensor/ops/like.ts";
import { parameters } from "../tensor/parameters.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor, Node, Tensor, TensorType } from "../tensor/tensor.ts";
import { formatType, isTensor, leaf } from "../tensor/tensor.ts";
import type { MapTree } from "../tensor/tree.ts";
import { flattenTree, leavesOf, unflattenTree } from "../tensor/tree.ts";
import { batchBody, captureBody } from "./body.ts";

/** What a rule of {@link customVjp} gets. */
export interface CustomVjpCall<A extends readonly unknown[], R> {
  readonly args: A;
  /** The function's result. */
  readonly value: R;
  /** Cotangents of the result's tensors, a tree like it; zeros where nothing depends on an output. */
  readonly g: MapTree<R, Tensor>;
}

/** One tree of cotangents per argument, each like its argument; null: no gradient. */
export type CustomCotangents<A extends readonly unknown[]> = {
  readonly [K in keyof A]: MapTree<A[K], AnyTensor | null> | null;
};

interface CustomParams {
  readonly body: Body;
  /** How many inputs are tensors of the arguments; the rest was captured. */
  readonly given: number;
  readonly rule: (
    inputs: readonly AnyTensor[],
    outputs: readonly AnyTensor[],
    g: readonly AnyTensor[],
  ) => readonly (AnyTensor | null)[];
}

/** The record of one custom function: a sub-program with a gradient of its own. */
function customOp(name: string): Op<CustomParams> {
  const op: Op<CustomParams> = defineOp<CustomParams>({
    name,
    infer: (_, { body }) => body.outputs.map(({ shape, dtype }) => ({ shape, dtype })),
    expand: (inputs, { body }) => instantiate(body, inputs),
    vjp: ({ g, inputs, outputs, params: { given, rule }, wanted }) => {
      const lost = wanted.findIndex((needed, i) => needed && i >= given);
      if (lost >= 0) {
        throw new GradientError(
          `${name}: the function captures a differentiated tensor, ${formatType(inputs[lost]!)}`,
          ["a rule gives cotangents of arguments only: pass the tensor as an argument, or stopGradient it"],
          captureSite(),
        );
      }
      const cotangents = outputs.map((output, i) => g[i] ?? zerosLike(output));
      return rule(inputs.slice(0, given), outputs, cotangents);
    },
    batch: { outputs: (call) => apply(op, call.inputs, batchParams(call)) },
    samples: () => [],
  });
  return op;
}

/** The sub-program and the rule of many calls. An argument that all calls share gets the sum of their cotangents. */
function batchParams({ inputs, batched, params, program }: BatchCall<CustomParams>): CustomParams {
  const { body, given, rule } = params;
  const standFor = ({ shape, dtype }: TensorType): AnyTensor =>
    leaf({ shape, dtype }, { kind: "input" }, captureSite());
  return {
    body: batchBody(body, inputs, batched, program),
    given,
    rule: (tensors, outputs, g) => {
      const args = tensors.map((x, i) => (batched[i] ? standFor(body.inputs[i]!) : x));
      const results = body.outputs.map(standFor);
      const cotangents = body.outputs.map(standFor);
      const back = rule(args, results, cotangents);
      const stands = [
        ...args.flatMap((arg, i) => (batched[i] ? [[arg, tensors[i]!] as const] : [])),
        ...results.map((stand, i) => [stand, outputs[i]!] as const),
        ...cotangents.map((stand, i) => [stand, g[i]!] as const),
      ];
      const all = program(
        back.filter((one) => one !== null),
        stands,
      )[Symbol.iterator]();
      return back.map((one, i) => {
        if (one === null) return null;
        const whole: AnyTensor = all.next().value!;
        return batched[i] ? whole : sum(whole, { axis: 0 });
      });
    },
  };
}

/** Whether a node is a function with a rule of its own, of {@link customVjp}. */
export function isCustomVjp({ params }: Node): boolean {
  return typeof params === "object" && params !== null && "rule" in params;
}

const checkCustomVjp = parameters("customVjp", { f: kind.callback, rule: kind.callback });

/**
 * A function with a gradient rule of your own, for formulas whose derivative you know better: stable, clipped, straight-through.
 *
 * @param f - a function of trees of tensors. What it captures must not be differentiated.
 * @param rule - the vector-Jacobian product, written in the language: `{ args, value, g } → cotangents of the args`. It is
 *   differentiated in its turn for higher derivatives.
 * @throws GradientError, when differentiated, if a cotangent is missing or does not fit its argument, or a captured tensor
 *   would need one.
 * @example
 * ```ts
 * import { customVjp, evaluateReference, grad, round, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 * const straightThrough = customVjp((x: Tensor) => round(x), ({ g }) => [g]);
 * console.log(await evaluateReference(grad(straightThrough)(tensor(2.6))).item()); // 1
 * ```
 */
export function customVjp<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  rule: (call: CustomVjpCall<A, R>) => CustomCotangents<A>,
): (...args: A) => R {
  checkCustomVjp(arguments);
  const op = customOp(f.name === "" ? "customVjp" : `customVjp(${f.name})`);
  return (...args) => {
    const site = captureSite();
    const { body, inputs, result } = captureBody("customVjp", f as (...args: never[]) => unknown, args, site);
    if (body.outputs.length === 0) return result as R;
    const params: CustomParams = {
      body,
      given: flattenTree(args).length,
      rule: (tensors, outputs, g) =>
        cotangentsOf(
          args,
          rule({
            args: unflattenTree(args, tensors) as unknown as A,
            value: unflattenTree(result, outputs) as R,
            g: unflattenTree(result, g) as MapTree<R, Tensor>,
          }),
        ),
    };
    return unflattenTree(result, apply(op, inputs, params, site)) as R;
  };
}

/** Flattens what a rule returned, in the order of the arguments' tensors. */
function cotangentsOf(args: readonly unknown[], returned: readonly unknown[]): (AnyTensor | null)[] {
  if (!Array.isArray(returned) || returned.length !== args.length) {
    throw new GradientError(
      `customVjp: the rule must return ${args.length} cotangents, one an argument`,
      ["null where an argument gets none"],
      captureSite(),
    );
  }
  return args.flatMap((arg, i) => {
    const found = new Map(leavesOf(returned[i]).map(({ path, value }) => [path, value]));
    return leavesOf(arg).flatMap(({ path, value }) => {
      if (!isTensor(value)) return [];
      const cotangent = returned[i] === null ? null : found.get(path);
      if (cotangent === null || isTensor(cotangent)) return [cotangent];
      throw new GradientError(
        `customVjp: the rule gives no cotangent of argument ${i}${path === "" ? "" : `, ${path}`}`,
        ["return a tensor like it, or null"],
        captureSite(),
      );
    });
  });
}
