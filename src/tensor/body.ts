import { substitute } from "./substitute.ts";
import type { AnyTensor } from "./tensor.ts";

/** A closed sub-program: `outputs` depend on nothing but `inputs` and literals. */
export interface Body {
  readonly inputs: readonly AnyTensor[];
  readonly outputs: readonly AnyTensor[];
}

/** The program of `body` on other inputs. */
export function instantiate(body: Body, inputs: readonly AnyTensor[]): AnyTensor[] {
  return substitute(body.outputs, new Map(body.inputs.map((input, i) => [input.node, inputs[i]!])));
}
