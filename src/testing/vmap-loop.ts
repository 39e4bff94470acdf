import { vmap } from "../autodiff/vmap.ts";
import { KernelError } from "../tensor/errors.ts";
import { stack } from "../tensor/ops/concat.ts";
import { sameShape } from "../tensor/shape.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { formatType } from "../tensor/tensor.ts";
import { elementName } from "./finding.ts";
import { hostValues } from "./inner-product.ts";
import type { OpCall } from "./op-call.ts";
import { functionOf, inputsOf } from "./op-call.ts";
import type { SeededCheck } from "./seeded-check.ts";

const calls = 3;
const rounding = 1e-12; // of the largest value: batched sums may add up in another order

/** Which inputs differ from call to call: all, and each alone. */
export function selections(inputs: number): (readonly boolean[])[] {
  const alone = Array.from({ length: inputs }, (_, one) => Array.from({ length: inputs }, (_each, i) => i === one));
  return inputs === 1 ? alone : [new Array<boolean>(inputs).fill(true), ...alone];
}

/**
 * The law of vmap: vmap(op)(x)[i] = op(x[i]).
 *
 * @param differ - for each input, whether it differs from call to call.
 * @throws KernelError naming the output, the element, the inputs that differ, and both values or types.
 */
export function compareVmapped({ name, site, seed }: SeededCheck, call: OpCall, differ: readonly boolean[]): void {
  const f = functionOf(call);
  const drawn = Array.from({ length: calls }, (_, i) => inputsOf({ ...call, seed: call.seed + 100 * i }));
  const ofCall = (i: number): AnyTensor[] => differ.map((own, k) => drawn[own ? i : 0]![k]!);
  const batched = differ.map((own, k) => (own ? stack(drawn.map((inputs) => inputs[k]!)) : drawn[0]![k]!));
  const inAxes = differ.map((own) => (own ? 0 : null));
  const whole = vmap((...inputs: AnyTensor[]) => [...f(...inputs)], { inAxes })(...batched);
  const loop = drawn.map((_, i) => f(...ofCall(i)));
  const own = differ.flatMap((differs, k) => (differs ? [k] : [])).join(", ");
  const fail = (head: string, lines: readonly string[]): KernelError => {
    const ends = [`arguments that differ from call to call: ${own}`, `replay with { seed: ${seed} }`];
    return new KernelError(`${name}: ${head}`, [...lines, ...ends], site);
  };
  whole.forEach((y, output) => {
    const each = loop.map((outputs) => outputs[output]!);
    const shape = [calls, ...each[0]!.shape];
    if (!sameShape(y.shape, shape) || y.dtype !== each[0]!.dtype) {
      const expected = formatType({ shape, dtype: each[0]!.dtype });
      throw fail(`output ${output} of ${calls} calls at once is ${formatType(y)}`, [`call by call ${expected}`]);
    }
    const [got, want] = [hostValues(y), each.flatMap((one) => Array.from(hostValues(one)))];
    const largest = want.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 1);
    const right = (value: number, i: number): boolean =>
      Object.is(value, got[i]!) || Math.abs(value - got[i]!) <= rounding * largest;
    const at = want.findIndex((value, i) => !right(value, i));
    if (at < 0) return;
    const head = `wrong ${elementName(`value of output ${output}`, shape, at)}, whose first axis is the call`;
    throw fail(head, [`at once ${got[at]}   call by call ${want[at]}`]);
  });
}
