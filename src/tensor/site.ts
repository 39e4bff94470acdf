/** Where the user called: a captured stack, formatted only when an error needs it. */
export interface Site {
  readonly stack?: string;
}

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

/** `loss (my-estimator.ts:12:18)`, or undefined when no frame lies outside the library. */
export function formatSite(site: Site): string | undefined {
  let library: string | undefined; // …/src/ or …/dist/: where the innermost frame, captureSite, lies in this very stack
  for (const line of site.stack?.split("\n") ?? []) {
    const frame = /^\s*at (?:(?:async )?(.+?) \()?(.+?):(\d+):(\d+)\)?$/.exec(line);
    if (frame === null) continue;
    const [, name, file = "", row, column] = frame;
    if (library === undefined) {
      const end = file.lastIndexOf("/tensor/site.");
      if (end === -1) return undefined; // bundled into one file: no telling whose frame it is
      library = file.slice(0, end + 1);
    }
    if (file.startsWith(library) || file.startsWith("node:")) continue;
    const place = `${file.slice(file.lastIndexOf("/") + 1)}:${row}:${column}`;
    return name === undefined ? place : `${name.replace(/^Object\./, "")} (${place})`;
  }
  return undefined;
}
