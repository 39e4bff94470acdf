import { rounded } from "./statistics.ts";

/** One figure of ours, beside a peer's where there is one. */
export interface Row {
  readonly work: string;
  /** Of both figures: `ms`, `mib`, `ratio`, `images_per_s` … */
  readonly unit: string;
  readonly ours: number;
  readonly peer?: {
    readonly name: string;
    readonly value: number;
    /** Theirs ÷ ours. */
    readonly ratio: number;
    readonly min: number;
    readonly max: number;
  };
  /** Timed samples of ours. */
  readonly runs: number;
  readonly adapter: string;
  /** What else a figure saw, by name with its unit. */
  readonly also?: Readonly<Record<string, number>>;
  /** CPU time of others meanwhile, as a part of the machine's. */
  readonly others?: number | null;
}

/** A row as one line of JSON: `{work, ours_ms, peer, peer_ms, ratio, …, runs, adapter}`. */
export function jsonLine({ work, unit, ours, peer, runs, adapter, also = {} }: Row): string {
  const theirs =
    peer === undefined
      ? {}
      : {
          peer: peer.name,
          [`peer_${unit}`]: rounded(peer.value),
          ratio: rounded(peer.ratio),
          ratio_min: rounded(peer.min),
          ratio_max: rounded(peer.max),
        };
  return JSON.stringify({ work, [`ours_${unit}`]: rounded(ours), ...theirs, ...roundedAll(also), runs, adapter });
}

function roundedAll(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, rounded(value)]));
}

const heads = ["work", "ours", "peer", "theirs", "theirs ÷ ours", "runs", "others' CPU", "and"] as const;

/** Rows as a Markdown table, which is also readable as it is; columns without an entry are left out. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ work, unit, ours, peer, runs, others, also = {} }) => [
    work,
    `${rounded(ours)} ${unit}`,
    peer?.name ?? "",
    peer === undefined ? "" : `${rounded(peer.value)} ${unit}`,
    peer === undefined ? "" : `${peer.ratio.toFixed(2)} (${peer.min.toFixed(2)}–${peer.max.toFixed(2)})`,
    String(runs),
    typeof others === "number" ? `${Math.round(others * 100)} %` : "",
    Object.entries(roundedAll(also))
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
  ]);
  const used = heads.map((_, i) => i).filter((i) => cells.some((row) => row[i] !== ""));
  const widths = used.map((i) => Math.max(heads[i]!.length, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${used.map((i, at) => row[i]!.padEnd(widths[at]!)).join(" | ")} |`;
  return [line(heads), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...cells.map(line)].join("\n");
}
