import { decodeSafetensors, encodeSafetensors } from "../formats/index.ts";
import { fileNameOf, parseModel } from "../nn/models/index.ts";
import type { AnyClassifier, ImageShape, Model } from "../nn/models/model-family.ts";
import { readBytes, readTensors, toLeaves } from "../node/index.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { parseJson } from "../tensor/json.ts";
import * as json from "../tensor/json-schema.ts";
import { transpose } from "../tensor/ops/transpose.ts";
import { printable } from "../tensor/printable.ts";
import { key } from "../tensor/random.ts";
import { evaluateReference } from "../tensor/reference.ts";
import { formatShape } from "../tensor/shape.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { formatType, isTensor } from "../tensor/tensor.ts";
import { leavesOf, mapTree } from "../tensor/tree.ts";

/** A trained network: what a classifier's `apply` needs. */
export interface Weights {
  readonly params: object;
  readonly stats: object;
}

/** How a picture file becomes what the network reads. */
interface PictureRule {
  /** `fill`: the whole picture, stretched or shrunk to height × width by a triangle filter; nothing is cut off. */
  readonly fit: "fill";
  /** `rgb`: grey thrice, alpha left out. `grey`: the brightness of a colour, by Rec. 601. */
  readonly colour: "rgb" | "grey";
  /** `roi`: the part of each picture that the tables of the set name was trained on, not the whole. */
  readonly crop: "none" | "roi";
}

/** The rule of a data set. @param options - of its format. */
export function pictureRule(channels: number, options: object): PictureRule {
  const crop = "roi" in options && options.roi === true ? "roi" : "none";
  return { fit: "fill", colour: channels === 1 ? "grey" : "rgb", crop };
}

/** What a model file says of itself; absent in files of other programs. */
export interface ModelHeader extends ImageShape {
  readonly model: string;
  readonly classNames?: readonly string[] | undefined;
  /** Absent in files of earlier versions, whose models were trained on no picture files. */
  readonly pictures?: PictureRule | undefined;
  /** Name of a file beside this one: a model that tells images with the trigger that the training set had; see alarm-file.ts. */
  readonly alarm?: string | undefined;
  /** The run that trained it. */
  readonly run?: string | undefined;
}

const headerKey = "deconfound";
const size = json.integer({ min: 1, max: 2 ** 20 });
const headerSchema = json.object({
  ...{ model: json.string, height: size, width: size, channels: size, classes: size },
  classNames: json.optional(json.list(json.string)),
  pictures: json.optional(
    json.object({
      fit: json.literal("fill"),
      colour: json.literal("rgb", "grey"),
      crop: json.literal("none", "roi"),
    }),
  ),
  alarm: json.optional(
    json.predicate<string>(
      (value) => typeof value === "string" && /^[\w-][\w.-]{0,199}$/.test(value),
      "the name of a file in the same folder",
    ),
  ),
  run: json.optional(json.string),
});

/** What a user of the file in another program must know; docs/model-files.md says it at length. */
const input = "float32 (n, channels, height, width), RGB, each value / 255, no mean or deviation taken off";

/** Bytes of a model file. */
export async function encodeModel(header: ModelHeader, weights: Weights): Promise<Uint8Array> {
  const leaves = leavesOf({ params: weights.params, stats: weights.stats });
  const read = await readTensors(
    leaves.flatMap(({ path, value }) => (isTensor(value) ? [[path, value] as const] : [])),
  );
  const named = [...toLeaves(read)].map(([path, value]) => {
    const { name, axes } = fileNameOf(header.model, path);
    return [name, axes === undefined ? value : onHost(transpose(value, { axes }))] as const;
  });
  const metadata = { format: "pt", input, [headerKey]: JSON.stringify(header) };
  return encodeSafetensors({ tensors: await readTensors(named), metadata });
}

function onHost(program: AnyTensor): AnyTensor {
  return evaluateReference(program, { precision: "f32" });
}

/** A model as it stands in a file. */
export interface SavedModel {
  readonly header: ModelHeader;
  readonly classifier: AnyClassifier;
  readonly weights: Weights;
}

/** A model file and what it says of itself. @throws DataError if it is damaged or was written by another program. */
export async function readModel(path: string): Promise<SavedModel> {
  const { metadata } = decodeSafetensors(await readBytes(path), path);
  const text = Object.hasOwn(metadata, headerKey) ? metadata[headerKey] : undefined;
  if (text === undefined) throw new DataError(`${path}: does not say which model it holds; train writes such files`);
  const { classNames, pictures, alarm, run, ...header } = json.check(headerSchema, parseJson(text, path), path);
  const names = {
    ...(classNames === undefined ? {} : { classNames: classNames.map((name) => printable(name)) }),
    ...(pictures === undefined ? {} : { pictures }),
    ...(alarm === undefined ? {} : { alarm }),
    ...(run === undefined ? {} : { run: printable(run) }),
  };
  const classifier = namedModel(header.model, path).build(header);
  return { header: { ...header, ...names }, classifier, weights: await readWeights(path, header.model, header) };
}

/** The model that a file names, which may be any text. */
function namedModel(name: string, path: string): Model {
  try {
    return parseModel(name);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new DataError(`${path}: holds a model that this program does not know: "${printable(name)}"`);
  }
}

/**
 * The arrays of a file as the tree of a given model. Arrays that the model does not have are ignored.
 *
 * @throws DataError naming the first array that is absent, has another shape, or holds NaN or infinity: what it says of an image
 * would mean nothing.
 */
export async function readWeights(path: string, model: string, shape: ImageShape): Promise<Weights> {
  const { tensors } = decodeSafetensors(await readBytes(path), path);
  const found = toLeaves(tensors);
  const template = parseModel(model).build(shape).init(key(0));
  const pick = (expected: AnyTensor, place: string): AnyTensor => {
    const { name, axes } = fileNameOf(model, place);
    const value = found.get(name);
    if (value === undefined) throw new DataError(`${path}: no array ${name}; is it a ${model}?`);
    const shapeInFile = axes === undefined ? expected.shape : axes.map((axis) => expected.shape[axis]!);
    if (value.dtype !== expected.dtype || formatShape(value.shape) !== formatShape(shapeInFile)) {
      throw new DataError(
        `${path}: ${name} is ${formatType(value)}, a ${model} here has f32${formatShape(shapeInFile)}`,
      );
    }
    if (!tensors.get(name)!.data.every((number: number) => Number.isFinite(number))) {
      throw new DataError(`${path}: ${name} holds NaN or infinity; its training failed`);
    }
    return axes === undefined ? value : onHost(transpose(value, { axes: inverse(axes) }));
  };
  return mapTree({ params: template.params, stats: template.stats }, pick) as Weights;
}

/** The permutation that undoes `axes`. */
function inverse(axes: readonly number[]): number[] {
  return axes.map((_, axis) => axes.indexOf(axis));
}
