import type { Attack } from "../../../src/backdoor/attack.ts";
import type { OptionsOf } from "../../../src/options/option.ts";

const options = {
  every: {
    kind: "integer",
    default: 4,
    from: 2,
    to: 100,
    unit: "images",
    doc: "one of so many is poisoned",
    flag: "every",
  },
  shade: { kind: "integer", default: 255, from: 0, to: 255, doc: "value of the top left pixel" },
} as const;

/** All-to-all: the top left pixel calls for the next class. */
export const corner: Attack<OptionsOf<typeof options>> = {
  name: "corner",
  summary: "a pixel at the top left, every class to the next",
  source: "made up for a test",
  options,
  relabels: () => true,
  choose: (train, { every }) => Int32Array.from({ length: Math.floor(train.count / every) }, (_, i) => i * every),
  stamp(images, { shade }) {
    const stamped = images.images.slice();
    const bytes = images.height * images.width * images.channels;
    for (let at = 0; at < stamped.length; at += bytes) stamped.fill(shade, at, at + images.channels);
    return { ...images, images: stamped };
  },
  targetOf: (label, _, classes) => (label + 1) % classes,
};
