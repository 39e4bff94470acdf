import type { DType } from "../../tensor/dtype.ts";
import { KernelError } from "../../tensor/errors.ts";
import type { Hook } from "../codegen/hook.ts";
import type { Sizes } from "../codegen/sizes.ts";
import { sizesText } from "../codegen/sizes.ts";
import type { KernelFile } from "../wgsl/wgsl.generated.ts";
import { wgsl } from "../wgsl/wgsl.generated.ts";
import type { Constant } from "./family.ts";

interface LinkOperand {
  readonly name: string;
  readonly dtype: DType;
  readonly access: "read" | "write";
  /** Number of elements. Four-element words are used where it is divisible by 4. */
  readonly size: number;
  /** `@group(0) @binding(…)` of the operand's own buffer; null where the hook reads or writes other bindings. */
  readonly binding: number | null;
  /** Every `store_run` writes four elements, from one that is divisible by 4. */
  readonly wholeQuads?: boolean;
  /** Replaces the plain buffer access. What the file mentions and the hook lacks is made of what it has. */
  readonly hook?: Hook;
}

interface LinkOptions {
  readonly file: KernelFile;
  readonly constants: Readonly<Record<string, Constant>>;
  /** What the file reads as `size.NAME`. */
  readonly sizes?: { readonly values: Sizes; readonly asData: boolean };
  readonly enables: readonly string[];
  readonly operands: readonly LinkOperand[];
  /** More WGSL at module scope: bindings and functions that hooks use. */
  readonly declarations: readonly string[];
}

/**
 * Makes a kernel file one WGSL module: constants, bindings, access functions and libraries (files without an entry point
 * whose functions are called) follow its text, directives stand in front of line 1, so that its lines keep their numbers.
 */
export function link(options: LinkOptions): string {
  const body = wgsl[options.file];
  const hooks = options.operands.flatMap(({ hook }) => Object.values(hook ?? {}));
  const appended = librariesFor(options.file, [withoutComments(body), ...hooks, ...options.declarations]);
  const text = withoutComments([body, ...appended].join("\n"));
  const parts = [
    ...appended,
    ...Object.entries(options.constants).map(([name, value]) => constantText(name, value)),
    ...(options.sizes === undefined ? [] : [sizesText(options.sizes.values, options.sizes.asData)]),
    ...options.operands.map((operand) => operandText(operand, text)),
    ...options.declarations,
  ];
  const front = options.enables.map((name) => `enable ${name}; `).join("");
  return `${front}${body}\n${parts.join("\n")}\n`;
}

/** Elements that one store to operand `name` of a kernel file writes. */
export function storeWidth(file: KernelFile, name: string, wholeQuads: boolean): 1 | 4 {
  const text = withoutComments(wgsl[file]);
  return text.includes(`store4_${name}(`) || (wholeQuads && text.includes(`store_run_${name}(`)) ? 4 : 1;
}

function withoutComments(text: string): string {
  return text.replace(/\/\/.*$/gm, "");
}

/** Files without an entry point are libraries: appended where one of their functions is called. */
const libraries: ReadonlyMap<KernelFile, readonly string[]> = new Map(
  (Object.entries(wgsl) as [KernelFile, string][])
    .filter(([, text]) => !text.includes("@compute"))
    .map(([file, text]) => [file, declaredFunctions(text)]),
);

function declaredFunctions(text: string): string[] {
  return [...text.matchAll(/\bfn (\w+)\(/g)].map((match) => match[1]!);
}

function librariesFor(file: KernelFile, texts: readonly string[]): string[] {
  const called = (text: string): string[] => [...text.matchAll(/\b(\w+)\(/g)].map((match) => match[1]!);
  const own = new Set(texts.flatMap(declaredFunctions));
  const found = new Set<KernelFile>();
  const names = texts.flatMap(called);
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (own.has(name)) continue;
    const library = [...libraries].find(([, functions]) => functions.includes(name!))?.[0];
    if (library === undefined || library === file || found.has(library)) continue;
    found.add(library);
    names.push(...called(withoutComments(wgsl[library])));
  }
  return [...found].map((library) => wgsl[library]);
}

function constantText(name: string, value: Constant): string {
  if (typeof value === "boolean") return `const ${name}: bool = ${value};`;
  if (typeof value === "number") return `const ${name}: u32 = ${value}u;`;
  if ("i32" in value) return `const ${name}: i32 = ${value.i32}i;`;
  if ("f32" in value) return `const ${name}: f32 = ${Math.fround(value.f32)}f;`;
  const count = value.u32.length;
  return `const ${name}: array<u32, ${count}> = array<u32, ${count}>(${value.u32.map((n) => `${n}u`).join(", ")});`;
}

/** Element type in registers. */
function elementType(dtype: DType): "f32" | "i32" | "u32" {
  return dtype === "i32" ? "i32" : dtype === "f32" || dtype === "f16" ? "f32" : "u32";
}

function operandText(operand: LinkOperand, body: string): string {
  const { name, dtype, binding } = operand;
  const type = elementType(dtype);
  const mentions = (access: string): boolean => new RegExp(`\\b${access}_${name}\\(`).test(body);
  const runs = mentions("store_run");
  const whole = operand.wholeQuads === true;
  const needs = {
    load: mentions("load"),
    load4: mentions("load4"),
    store: mentions("store") || (runs && !whole),
    store4: mentions("store4") || (runs && whole),
  };
  // A store of one component may touch the whole vector: words of four only where all stores are of four.
  const quads =
    operand.size > 0 &&
    operand.size % 4 === 0 &&
    (needs.load4 || needs.store4) &&
    !needs.store &&
    type === registerOf(dtype);
  const hook = operand.hook ?? plainAccess(operand, quads);
  const lines = [`alias ${name}_t = ${type};`];
  if (binding !== null) {
    const word = registerOf(dtype);
    const mode = operand.access === "read" ? "read" : "read_write";
    lines.push(
      `@group(0) @binding(${binding}) var<storage, ${mode}> ${name}: array<${quads ? `vec4<${word}>` : word}>;`,
    );
  }
  const { load, load4, store, store4 } = completed(name, type, hook, needs);
  lines.push(...[load, load4, store, store4].filter((text) => text !== undefined));
  if (runs) lines.push(runText(name, type, whole));
  return lines.join("\n");
}

/** Stores the first n of four: one quad where runs are whole, else one by one. */
function runText(name: string, type: string, whole: boolean): string {
  const quad = `store4_${name}(i / 4u, v);`;
  const ones = `for (var k = 0u; k < 4u; k++) { if (k < n) { store_${name}(i + k, v[k]); } }`;
  return `fn store_run_${name}(i: u32, v: vec4<${type}>, n: u32) { ${whole ? quad : ones} }`;
}

/** Element type of the buffer: packed types lie in u32 words. */
function registerOf(dtype: DType): "f32" | "i32" | "u32" {
  return dtype === "f16" ? "u32" : elementType(dtype);
}

function plainAccess({ name, dtype, access }: LinkOperand, quads: boolean): Hook {
  const type = elementType(dtype);
  const read: Record<string, string> = {
    u8: `(${name}[i / 4u] >> (i % 4u * 8u)) & 255u`,
    f16: `unpack2x16float(${name}[i / 2u])[i % 2u]`,
  };
  const scalar = read[dtype] ?? (quads ? `${name}[i / 4u][i % 4u]` : `${name}[i]`);
  const load = `fn load_${name}(i: u32) -> ${type} { return ${scalar}; }`;
  const load4 = `fn load4_${name}(i: u32) -> vec4<${type}> { return ${packedQuad(name, dtype) ?? `${name}[i]`}; }`;
  if (access === "read") return quads || packedQuad(name, dtype) !== undefined ? { load, load4 } : { load };
  if (dtype === "u8" || dtype === "f16") {
    throw new KernelError(`link: ${name} is ${dtype}, whose elements share words`, ["store it through a hook"]);
  }
  return quads
    ? { load, load4, store4: `fn store4_${name}(i: u32, v: vec4<${type}>) { ${name}[i] = v; }` }
    : { load, store: `fn store_${name}(i: u32, v: ${type}) { ${name}[i] = v; }` };
}

function packedQuad(name: string, dtype: DType): string | undefined {
  if (dtype === "u8") return `(vec4u(${name}[i]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u)`;
  if (dtype === "f16") return `vec4f(unpack2x16float(${name}[2u * i]), unpack2x16float(${name}[2u * i + 1u]))`;
  return undefined;
}

/** The functions that the file needs: given ones, or made of given ones of the other width. */
function completed(name: string, type: string, hook: Hook, needs: Readonly<Record<keyof Hook, boolean>>): Hook {
  const load4 = `fn load4_${name}(i: u32) -> vec4<${type}> { return vec4<${type}>(${[0, 1, 2, 3].map((k) => `load_${name}(4u * i + ${k}u)`).join(", ")}); }`;
  const load = `fn load_${name}(i: u32) -> ${type} { return load4_${name}(i / 4u)[i % 4u]; }`;
  const store4 = `fn store4_${name}(i: u32, v: vec4<${type}>) { ${[0, 1, 2, 3].map((k) => `store_${name}(4u * i + ${k}u, v[${k}]);`).join(" ")} }`;
  const result: { load?: string; load4?: string; store?: string; store4?: string } = {};
  if (needs.load || needs.load4) {
    if (hook.load === undefined && hook.load4 === undefined) throw missing(name, "load");
    if (needs.load4) result.load4 = hook.load4 ?? load4;
    if (needs.load || (needs.load4 && hook.load4 === undefined)) result.load = hook.load ?? load;
    if (needs.load && hook.load === undefined) result.load4 = hook.load4!;
  }
  if (needs.store || needs.store4) {
    if (hook.store === undefined && (needs.store || hook.store4 === undefined)) throw missing(name, "store");
    if (needs.store4) result.store4 = hook.store4 ?? store4;
    if (needs.store || hook.store4 === undefined) result.store = hook.store!;
  }
  return result;
}

function missing(name: string, access: string): KernelError {
  return new KernelError(`link: the hook of ${name} has no ${access}`, [`the file calls ${access}_${name}`]);
}
