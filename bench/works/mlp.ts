import { valueAndGrad } from "../../src/autodiff/grad.ts";
import { crossEntropy, sgd } from "../../src/nn/index.ts";
import { add, matmul, mean, relu, zeros } from "../../src/tensor/ops/index.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { labelsInput, uniformInput } from "../random-values.ts";
import { leafOf, lossChecks } from "../reference.ts";
import type { Work } from "../work.ts";

type Layer = { readonly weight: AnyTensor; readonly bias: AnyTensor };
interface State {
  readonly layers: readonly Layer[];
}

const lr = 0.1;

/** A plain SGD step of a ReLU network of dense layers. */
function mlpStep(sizes: readonly number[], batch: number): Work {
  const pairs = sizes.slice(1).map((to, i) => [sizes[i]!, to] as const);
  const classes = sizes.at(-1)!;
  const work = {
    name: `mlp-step-b${batch}`,
    task: { kind: "mlp", lr, classes },
    inputs: { x: uniformInput([batch, sizes[0]!], 31), labels: labelsInput(batch, classes) },
    initial: (): State => ({
      layers: pairs.map(([from, to], i) => ({
        weight: leafOf(uniformInput([from, to], 21 + i, Math.sqrt(3 / from))),
        bias: zeros([to]),
      })),
    }),
    run: (state: object, { x, labels }: { readonly [name: string]: AnyTensor }) => {
      const objective = (layers: readonly Layer[]): AnyTensor => {
        const logits = layers.reduce((h, { weight, bias }, i) => {
          const z = add(matmul(h, weight), bias);
          return i + 1 < layers.length ? relu(z) : z;
        }, x!);
        return mean(crossEntropy(logits, labels!));
      };
      const { layers } = state as State;
      const { value, gradient } = valueAndGrad(objective)(layers);
      const plain = sgd();
      return {
        state: { layers: plain.update(gradient, plain.init(layers), layers, { lr }).params },
        outputs: { loss: value },
      };
    },
    // forward, and two products backward but for the first layer's input
    flops: pairs.reduce((total, [from, to], i) => total + (i === 0 ? 4 : 6) * batch * from * to, 0),
    bytes: 4 * pairs.reduce((total, [from, to]) => total + 2 * from * to, batch * sizes[0]!),
  };
  return { ...work, reference: () => lossChecks(work, 3, 1e-5) };
}

export const mlpSteps: readonly Work[] = [mlpStep([784, 256, 128, 10], 128)];
