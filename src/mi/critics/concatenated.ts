import { heUniform } from "../../nn/initialize.ts";
import * as kind from "../../tensor/kinds.ts";
import { relu } from "../../tensor/ops/activations.ts";
import { zeros } from "../../tensor/ops/creation.ts";
import { add } from "../../tensor/ops/elementwise.ts";
import { matmul } from "../../tensor/ops/matmul.ts";
import { expandDims, reshape } from "../../tensor/ops/reshape.ts";
import { slice } from "../../tensor/ops/slice.ts";
import { parameters } from "../../tensor/parameters.ts";
import { split } from "../../tensor/random.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Critic } from "./critic.ts";
import type { MlpParams } from "./mlp.ts";
import { applyMlp, initMlp } from "./mlp.ts";

/** Weights of a critic of the two samples put together. */
export type ConcatenatedParams = {
  readonly ofX: AnyTensor /* (features of x, width) */;
  readonly ofY: AnyTensor /* (features of y, width) */;
  readonly bias: AnyTensor /* (width) */;
  readonly rest: MlpParams;
};

const checkConcatenated = parameters("concatenated", {}, { hidden: kind.numberList });

/**
 * f(x, y) = MLP(cat(x, y)), a pass for each of the n² pairs. The first layer is x·Wx + y·Wy + b, whose two products are made once for
 * each sample, so that no n²·(dx + dy) tensor exists; n²·width numbers do.
 *
 * @param options.hidden - widths of the hidden layers, at least one. @defaultValue [32, 16]
 * @example
 * ```ts
 * import { random, zeros } from "deconfound";
 * import { concatenated } from "deconfound/mi";
 *
 * const critic = concatenated({ hidden: [16, 8] });
 * const params = critic.init(random.key(0), { x: 3, y: 2 });
 * console.log(String(critic.scores(params, zeros([5, 3]), zeros([4, 2])).shape)); // 5,4
 * ```
 */
export function concatenated(options: { hidden?: readonly number[] | undefined } = {}): Critic<ConcatenatedParams> {
  checkConcatenated(arguments);
  const { hidden = [32, 16] } = options;
  const [width = 32, ...others] = hidden;
  return {
    name: "concatenated",
    init(key, { x, y }) {
      const [first, second] = split(key, 2);
      const weight = heUniform(first, [x + y, width]);
      return {
        ofX: slice(weight, { axis: 0, start: 0, stop: x }),
        ofY: slice(weight, { axis: 0, start: x, stop: x + y }),
        bias: zeros([width]),
        rest: initMlp(second, [width, ...others, 1]),
      };
    },
    scores({ ofX, ofY, bias, rest }, x, y) {
      const [n, m] = [x.shape[0]!, y.shape[0]!];
      const left = expandDims(add(matmul(x, ofX), bias), { axis: 1 });
      const hiddenUnits = relu(add(left, expandDims(matmul(y, ofY), { axis: 0 }))); // (n, m, width)
      return reshape(applyMlp(rest, reshape(hiddenUnits, [n * m, width])), [n, m]);
    },
    pairs({ ofX, ofY, bias, rest }, x, y) {
      const hiddenUnits = relu(add(add(matmul(x, ofX), matmul(y, ofY)), bias));
      return reshape(applyMlp(rest, hiddenUnits), [x.shape[0]!]);
    },
  };
}
