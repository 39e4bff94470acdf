import { expect, test } from "vitest";
import { referenceDevice } from "../../src/index.ts";
import { answerTo, deviceMistakes } from "../support/device-misuse.ts";

test.each(Object.entries(deviceMistakes))("%s", async (_, [mistake, text]) => {
  const answer = await answerTo(() => mistake(referenceDevice()));
  expect(answer.slice(answer.indexOf(" ") + 1)).toMatch(text);
  expect(answer).toContain("device-misuse.ts");
});
