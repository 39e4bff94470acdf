import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { filesOfRecords } from "../support/records.ts";
import { filesBelow, readText } from "../support/repository.ts";

// An export that no other file imports is dead, or should be private. Two kinds have users that no import shows: op records, which
// the laws find by themselves, and what the public interface names (api/).

const sources = filesBelow("src", ".ts");
const users = ["src", "test", "bench", "examples"].flatMap((folder) => filesBelow(folder, ".ts"));

/** Names that other files import or re-export, as `path#name`; `path#*` for all of a file. */
const imported = new Set(
  users.flatMap((user) => {
    const text = readText(user);
    const named = [...text.matchAll(/\b(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s+from\s+"(\.[^"]+)"/g)];
    const whole = [
      ...text.matchAll(/\b(?:import|export)\s+(?:type\s+)?\*\s+(?:as\s+\w+\s+)?from\s+"(\.[^"]+)"/g),
      ...text.matchAll(/\bimport\(\s*"(\.[^"]+)"\s*\)/g),
    ];
    const from = (path: string): string => normalize(join(dirname(user), path));
    return [
      ...named.flatMap(([, names, path]) =>
        names!
          .split(",")
          .map(
            (name) =>
              name
                .trim()
                .replace(/^type\s+/, "")
                .split(/\s+as\s+/)[0]!,
          )
          .filter((name) => name !== "")
          .map((name) => `${from(path!)}#${name}`),
      ),
      ...whole.map(([, path]) => `${from(path!)}#*`),
    ];
  }),
);

const interfaceText = filesBelow("api", ".txt").map(readText).join("\n");
const isPublic = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(interfaceText);
const isRecord = (path: string, name: string): boolean => filesOfRecords.includes(path) && name.endsWith("Op");

function exportsOf(path: string): string[] {
  const declared = /^export (?:declare )?(?:async )?(?:const|let|function\*?|class|interface|type|enum) (\w+)/gm;
  return [...new Set([...readText(path).matchAll(declared)].map((match) => match[1]!))];
}

test.each(["src/kernels/", "src/tensor/", "src/autodiff/"])(
  "every export of %s has a user in another file",
  (folder) => {
    const own = sources.filter((path) => path.startsWith(folder));
    expect(own.length).toBeGreaterThan(10);
    const unused = own
      .filter((path) => !imported.has(`${path}#*`))
      .flatMap((path) =>
        exportsOf(path)
          .filter((name) => !imported.has(`${path}#${name}`) && !isPublic(name) && !isRecord(path, name))
          .map((name) => `${path}#${name}`),
      );
    expect(unused).toEqual([]);
  },
);
