import { endOfEntry } from "../tensor/site.ts";

export type { Form } from "../options/option.ts";
export type { DType } from "../tensor/dtype.ts";
export type { Turned } from "../tensor/matrix-types.ts";
export type { ConvOptions } from "../tensor/ops/conv2d.ts";
export type { Float, Operand } from "../tensor/ops/signatures.ts";
export type { Shape } from "../tensor/shape.ts";
export type { Check, Fitting, MatMul, Plain } from "../tensor/shape-types.ts";
export type { AnyTensor, Tensor } from "../tensor/tensor.ts";
export { elu, glu, hardTanh, mish, relu6, selu, silu, softsign } from "./activations.ts";
export type { AdamOptions, AdamState } from "./adam.ts";
export { adam, adamW } from "./adam.ts";
export type { AttentionOptions } from "./attention.ts";
export { attention } from "./attention.ts";
export type { BatchNormParams, BatchNormStats } from "./batch-norm-layer.ts";
export { batchNormLayer, initBatchNorm } from "./batch-norm-layer.ts";
export type { GradientStep } from "./chain.ts";
export { chain } from "./chain.ts";
export type { ApplyOptions, BatchNormUse, Classifier } from "./classifier.ts";
export { clipByGlobalNorm } from "./clip-by-global-norm.ts";
export { ntXent, triplet } from "./contrastive-losses.ts";
export type { ConvLayerParams } from "./conv-layer.ts";
export { convLayer } from "./conv-layer.ts";
export type { Decay } from "./decay.ts";
export { decayForm, scheduleOf } from "./decay.ts";
export type { DenseParams } from "./dense.ts";
export { dense } from "./dense.ts";
export type { DepthwiseConvOptions } from "./depthwise-conv.ts";
export { depthwiseConv2d } from "./depthwise-conv.ts";
export { dropout } from "./dropout.ts";
export { ema } from "./ema.ts";
export type { EmbeddingParams } from "./embedding.ts";
export { embedding } from "./embedding.ts";
export { heNormal, heUniform, torchUniform, xavierNormal, xavierUniform } from "./initialize.ts";
export type { LionOptions, LionState } from "./lion.ts";
export { lion } from "./lion.ts";
export { crossEntropy, generalizedCrossEntropy, symmetricCrossEntropy } from "./losses.ts";
export { fileNameOf, modelFamilies, parseModel } from "./models/index.ts";
export type { AnyClassifier, FileName, ImageShape, Model, ModelFamily } from "./models/model-family.ts";
export type { PreActBlockParams, PreActBlockStats } from "./models/preact-block.ts";
export type { PreActResNetParams, PreActResNetStats, PreActResNetStem } from "./models/preact-resnet.ts";
export { preActResNet } from "./models/preact-resnet.ts";
export { shortcutNet } from "./models/shortcut-net.ts";
export type { SmallConvNetParams, SmallConvNetStats } from "./models/small-conv-net.ts";
export { smallConvNet } from "./models/small-conv-net.ts";
export type { TemplateParams } from "./models/template-net.ts";
export { templateNet } from "./models/template-net.ts";
export type { TorchName, WeightLayout } from "./models/torch-names.ts";
export { torchAxes, torchNameOf } from "./models/torch-names.ts";
export type { WrnParams, WrnStats } from "./models/wide-resnet.ts";
export { wideResNet } from "./models/wide-resnet.ts";
export type { Batch, Network } from "./network.ts";
export type { NormalizeOptions } from "./normalize.ts";
export { groupNorm, instanceNorm, layerNorm, rmsNorm } from "./normalize.ts";
export type { Optimizer } from "./optimizer.ts";
export { orthogonal } from "./orthogonal.ts";
export {
  absoluteError,
  binaryCrossEntropy,
  cosineSimilarity,
  huber,
  klDivergence,
  squaredError,
} from "./pair-losses.ts";
export type { RmspropOptions, RmspropState } from "./rmsprop.ts";
export { rmsprop } from "./rmsprop.ts";
export type { Schedule } from "./schedule.ts";
export { learningRate } from "./schedule.ts";
export type { Conv1dOptions, Pool1dOptions, SequencePadding, Sequences } from "./sequences.ts";
export { conv1d, maxPool1d } from "./sequences.ts";
export type { SgdOptions, SgdState } from "./sgd.ts";
export { sgd } from "./sgd.ts";
export type { SupervisedContext, Training } from "./supervised-step.ts";
export { beginTraining, supervisedStep } from "./supervised-step.ts";

endOfEntry();
