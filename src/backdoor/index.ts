import { endOfEntry } from "../tensor/site.ts";

export type { CbdOptions } from "../cbd/options.ts";
export type { AugmentKind } from "../data/augment-kind.ts";
export type { Dataset } from "../data/dataset.ts";
export type { Picture } from "../formats/png.ts";
export type { HostTensor } from "../formats/safetensors.ts";
export type { BatchNormParams, BatchNormStats } from "../nn/batch-norm-layer.ts";
export type { BatchNormUse, Classifier } from "../nn/classifier.ts";
export type { ConvLayerParams } from "../nn/conv-layer.ts";
export type { Decay } from "../nn/decay.ts";
export type { DenseParams } from "../nn/dense.ts";
export type { AnyClassifier, ImageShape, Model } from "../nn/models/model-family.ts";
export type { Batch, Network } from "../nn/network.ts";
export type { Schedule } from "../nn/schedule.ts";
export type {
  BooleanOption,
  Changes,
  ChoiceOption,
  ChoicesOption,
  Form,
  NumberOption,
  Option,
  OptionRows,
  OptionsOf,
  OptionTable,
  ParsedOption,
  TextOption,
  TextsOption,
  ValueOf,
} from "../options/option.ts";
export type { Device } from "../tensor/device.ts";
export type { DeconfoundError } from "../tensor/errors.ts";
export type { Operand } from "../tensor/ops/signatures.ts";
export type { AnyTensor } from "../tensor/tensor.ts";
export type { Attack, AttackStage, LabelMode, PrepareContext, Prepared, StampContext } from "./attack.ts";
export { AttackError } from "./attack-error.ts";
export type { AttackCallbacks, PrepareProgress } from "./attack-stages.ts";
export type { AttackState, RunningStage } from "./attack-state.ts";
export type { AdaptiveOptions } from "./attacks/adaptive/adaptive.ts";
export { adaptive, adaptiveOptions } from "./attacks/adaptive/adaptive.ts";
export type { BadnetsOptions } from "./attacks/badnets.ts";
export { badnets, badnetsOptions } from "./attacks/badnets.ts";
export type { BlendOptions } from "./attacks/blend.ts";
export { blend, blendOptions } from "./attacks/blend.ts";
export type { DynamicOptions } from "./attacks/dynamic/dynamic.ts";
export { dynamic, dynamicOptions } from "./attacks/dynamic/dynamic.ts";
export { attacks } from "./attacks/index.ts";
export type { SigOptions } from "./attacks/sig.ts";
export { sig, sigOptions } from "./attacks/sig.ts";
export type { TrojanOptions } from "./attacks/trojan/trojan.ts";
export { trojan, trojanOptions } from "./attacks/trojan/trojan.ts";
export type { WanetOptions } from "./attacks/wanet/wanet.ts";
export { wanet, wanetOptions } from "./attacks/wanet/wanet.ts";
export type { CleanSubsetOptions } from "./clean-subset.ts";
export { cleanSubset } from "./clean-subset.ts";
export type { Confounder, Defence, Defended, Preset } from "./defence.ts";
export type { IsolationKind, IsolationLoss } from "./defences/abl/isolation-loss.ts";
export { isolationLoss } from "./defences/abl/isolation-loss.ts";
export { abl } from "./defences/abl.ts";
export { ac } from "./defences/ac.ts";
export { ascend, maskedOut, projectMask } from "./defences/anp/perturbation.ts";
export { anp } from "./defences/anp.ts";
export type { CbdDefenceOptions } from "./defences/cbd/options.ts";
export { cbd } from "./defences/cbd.ts";
export { clp } from "./defences/clp.ts";
export { centreSimilarity } from "./defences/d-br/centre-similarity.ts";
export type { Extremes } from "./defences/d-br/extremes.ts";
export { extremes } from "./defences/d-br/extremes.ts";
export { turnAndShift } from "./defences/d-br/turn-and-shift.ts";
export { dbr } from "./defences/d-br.ts";
export { colourJitter, greyed } from "./defences/dbd/colour.ts";
export type { SoftBatch } from "./defences/dbd/mix-match.ts";
export { mixedUp, sharpened } from "./defences/dbd/mix-match.ts";
export { ntXent } from "./defences/dbd/nt-xent.ts";
export type { ViewOptions } from "./defences/dbd/views.ts";
export { contrastiveView, shiftedView } from "./defences/dbd/views.ts";
export { dbd } from "./defences/dbd.ts";
export { ep } from "./defences/ep.ts";
export type { LastLayer, PruningLimits } from "./defences/fp/dormant.ts";
export { dormantChannels, meanActivation } from "./defences/fp/dormant.ts";
export { fp } from "./defences/fp.ts";
export { defences } from "./defences/index.ts";
export { jttInverse } from "./defences/jtt-inverse.ts";
export { classMaxima } from "./defences/lff/class-maxima.ts";
export type { LossPair } from "./defences/lff/difficulty-weights.ts";
export { difficultyWeights } from "./defences/lff/difficulty-weights.ts";
export type { MovingLosses } from "./defences/lff/moving-losses.ts";
export { beginMovingLosses, moveLosses } from "./defences/lff/moving-losses.ts";
export { lff } from "./defences/lff.ts";
export type { Curve, CurveKind } from "./defences/mcr/curve.ts";
export { pointOn } from "./defences/mcr/curve.ts";
export { mcr } from "./defences/mcr.ts";
export { attentionDistance, attentionMap } from "./defences/nad/attention.ts";
export { nad } from "./defences/nad.ts";
export { none } from "./defences/none.ts";
export { channelEntropy } from "./defences/pruning/entropy.ts";
export { channelLipschitz } from "./defences/pruning/lipschitz.ts";
export { twoMeans } from "./defences/representations/two-means.ts";
export { spectral } from "./defences/spectral.ts";
export { entropyOf } from "./defences/vab-lite/entropy.ts";
export { movingEntropies, scaledToOne } from "./defences/vab-lite/unsure.ts";
export { vabLite } from "./defences/vab-lite.ts";
export type { DeviceData } from "./device-data.ts";
export type { ClassSuspects, Diagnosis, Finding, Suspect, SuspicionQuality } from "./diagnostics.ts";
export { diagnose, suspectsCsv, suspicionQuality } from "./diagnostics.ts";
export { DivergenceError } from "./divergence-error.ts";
export type { AttackMetrics, Evaluation, TestSet, TriggeredSet } from "./evaluation.ts";
export type { Flag } from "./flags.ts";
export { flagsOf } from "./flags.ts";
export type { Lab, LabImages, Looks, Phase, PhaseEnd, Step, StepInputs } from "./lab.ts";
export type { EpochReport, FinishedPhase, LabState, PhaseCost, RunningPhase } from "./lab-state.ts";
export type { DefenceMetrics, Rate } from "./metrics.ts";
export { accuracy, auroc, cleanMetrics, defenceMetrics } from "./metrics.ts";
export type { Look, Observed } from "./observe.ts";
export type { LabCallbacks } from "./open-lab.ts";
export type { Progress } from "./phase-context.ts";
export type { PhaseKey, PhaseStore, SharedPhase } from "./phase-store.ts";
export type { AttackInputs, Poisoned, PrepareOptions } from "./poison.ts";
export { poison, prepareAttack, triggered } from "./poison.ts";
export type { Predictions, Predictor } from "./predict.ts";
export { createPredictor, predict } from "./predict.ts";
export type { AffineMap } from "./sample-affine.ts";
export { sampleAffine } from "./sample-affine.ts";
export { easeOf } from "./scan/ease.ts";
export { bestAssignment } from "./scan/late/best-assignment.ts";
export { confident } from "./scan/late/confident.ts";
export type { ContentParams, ContentStats } from "./scan/late/content-net.ts";
export { contentNet } from "./scan/late/content-net.ts";
export { contradictions } from "./scan/late/contradictions.ts";
export { contrastOf } from "./scan/late/contrast-of.ts";
export type { LabelDrop } from "./scan/late/label-drop.ts";
export { labelDrop } from "./scan/late/label-drop.ts";
export type { LateFinding, LateNumbers, LateScan } from "./scan/late/late-scan.ts";
export { lateScan } from "./scan/late/late-scan.ts";
export { level } from "./scan/late/level.ts";
export { matchedSamples } from "./scan/late/matched-samples.ts";
export type { Asymmetry } from "./scan/late/quasi-symmetry.ts";
export { quasiSymmetry } from "./scan/late/quasi-symmetry.ts";
export type { Shift } from "./scan/late/shift-of.ts";
export { shiftOf } from "./scan/late/shift-of.ts";
export type { Structure } from "./scan/late/structure-of.ts";
export { structureOf } from "./scan/late/structure-of.ts";
export type { Contrast } from "./scan/late/trigger-score.ts";
export type { Hits, TriggerSuspects } from "./scan/late/trigger-suspects.ts";
export { hitsOf, triggerSuspects } from "./scan/late/trigger-suspects.ts";
export { levelLosses } from "./scan/level-losses.ts";
export type { HistoryOptions, LossHistory } from "./scan/loss-history.ts";
export { lossHistory } from "./scan/loss-history.ts";
export type { OcclusionMaps } from "./scan/occlusion.ts";
export { occlusionMaps } from "./scan/occlusion.ts";
export type { Refined } from "./scan/refine.ts";
export { probabilityOfSuspect, refine } from "./scan/refine.ts";
export type { Scan, ScanOptions } from "./scan/scan.ts";
export { scan, scanOptions } from "./scan/scan.ts";
export type { ScanDatasetOptions, ScanProgress } from "./scan/scan-dataset.ts";
export { scanDataset } from "./scan/scan-dataset.ts";
export type { Alarm } from "./scan/second-opinion.ts";
export { secondOpinion } from "./scan/second-opinion.ts";
export type { Separation } from "./scan/separation.ts";
export { separation } from "./scan/separation.ts";
export { splitByDistance } from "./scan/split.ts";
export type { ClassSplit, Split } from "./scan/suspects-of.ts";
export { leastRatio, suspectsOf } from "./scan/suspects-of.ts";
export type { SuspectedClass, Verdict, VerdictKind } from "./scan/verdict.ts";
export { verdictOf } from "./scan/verdict.ts";
export { weightsOf } from "./scan/weights-of.ts";
export type { DefenceCost, Trained, TrainOptions } from "./train.ts";
export { trainCbd, trainDefence, trainPlain } from "./train.ts";
export type { ResolvedTraining, TrainingOptions } from "./training-options.ts";
export { trainingOptionTable } from "./training-options.ts";

endOfEntry();
