/** What `npm run bench` was asked for. */
export interface Options {
  readonly peers: boolean;
  readonly json: boolean;
  /** Names, or beginnings of names; null: everything that suits the adapter. */
  readonly only: readonly string[] | null;
}

const usage = "usage: npm run bench -- [--peers] [--json] [--only NAME[,NAME…]]";

/** @throws Error with the usage for anything else. */
export function parseOptions(args: readonly string[]): Options {
  let options: Options = { peers: false, json: false, only: null };
  for (let i = 0; i < args.length; i++) {
    const [flag, attached] = args[i]!.split("=", 2);
    if (flag === "--peers" && attached === undefined) options = { ...options, peers: true };
    else if (flag === "--json" && attached === undefined) options = { ...options, json: true };
    else if (flag === "--only") {
      const names = (attached ?? args[++i])?.split(",").filter((name) => name !== "");
      if (names === undefined || names.length === 0) throw new Error(`--only wants a name\n${usage}`);
      options = { ...options, only: [...(options.only ?? []), ...names] };
    } else throw new Error(`unknown option ${args[i]}\n${usage}`);
  }
  return options;
}

/** Chooses by name: an exact one alone, else all that begin so. @throws Error that lists what there is. */
export function choose<T extends { readonly name: string; readonly heavy?: boolean; readonly byName?: boolean }>(
  all: readonly T[],
  only: readonly string[] | null,
  withHeavy: boolean,
): T[] {
  if (only === null) return all.filter(({ heavy, byName }) => byName !== true && (withHeavy || heavy !== true));
  const chosen = new Set<T>();
  for (const wanted of only) {
    const exact = all.filter(({ name }) => name === wanted);
    const matches = exact.length > 0 ? exact : all.filter(({ name }) => name.startsWith(wanted));
    if (matches.length === 0) {
      throw new Error(
        `there is no ${JSON.stringify(wanted)}; there are\n  ${all.map(({ name }) => name).join("\n  ")}`,
      );
    }
    for (const match of matches) chosen.add(match);
  }
  return all.filter((item) => chosen.has(item));
}
