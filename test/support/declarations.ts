import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** A declaration file taken apart. */
interface Module {
  readonly declared: Map<string, string>;
  /** Names that stand for a name of a file; the name `*` is the whole file. */
  readonly links: Map<string, { readonly file: string; readonly name: string }>;
  readonly exported: Set<string>;
  /** Files of `export * from`. */
  readonly stars: string[];
}

const statement = /^(?=(?:export|import|declare|type|interface|class|function|const) )/m;
const declaration = /^(?:export )?(?:declare )?(?:abstract )?(?:function|const|class|interface|type) (\w+)/;

/** Stands in a report before a function or constant that no doc comment describes. */
export const undocumented = "// undocumented\n";

function isUndocumented(text: string, name: string): boolean {
  const first = new RegExp(`^(.*)\\nexport declare (?:function|const) ${name}\\b`, "m").exec(text);
  return first !== null && !first[1]!.endsWith("*/");
}

function parse(file: string): Module {
  const module: Module = { declared: new Map(), links: new Map(), exported: new Set(), stars: [] };
  const target = (from: string): string => resolve(dirname(file), from.replace(/\.ts$/, ".d.ts"));
  const raw = readFileSync(file, "utf8");
  const text = raw.replace(/[ \t]*\/\*[\s\S]*?\*\/\n?/g, "");
  for (const part of text.split(statement)) {
    const isExported = part.startsWith("export ");
    const star = /^export \* from "(.+)"/.exec(part);
    const whole = /^\w+(?: type)? \* as (\w+) from "(\..+)"/.exec(part);
    const list = /^\w+(?: type)? \{([^}]*)\}(?: from "(.+)")?/.exec(part);
    const name = declaration.exec(part)?.[1];
    if (star !== null) module.stars.push(target(star[1]!));
    else if (whole !== null) {
      module.links.set(whole[1]!, { file: target(whole[2]!), name: "*" });
      if (isExported) module.exported.add(whole[1]!);
    } else if (list !== null) {
      for (const item of list[1]!.split(",").map((raw) => raw.trim().replace(/^type /, ""))) {
        const [original = "", alias = original] = item.split(" as ");
        if (original === "") continue;
        if (isExported) module.exported.add(alias);
        if (list[2] !== undefined) module.links.set(alias, { file: target(list[2]), name: original });
        else if (alias !== original) module.links.set(alias, { file, name: original });
      }
    } else if (name !== undefined) {
      const before = module.declared.get(name) ?? (isUndocumented(raw, name) ? undocumented : "");
      module.declared.set(name, `${before}${part.trimEnd()}\n`);
      if (isExported) module.exported.add(name);
    }
  }
  return module;
}

/**
 * Every name that an entry point exports, with its declaration and without comments, sorted by name: the public interface as text.
 *
 * @param entry - a `.d.ts` file as `tsc` writes it.
 */
export function publicDeclarations(entry: string): string {
  const modules = new Map<string, Module>();
  const open = (file: string): Module => {
    const module = modules.get(file) ?? parse(file);
    modules.set(file, module);
    return module;
  };
  const names = (file: string): string[] => [...new Set([...open(file).exported, ...open(file).stars.flatMap(names)])];
  const find = (file: string, name: string): string | undefined => {
    if (name === "*") return `namespace {\n${list(file).replace(/^(?=.)/gm, "  ")}}\n`;
    const { declared, links, stars } = open(file);
    const link = links.get(name);
    if (link !== undefined) return find(link.file, link.name);
    return declared.get(name) ?? stars.map((star) => find(star, name)).find((found) => found !== undefined);
  };
  const list = (file: string): string =>
    names(file)
      .sort()
      .map((name) => {
        const text = find(file, name);
        if (text === undefined) throw new Error(`${file} exports ${name}, which no file declares`);
        const bare = text.replace(/^(?:export )?(?:declare )?/gm, "");
        return declaration.exec(text.replace(undocumented, ""))?.[1] === name ? bare : `${name} = ${bare}`;
      })
      .join("");
  return list(entry);
}
