import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** A name of a declaration file. The name `*` stands for all that the file exports. */
export interface Place {
  readonly file: string;
  readonly name: string;
}

/** A declaration file taken apart. */
export interface DeclarationFile {
  /** The text of each declaration, without comments. */
  readonly declared: ReadonlyMap<string, string>;
  /** Functions and constants that no doc comment describes. */
  readonly undocumented: ReadonlySet<string>;
  /** Names that come from other files of the package. */
  readonly imported: ReadonlyMap<string, Place>;
  /** Names that it exports, without those of `stars`. */
  readonly exported: ReadonlyMap<string, Place>;
  /** Files of `export * from`. */
  readonly stars: readonly string[];
}

const statement = /^(?=(?:export|import|declare|type|interface|class|function|const) )/m;
const declaration = /^(?:export )?(?:declare )?(?:abstract )?(?:function|const|class|interface|type) (\w+)/;
const parsed = new Map<string, DeclarationFile>();

/** Reads a `.d.ts` file as `tsc` writes it. */
export function declarationFile(file: string): DeclarationFile {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const target = (from: string): string => resolve(dirname(file), from.replace(/\.[jt]s$/, ".d.ts"));
  const raw = readFileSync(file, "utf8");
  const declared = new Map<string, string>();
  const undocumented = new Set<string>();
  const imported = new Map<string, Place>();
  const exported = new Map<string, Place>();
  const stars: string[] = [];
  for (const part of raw.replace(/[ \t]*\/\*[\s\S]*?\*\/\n?/g, "").split(statement)) {
    const isExported = part.startsWith("export ");
    const star = /^export (?:type )?\* from "(.+)"/.exec(part);
    const whole = /^\w+(?: type)? \* as (\w+) from "(\..+)"/.exec(part);
    const list = /^\w+(?: type)? \{([^}]*)\}(?: from "(.+)")?/.exec(part);
    const name = declaration.exec(part)?.[1];
    if (star !== null) stars.push(target(star[1]!));
    else if (whole !== null) (isExported ? exported : imported).set(whole[1]!, { file: target(whole[2]!), name: "*" });
    else if (list !== null) {
      const from = list[2] === undefined ? file : list[2].startsWith(".") ? target(list[2]) : undefined;
      for (const item of list[1]!.split(",").map((text) => text.trim().replace(/^type /, ""))) {
        const [original = "", alias = original] = item.split(" as ");
        if (original === "" || from === undefined) continue; // of another package
        (isExported ? exported : imported).set(alias, { file: from, name: original });
      }
    } else if (name !== undefined) {
      declared.set(name, `${declared.get(name) ?? ""}${part.trimEnd()}\n`);
      if (isExported) exported.set(name, { file, name });
      const before = new RegExp(`^(.*)\\nexport declare (?:function|const) ${name}\\b`, "m").exec(raw);
      if (before !== null && !before[1]!.endsWith("*/")) undocumented.add(name);
    }
  }
  const result = { declared, undocumented, imported, exported, stars };
  parsed.set(file, result);
  return result;
}

/** All names that a file exports. */
export function exportsOf(file: string): ReadonlyMap<string, Place> {
  const { exported, stars } = declarationFile(file);
  return new Map([...stars.flatMap((star) => [...exportsOf(star)]), ...exported]);
}

/** Where a name is declared. */
export function homeOf(place: Place): Place {
  if (place.name === "*") return place;
  const { declared, imported } = declarationFile(place.file);
  if (declared.has(place.name)) return place;
  const next = exportsOf(place.file).get(place.name) ?? imported.get(place.name);
  if (next === undefined) throw new Error(`${place.file} has no ${place.name}`);
  return homeOf(next.file === place.file && next.name === place.name ? imported.get(place.name)! : next);
}
