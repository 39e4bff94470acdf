import { expect, test } from "vitest";
import type { Command, Operands } from "../../src/cli/command.ts";
import { parseOptions } from "../../src/cli/command.ts";
import { exitCode } from "../../src/cli/exit-code.ts";
import { helpFor } from "../../src/cli/help.ts";

const options = {
  model: { kind: "text", default: null, form: "FILE", doc: "a model" },
  top: { kind: "integer", default: 1, from: 1, to: 9, doc: "how many" },
  json: { kind: "boolean", default: false, doc: "as JSON" },
} as const;

const look = (operands?: Operands): Command<typeof options> => ({
  name: "look",
  summary: "looks at files",
  options,
  ...(operands === undefined ? {} : { operands }),
  run: async () => exitCode.ok,
});

const images = { form: "[IMAGE…]", doc: "files and folders" };

test("operands stand before, between and behind options, and after --", () => {
  const { operands, values } = parseOptions(look(images), ["a.png", "--top", "5", "b", "--json", "c", "--", "--d"]);
  expect(operands).toEqual(["a.png", "b", "c", "--d"]);
  expect(values).toEqual({ model: null, top: 5, json: true });
});

test.each([
  [undefined, ["a"], /^unexpected argument 'a'.*; see deconfound look --help$/],
  [{ form: "DIR", doc: "", most: 1 }, ["a", "b"], /^unexpected argument 'b'; see deconfound look --help$/],
  [{ form: "DIR", doc: "", least: 1 }, ["--json"], /^DIR is missing; see deconfound look --help$/],
  [images, ["a", ""], /^\[IMAGE…\] is an empty text$/],
  [images, ["a", "--nope"], /^unknown option '--nope'/],
])("%j refuses %j", (operands, words, message) => {
  expect(() => parseOptions(look(operands), words)).toThrow(message);
});

test("the help names the operands above the options", () => {
  expect(helpFor(look(images), 80)).toMatch(
    /^deconfound look: looks at files\n\nUsage: deconfound look \[IMAGE…\] \[OPTIONS\]\n\n {2}\[IMAGE…\] +files and folders\n\nOptions/,
  );
});
