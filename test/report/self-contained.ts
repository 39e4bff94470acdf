import { expect } from "vitest";

const voids = new Set(["meta", "img", "br", "!doctype"]);

/** Tags of a page in order, and the first that closes another element than the one that is open. */
function wrongNesting(page: string): string | undefined {
  const open: string[] = [];
  const withoutStyle = page.replace(/<style>[^<]*<\/style>/g, "");
  for (const [tag, slash, name, rest] of withoutStyle.matchAll(/<(\/?)([!a-zA-Z][\w-]*)((?:"[^"]*"|[^">])*)>/g)) {
    if (voids.has(name!.toLowerCase()) || rest!.endsWith("/")) continue;
    if (slash === "") open.push(name!);
    else if (open.pop() !== name) return tag;
  }
  return open.at(-1);
}

/** A page that fetches nothing, runs nothing, is well nested, and holds so many figures, and so many images or more. */
export function expectSelfContained(text: string, figures: number, images = 9): void {
  expect(wrongNesting(text)).toBeUndefined();
  const tags = text.match(/<[a-zA-Z](?:"[^"]*"|[^">])*>/g)!;
  expect(tags.filter((tag) => /^<(?:script|link|iframe|object|embed|base|form|use|a)\b/i.test(tag))).toEqual([]);
  expect(tags.filter((tag) => /\s(?:on\w+|href|srcset|action)\s*=/i.test(tag.replace(/"[^"]*"/g, '""')))).toEqual([]);
  const sources = tags.flatMap((tag) => /\ssrc="([^"]*)"/.exec(tag)?.[1] ?? []);
  expect(sources.length).toBeGreaterThanOrEqual(images);
  expect(sources.filter((source) => !/^data:image\/png;base64,[A-Za-z0-9+/]+=*$/.test(source))).toEqual([]);
  expect(/@import|url\(/.exec(text)).toBeNull();
  expect(text.slice(0, 500)).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
  expect(text.match(/<svg/g)?.length).toBe(figures);
  expect(/NaN|undefined|Infinity/.exec(text.replace(/src="[^"]*"/g, ""))?.[0]).toBeUndefined();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the test
  expect(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/.exec(text)).toBeNull();
}
