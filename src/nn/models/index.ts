import { ConfigError } from "../../tensor/errors.ts";
import type { FileName, Model, ModelFamily } from "./model-family.ts";
import { preActResNetFamily } from "./preact-resnet-family.ts";
import { shortcutFamily } from "./shortcut-net.ts";
import { smallFamily } from "./small-conv-net.ts";
import { templateFamily } from "./template-net.ts";
import { wrnFamily } from "./wide-resnet-family.ts";

/** Every family. To add one: a file, and a row here. */
export const modelFamilies: readonly ModelFamily[] = [
  wrnFamily,
  preActResNetFamily,
  smallFamily,
  shortcutFamily,
  templateFamily,
];

/**
 * The model of a name, such as `wrn-16-1`.
 *
 * @throws ConfigError for a name of no family.
 * @example
 * ```ts
 * import { random } from "deconfound";
 * import { parseModel } from "deconfound/nn";
 *
 * const model = parseModel("small");
 * const classifier = model.build({ height: 16, width: 16, channels: 3, classes: 10 });
 * console.log(model.name, Object.keys(classifier.init(random.key(0)).params).join()); // small-16 layers,fc
 * ```
 */
export function parseModel(text: string): Model {
  return find(text).model;
}

/**
 * How a model's array at a path of `{ params, stats }` is called and laid out in a file.
 *
 * @example
 * ```ts
 * import { fileNameOf } from "deconfound/nn";
 *
 * const { name, axes } = fileNameOf("wrn-16-1", "params.block1.0.conv1.weight");
 * console.log(name, String(axes)); // block1.layer.0.conv1.weight 3,2,0,1
 * ```
 */
export function fileNameOf(model: string, path: string): FileName {
  return find(model).family.fileName?.(path) ?? { name: path, axes: undefined };
}

function find(text: string): { family: ModelFamily; model: Model } {
  for (const family of modelFamilies) {
    const model = family.parse(text);
    if (model !== undefined) return { family, model };
  }
  const forms = modelFamilies.map(({ form }) => form).join(" or ");
  throw new ConfigError(`model: expects ${forms}, got ${JSON.stringify(text)}`);
}
