import { copy, copyOf } from "./brand.ts";

const longest = 40; // characters of a string that a message repeats

/** A value as an error message names it: `3`, `"float32"`, `f32[2,3]`, `a Promise`. */
export function describe(value: unknown): string {
  const made = copyOf(value);
  if (made !== undefined) {
    const { dtype, shape } = value as { readonly dtype: string; readonly shape: readonly number[] };
    return made === copy ? `${dtype}[${shape.join(",")}]` : `a tensor of another copy of deconfound (${made.version})`;
  }
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > longest ? `${value.slice(0, longest)}…` : value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${value}n`;
    case "function":
      return value.name === "" ? "a function" : `the function ${value.name}`;
    case "object":
      return value === null ? "null" : describeObject(value);
    default:
      return String(value);
  }
}

function describeObject(value: object): string {
  if (Array.isArray(value)) {
    const plain = value.length <= 4 && value.every((item) => typeof item !== "object" && typeof item !== "function");
    return plain ? `[${value.map(describe).join(", ")}]` : `an array of ${value.length}`;
  }
  const name: unknown = value.constructor?.name;
  if (typeof name !== "string" || name === "" || name === "Object") {
    const keys = Object.keys(value);
    return keys.length > 0 && keys.length <= 4 ? `an object { ${keys.join(", ")} }` : "an object";
  }
  return /^[AEIOU]/.test(name) ? `an ${name}` : `a ${name}`;
}

/** What to do with a value that is not a tensor where one is needed; undefined where nothing can be told. */
export function tensorMend(value: unknown): string | undefined {
  const made = copyOf(value);
  if (made !== undefined && made !== copy) {
    return `this is copy ${copy.version}; two copies do not mix: npm ls deconfound shows who brings one, npm dedupe joins them`;
  }
  if (value instanceof Promise) {
    return "await it first; inside a traced function call the plain function, not its compiled program";
  }
  if (typeof value === "number" || typeof value === "boolean") return `wrap it: tensor(${value})`;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return "wrap it: tensor(values)";
  return undefined;
}
