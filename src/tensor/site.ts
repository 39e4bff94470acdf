import type { Frame } from "./stack.ts";
import { framesOf, isBefore } from "./stack.ts";

/** Where the user called: a captured stack, formatted only when an error needs it. */
export interface Site {
  readonly stack?: string;
}

/*
 * A bundler puts the library's modules and the user's into one file, in the order in which they run: first this module, which all
 * that capture a site import; last an entry point; then what imports that. So two positions tell whose a frame is, minified or
 * not. `first` stands above the functions of this file.
 */
const first: Site = new Error();
const entries: Site[] = [];

const depth = 24; // frames; enough to leave the library from inside a nested rule
let inherited: Site | undefined;

/** Captures the caller's stack. V8 keeps frames and formats them lazily, so this costs about a microsecond. */
export function captureSite(): Site {
  if (inherited !== undefined) return inherited;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = depth;
  const site = new Error();
  Error.stackTraceLimit = limit;
  return site;
}

/** Runs `build` so that every node it makes carries `site`: nodes of a VJP point at the forward line. */
export function withSite<T>(site: Site | undefined, build: () => T): T {
  const outer = inherited;
  inherited = outer ?? site;
  try {
    return build();
  } finally {
    inherited = outer;
  }
}

/** Notes that the library's code ends here. Each entry point calls it, outside of functions. */
export function endOfEntry(): void {
  entries.push(new Error());
}

/** `loss (my-estimator.ts:12:18)`, or undefined when no frame lies outside the library. */
export function formatSite(site: Site): string | undefined {
  const frames = framesOf(site.stack ?? "");
  const isOwn = ownFrames(frames[0], framesOf(first.stack ?? "")[0], entries);
  const user = frames.find((frame) => !isOwn(frame) && !/^(?:node:|\[native|native|<anonymous>)/.test(frame.file));
  if (user === undefined) return undefined;
  const file = user.file.replace(/[?#].*$/, "");
  const place = `${file.slice(file.lastIndexOf("/") + 1)}:${user.line}:${user.column}`;
  return user.name === undefined ? place : `${user.name} (${place})`;
}

/** Tells frames of the library, given its innermost one, which is {@link captureSite}, and where its code begins and ends. */
export function ownFrames(
  innermost: Frame | undefined,
  begin: Frame | undefined,
  ends: readonly Site[],
): (frame: Frame) => boolean {
  if (innermost === undefined) return () => true;
  // …/src/ of …/src/tensor/site.ts, …/dist/ of a file that the package's own build made
  const library = /^(.*\/)(?:tensor\/site\.[jt]s|shared\/[A-Z0-9]{8}\.js)$/.exec(innermost.file)?.[1];
  if (library !== undefined) {
    return ({ file }) => file.startsWith(library);
  }
  const last = ends
    .flatMap(({ stack }) => framesOf(stack ?? "").slice(0, 2)) // endOfEntry, which a minifier may inline, and the entry point
    .filter(({ file }) => file === innermost.file)
    .reduce<Frame | undefined>(
      (latest, end) => (latest !== undefined && isBefore(end, latest) ? latest : end),
      undefined,
    );
  return (frame) => {
    if (frame.file !== innermost.file) return false;
    if (begin?.file !== frame.file || last === undefined) return true; // no telling whose
    return !isBefore(frame, begin) && !isBefore(last, frame);
  };
}
