import { ConfigError } from "../../tensor/errors.ts";
import type { FileName, Model, ModelFamily } from "./model-family.ts";
import { smallFamily } from "./small-conv-net.ts";
import { wrnFamily } from "./wide-resnet-family.ts";

/** Every family. To add one: a file, and a row here. */
export const modelFamilies: readonly ModelFamily[] = [wrnFamily, smallFamily];

/** The model of a name, such as `wrn-16-1`. @throws ConfigError for a name of no family. */
export function parseModel(text: string): Model {
  return find(text).model;
}

/** How a model's array at a path of `{ params, stats }` is called and laid out in a file. */
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
