import { filesBelow, readText } from "./repository.ts";

/** A program out of a doc comment. */
export interface DocExample {
  /** `src/testing/check-grads.ts checkGrads` */
  readonly name: string;
  readonly text: string;
}

const comment =
  /\/\*\*\n((?:[ \t]*\*.*\n)*?)[ \t]*\*\/\n[ \t]*(?:export )?(?:async )?(?:function\*? |const |class )?(\w+)/g;
const block = /@example\n[ \t]*\* ```ts\n((?:[ \t]*\*.*\n)*?)[ \t]*\* ```/g;

/** Every fenced `@example` of `src`: whole programs, with their imports. */
export const docExamples: readonly DocExample[] = filesBelow("src", ".ts").flatMap((file) =>
  [...readText(file).matchAll(comment)].flatMap(([, lines, name]) =>
    [...lines!.matchAll(block)].map(([, code]) => ({
      name: `${file} ${name}`,
      text: code!.replace(/^[ \t]*\* ?/gm, ""),
    })),
  ),
);
