import { valueAndGrad } from "../../src/autodiff/grad.ts";
import { crossEntropy } from "../../src/nn/index.ts";
import { mean } from "../../src/tensor/ops/index.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { labelsInput, spreadIndices, uniformInput } from "../random-values.ts";
import { exactly, leavesOf } from "../reference.ts";
import type { Outputs, Work } from "../work.ts";

/** Mean softmax cross entropy of `(rows, classes)` logits, and its gradient. */
function meanCrossEntropy(rows: number, classes: number): Work {
  const inputs = { logits: uniformInput([rows, classes], 5, 3), labels: labelsInput(rows, classes) };
  const program = ({ logits, labels }: Outputs): { loss: AnyTensor; gradient: AnyTensor } => {
    const { value, gradient } = valueAndGrad((x: AnyTensor) => mean(crossEntropy(x, labels!)))(logits!);
    return { loss: value, gradient };
  };
  return {
    name: `cross-entropy-${rows}x${classes}`,
    task: { kind: "cross-entropy", classes },
    inputs,
    initial: () => ({}),
    run: (state, given) => ({ state, outputs: program(given) }),
    reference: async () => {
      const { loss, gradient } = program(leavesOf(inputs));
      const all = await exactly(gradient);
      const labels = inputs.labels.values();
      // the label's own column is the large one: without it an error there would hide
      const indices = [
        ...spreadIndices(rows * classes, 4096),
        ...Array.from(labels, (label, i) => i * classes + label),
      ];
      return [
        [
          { output: "loss", indices: [0], values: await exactly(loss), tolerance: 1e-5 },
          { output: "gradient", indices, values: indices.map((i) => all[i]!), tolerance: 1e-5 },
        ],
      ];
    },
    flops: 8 * rows * classes,
    bytes: 8 * rows * classes + 4 * rows,
  };
}

export const crossEntropies: readonly Work[] = [meanCrossEntropy(128, 10), meanCrossEntropy(1024, 1000)];
