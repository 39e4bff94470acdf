import type { Classifier } from "../classifier.ts";

/** What a classifier reads and says. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}

/** A classifier of unknown trees: code that handles any model sees them only as trees. */
export type AnyClassifier = Classifier<object, object>;

/** How one array of `{ params, stats }` is called and laid out in a model file. */
export interface FileName {
  readonly name: string;
  /** Our axes in the file's order; undefined: the same. */
  readonly axes: readonly number[] | undefined;
}

/** One member of a family, such as `wrn-16-1`. */
export interface Model {
  /** The name in full; {@link ModelFamily.parse} gives the model back from it. */
  readonly name: string;
  build(shape: ImageShape): AnyClassifier;
}

/** Networks that differ in size only. */
export interface ModelFamily {
  readonly name: string;
  /** How a member is written: `wrn-D-K`. */
  readonly form: string;
  /** One line: what it is and what the letters of the form mean. */
  readonly summary: string;
  /**
   * The member of a name.
   *
   * @returns undefined for a name of another family.
   * @throws ConfigError for a name of this family with sizes that it cannot have.
   */
  parse(text: string): Model | undefined;
  /** Names and layouts in files, where they are not our own paths and layouts. */
  fileName?(path: string): FileName;
}
