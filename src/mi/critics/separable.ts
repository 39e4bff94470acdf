import * as kind from "../../tensor/kinds.ts";
import { sum } from "../../tensor/ops/broadcast.ts";
import { mul } from "../../tensor/ops/elementwise.ts";
import { matmul } from "../../tensor/ops/matmul.ts";
import { transpose } from "../../tensor/ops/transpose.ts";
import { parameters } from "../../tensor/parameters.ts";
import { split } from "../../tensor/random.ts";
import type { Critic } from "./critic.ts";
import type { MlpParams } from "./mlp.ts";
import { applyMlp, initMlp } from "./mlp.ts";

/** Weights of a separable critic. */
export type SeparableParams = { readonly g: MlpParams; readonly h: MlpParams };

const checkSeparable = parameters("separable", {}, { hidden: kind.numberList, embedding: kind.count });

/**
 * f(x, y) = g(x)·h(y), two networks: 2n passes for n² scores. Cheap, and weaker than `concatenated` at the same width.
 *
 * @param options.hidden - widths of the hidden layers of both. @defaultValue [64, 64]
 * @param options.embedding - size of g(x) and h(y). @defaultValue 32
 * @example
 * ```ts
 * import { random, zeros } from "deconfound";
 * import { separable } from "deconfound/mi";
 *
 * const critic = separable({ hidden: [16], embedding: 8 });
 * const params = critic.init(random.key(0), { x: 3, y: 2 });
 * console.log(String(critic.scores(params, zeros([5, 3]), zeros([5, 2])).shape)); // 5,5
 * ```
 */
export function separable(
  options: { hidden?: readonly number[] | undefined; embedding?: number | undefined } = {},
): Critic<SeparableParams> {
  checkSeparable(arguments);
  const { hidden = [64, 64], embedding = 32 } = options;
  return {
    name: "separable",
    init(key, { x, y }) {
      const [first, second] = split(key, 2);
      return { g: initMlp(first, [x, ...hidden, embedding]), h: initMlp(second, [y, ...hidden, embedding]) };
    },
    scores: ({ g, h }, x, y) => matmul(applyMlp(g, x), transpose(applyMlp(h, y))),
    pairs: ({ g, h }, x, y) => sum(mul(applyMlp(g, x), applyMlp(h, y)), { axis: 1 }),
  };
}
