import { expect, it } from "vitest";
import { augmentation } from "../../src/data/augment-kind.ts";

it("pads an eighth of the width, as the authors' 4 of 32", () => {
  expect(augmentation("crop+flip+cutout", 32)).toEqual({ crop: 4, flip: true, cutout: 3 });
  expect(augmentation("crop+flip", 16)).toEqual({ crop: 2, flip: true, cutout: 0 });
  expect(augmentation("flip", 16)).toEqual({ crop: 0, flip: true, cutout: 0 });
  expect(augmentation("none", 16)).toEqual({ crop: 0, flip: false, cutout: 0 });
});
