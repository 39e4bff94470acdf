import type { PlotOptions } from "@observablehq/plot";
import { areaY, dot, lineY, plot, rect, ruleX, ruleY } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Band, Bin } from "./bands.ts";

// The only file that draws with Observable Plot, in linkedom's document. Together they are larger than the rest of the package, so
// the build puts them into a file of their own, which is loaded when a page is written.

const { document } = parseHTML("<html></html>");
const form = {
  document,
  width: 460,
  height: 254,
  marginLeft: 44,
  marginRight: 16,
  marginBottom: 44,
  style: { fontSize: "12px" },
} as const;

/** What is used of the element; the package is compiled without the types of a page. */
interface Svg {
  setAttribute(name: string, value: string): void;
  readonly outerHTML: string;
}

function draw(title: string, options: PlotOptions): string {
  const svg = plot({ ...form, ...options } as PlotOptions) as unknown as Svg;
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", title);
  return svg.outerHTML;
}

/** Losses on the way: a line through the medians, a band between the quartiles, per group. */
export function historyFigure(bands: readonly Band[]): string {
  return draw("Loss of each group over the steps of training: median and quartiles", {
    x: {
      label: "steps of training",
      labelOffset: 40,
      ticks: [...new Set(bands.map(({ step }) => step))],
      tickFormat: "d",
    },
    y: { label: "loss (nats)", grid: true, zero: true },
    marks: [
      ruleY([0], { stroke: "currentColor", strokeOpacity: 0.4 }),
      areaY(bands, { x: "step", y1: "lower", y2: "upper", z: "group", fill: "colour", fillOpacity: 0.2 }),
      lineY(bands, { x: "step", y: "median", z: "group", stroke: "colour", strokeWidth: 2 }),
      dot(bands, { x: "step", y: "median", fill: "colour", r: 3 }),
    ],
  });
}

/**
 * The distribution of the scores per group.
 *
 * @param split - where all images fall into two parts; not drawn unless finite. @param meaning - of a score, beside the axis.
 */
export function scoreFigure(bins: readonly Bin[], split: number, meaning: string): string {
  return draw("Distribution of the score within each group", {
    x: { label: `score: ${meaning}`, labelOffset: 40 },
    y: { label: "% of the group", grid: true },
    marks: [
      rect(bins, { x1: "from", x2: "to", y1: 0, y2: "percent", fill: "colour", fillOpacity: 0.45, z: "group" }),
      ruleY([0], { stroke: "currentColor", strokeOpacity: 0.4 }),
      ...(Number.isFinite(split) ? [ruleX([split], { stroke: "currentColor", strokeDasharray: "4 3" })] : []),
    ],
  });
}
