import { basename } from "node:path";
import { expect, test } from "vitest";
import { filesBelow, readText } from "../support/repository.ts";

const isGenerated = (path: string): boolean => basename(path) === "wgsl.generated.ts";
const sources = filesBelow("src", ".ts").filter((path) => !isGenerated(path));
const lines = (path: string): number => readText(path).trimEnd().split("\n").length;

test("no source file is longer than 250 lines", () => {
  expect([...sources, ...filesBelow("src", ".wgsl")].filter((path) => lines(path) > 250)).toEqual([]);
});

test("the median source file is shorter than 100 lines", () => {
  const sorted = sources.map(lines).sort((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(100);
});

test("files are named for what they hold", () => {
  const vague = /^(?:utils?|helpers?|common|types?|misc|shared)\.(?:ts|wgsl)$/;
  expect([...sources, ...filesBelow("src", ".wgsl")].filter((path) => vague.test(basename(path)))).toEqual([]);
});

const kernels = filesBelow("src/kernels/wgsl", ".wgsl").map((path) => ({ path, text: readText(path) }));

test("every kernel is dispatched by a family or the code generator", () => {
  const users = filesBelow("src/kernels", ".ts")
    .filter((path) => !isGenerated(path))
    .map(readText)
    .join("\n");
  const names = kernels.filter(({ text }) => text.includes("@compute")).map(({ path }) => basename(path, ".wgsl"));
  expect(names.filter((name) => !users.includes(`"${name}"`) && !users.includes(`wgsl.${name}`))).toEqual([]);
});

test("every function of a WGSL library is called", () => {
  const callers = [...sources.map(readText), ...kernels.map(({ text }) => text)].join("\n");
  const unused = kernels
    .filter(({ text }) => !text.includes("@compute"))
    .flatMap(({ path, text }) => [...text.matchAll(/^fn (\w+)\(/gm)].map((match) => ({ path, name: match[1]! })))
    // scalar helpers come in four forms, of which the code generator spells the suffix
    .filter(({ name }) => !new RegExp(`(?<!fn )\\b(?:${name}|${name.replace(/[iu]?4?$/, "")})\\(`).test(callers));
  expect(unused).toEqual([]);
});

test("examples are short", () => {
  expect(filesBelow("examples", ".ts").filter((path) => lines(path) > 80)).toEqual([]);
});

test("no note of unfinished work is left in the source", () => {
  const unfinished = /\b(?:TODO|FIXME|XXX)\b/;
  expect(sources.filter((path) => unfinished.test(readText(path)))).toEqual([]);
});

test("every module has a README of at most 40 lines", () => {
  const modules = new Set(sources.map((path) => path.split("/")[1]!).filter((name) => !name.endsWith(".ts")));
  expect([...modules].filter((module) => lines(`src/${module}/README.md`) > 40)).toEqual([]);
});
