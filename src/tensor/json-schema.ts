// Schemas of JSON files. A schema is a function that takes a parsed value and gives it its type, or says where it is wrong:
//   const point = json.object({ name: json.string, at: json.list(json.number()) });
//   const { name, at } = json.check(point, parseJson(text, path), path);
import { DataError } from "./errors.ts";
import { printable } from "./printable.ts";

/** Checks one value. `place` is where it stands in the file: `classes["a"].times[0]`. */
export type Schema<T> = (value: unknown, place: string) => T;

/** The type that a schema gives. */
export type Checked<S> = S extends Schema<infer T> ? T : never;

class Mismatch extends Error {
  readonly place: string;
  readonly expected: string;
  constructor(place: string, expected: string) {
    super(`${place} is not ${expected}`);
    this.place = place;
    this.expected = expected;
  }
}

/**
 * Checks a parsed file.
 *
 * @param name - what the error calls it: a file's path.
 * @param mend - further lines of the error.
 * @returns a copy that holds the schema's fields only.
 * @throws DataError naming the first place that is wrong, and what is expected there.
 */
export function check<T>(schema: Schema<T>, value: unknown, name: string, mend: readonly string[] = []): T {
  try {
    return schema(value, "");
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    throw new DataError(`${name}: ${error.place === "" ? "the top" : error.place} is not ${error.expected}`, mend);
  }
}

export const string: Schema<string> = (value, place) => {
  if (typeof value !== "string") throw new Mismatch(place, "a text");
  return value;
};

/** A value for which `holds`. @param expected - what it is then, for the error. */
export function predicate<T>(holds: (value: unknown) => boolean, expected: string): Schema<T> {
  return (value, place) => {
    if (!holds(value)) throw new Mismatch(place, expected);
    return value as T;
  };
}

/** A finite number, `min` and `max` included. */
export function number({ min = -Infinity, max = Infinity }: { min?: number; max?: number } = {}): Schema<number> {
  return (value, place) => {
    if (typeof value === "number" && Number.isFinite(value) && value >= min && value <= max) return value;
    throw new Mismatch(place, `a number${rangeText(min, max)}`);
  };
}

/** A whole number, `min` and `max` included. */
export function integer({ min, max }: { min: number; max?: number }): Schema<number> {
  const most = max ?? Number.MAX_SAFE_INTEGER;
  return (value, place) => {
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= most) return value as number;
    throw new Mismatch(place, `a whole number${rangeText(min, max ?? Infinity)}`);
  };
}

function rangeText(min: number, max: number): string {
  if (max !== Infinity) return min === -Infinity ? ` up to ${max}` : ` from ${min} to ${max}`;
  return min === -Infinity ? "" : ` of ${min} or more`;
}

/** One of some texts or numbers. */
export function literal<const V extends readonly (string | number)[]>(...values: V): Schema<V[number]> {
  return (value, place) => {
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw new Mismatch(place, values.map((one) => JSON.stringify(one)).join(" or "));
    return found;
  };
}

/** A field that may be absent. */
export function optional<T>(schema: Schema<T>): Schema<T | undefined> {
  return (value, place) => (value === undefined ? undefined : schema(value, place));
}

export function nullable<T>(schema: Schema<T>): Schema<T | null> {
  return (value, place) => (value === null ? null : schema(value, place));
}

/** A list whose items all fit `item`. */
export function list<T>(item: Schema<T>): Schema<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw new Mismatch(place, "a list");
    return value.map((one, i) => item(one, `${place}[${i}]`));
  };
}

function fieldsOf(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Mismatch(place, "an object");
}

/** An object of any keys, whose values all fit `item`. A key `__proto__` is a key like another. */
export function record<T>(item: Schema<T>): Schema<Readonly<Record<string, T>>> {
  return (value, place) =>
    Object.fromEntries(
      Object.entries(fieldsOf(value, place)).map(([key, one]) => [key, item(one, `${place}["${printable(key)}"]`)]),
    );
}

/** An object with these fields. Others are left out, so that a newer program may write more. */
export function object<F extends Readonly<Record<string, Schema<unknown>>>>(
  fields: F,
): Schema<{ readonly [K in keyof F]: Checked<F[K]> }> {
  return (value, place) => {
    const given = fieldsOf(value, place);
    const checked = Object.entries(fields).map(([key, schema]) => [
      key,
      schema(Object.hasOwn(given, key) ? given[key] : undefined, place === "" ? key : `${place}.${key}`),
    ]);
    return Object.fromEntries(checked) as { readonly [K in keyof F]: Checked<F[K]> };
  };
}

/** An object of one of several forms, told apart by the text in its field `tag`. */
export function variants<F extends Readonly<Record<string, Schema<unknown>>>>(
  tag: string,
  forms: F,
): Schema<Checked<F[keyof F]>> {
  return (value, place) => {
    const kind = literal(...Object.keys(forms))(fieldsOf(value, place)[tag], place === "" ? tag : `${place}.${tag}`);
    return forms[kind]!(value, place) as Checked<F[keyof F]>;
  };
}
