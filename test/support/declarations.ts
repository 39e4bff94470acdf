import type { Place } from "./declaration-files.ts";
import { declarationFile, exportsOf, homeOf } from "./declaration-files.ts";

/** Stands in a report before a function or constant that no doc comment describes. */
export const undocumented = "// undocumented\n";

/**
 * Every name that an entry point exports, with its declaration and without comments, sorted by name: the public interface as text.
 *
 * @param entry - a `.d.ts` file as `tsc` writes it.
 */
export function publicDeclarations(entry: string): string {
  const sorted = [...exportsOf(entry)].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, place]) => declarationOf(name, homeOf(place))).join("");
}

function declarationOf(name: string, home: Place): string {
  if (home.name === "*") return `${name} = namespace {\n${publicDeclarations(home.file).replace(/^(?=.)/gm, "  ")}}\n`;
  const file = declarationFile(home.file);
  const bare = file.declared.get(home.name)!.replace(/^(?:export )?(?:declare )?/gm, "");
  const mark = file.undocumented.has(home.name) ? undocumented : "";
  return home.name === name ? mark + bare : `${name} = ${mark}${bare}`;
}

/**
 * Types that a signature names and that cannot be imported from the same entry point, each with who names it.
 *
 * A type that comes from another module is exported along; what its own declaration names is that module's entry point's matter.
 * So are the aliases that a type is computed by and the interfaces that it extends, where their file keeps them to itself.
 *
 * @param entry - a `.d.ts` file.
 * @param module - the folder whose declarations are looked at.
 */
export function namesNotExported(entry: string, module: string): string[] {
  const places = [...exportsOf(entry)].flatMap(([name, place]) =>
    place.name === "*"
      ? [...exportsOf(place.file)].map(([inner, it]) => [`${name}.${inner}`, it] as const)
      : [[name, place] as const],
  );
  const homes = places.map(([name, place]) => ({ name, home: homeOf(place) }));
  const key = ({ file, name }: Place): string => `${file} ${name}`;
  const exported = new Set(homes.map(({ home }) => key(home)));
  return homes.flatMap(({ name, home }) => {
    if (!home.file.startsWith(module) || home.name === "*") return [];
    const { declared, imported } = declarationFile(home.file);
    const text = declared.get(home.name)!;
    const isType = /^(?:export )?(?:declare )?(?:type|interface) /.test(text);
    return [...new Set(text.match(/\b[A-Za-z]\w*\b/g))].flatMap((word) => {
      const place = imported.get(word) ?? (declared.has(word) ? { file: home.file, name: word } : undefined);
      if (place === undefined || place.name === "*") return [];
      const named = homeOf(place);
      const file = declarationFile(named.file);
      const hidden = isType && !file.exported.has(named.name);
      const namesType = /^(?:export )?(?:declare )?(?:abstract )?(?:type|interface|class) /.test(
        file.declared.get(named.name)!,
      );
      return exported.has(key(named)) || hidden || !namesType ? [] : [`${named.name}, named by ${name}`];
    });
  });
}

/** Optional properties of exported types that do not take `undefined`, which callers under `exactOptionalPropertyTypes` have to give. */
export function exactOptions(entry: string): string[] {
  return [...exportsOf(entry)].flatMap(([name, place]) => {
    const home = homeOf(place);
    if (home.name === "*") return exactOptions(home.file);
    const text = declarationFile(home.file).declared.get(home.name)!;
    const members = [...text.matchAll(/^\s+(?:readonly )?(\w+)\?: (?:[^;{]|\{[^}]*\})*;/gm)];
    return members.flatMap(([member, option]) => (/\bundefined\b/.test(member) ? [] : [`${name}.${option}`]));
  });
}
