import type { Work } from "./work.ts";
import { convolutionWorks } from "./works/conv2d.ts";
import { crossEntropies } from "./works/cross-entropy.ts";
import { elementwiseChains } from "./works/elementwise.ts";
import { matrixProducts } from "./works/matmul.ts";
import { mlpSteps } from "./works/mlp.ts";
import { axisSums } from "./works/sum.ts";
import { wideResNetSteps } from "./works/wide-resnet.ts";

/** Everything that is timed beside peers, in the order of the table. */
export const works: readonly Work[] = [
  ...wideResNetSteps,
  ...matrixProducts,
  ...convolutionWorks,
  ...elementwiseChains,
  ...axisSums,
  ...crossEntropies,
  ...mlpSteps,
];
