import type { PlotOptions } from "@observablehq/plot";
import { areaY, dot, frame, lineY, plot, rect, ruleX, ruleY } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Band, Bin } from "./bands.ts";
import type { Line } from "./epoch-lines.ts";
import { html } from "./html.ts";

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
  readonly outerHTML: string;
}

function draw(title: string, options: PlotOptions): string {
  const svg = plot({ ...form, ...options } as PlotOptions) as unknown as Svg;
  return svg.outerHTML
    .replace(places, (attribute) => attribute.replace(/(\.\d\d)\d+/g, "$1"))
    .replace("<svg ", () => html`<svg role="img" aria-label="${title}" `.markup); // linkedom leaves < in attributes as it is
}

/** Attributes that say where something is; a hundredth of a pixel is not seen, and more digits are a third of a page. */
const places = / (?:[xy][12]?|c[xy]|width|height|transform)="[^"]*"/g;

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
 * The distribution of a number per group, such as a score.
 *
 * @param split - where all images fall into two parts; not drawn unless finite. @param meaning - of the number, beside the axis.
 */
export function scoreFigure(bins: readonly Bin[], split: number, meaning: string): string {
  return draw(`Distribution within each group: ${meaning}`, {
    x: { label: meaning, labelOffset: 40 },
    y: { label: "% of the group", grid: true },
    marks: [
      rect(bins, { x1: "from", x2: "to", y1: 0, y2: "percent", fill: "colour", fillOpacity: 0.45, z: "group" }),
      ruleY([0], { stroke: "currentColor", strokeOpacity: 0.4 }),
      ...(Number.isFinite(split) ? [ruleX([split], { stroke: "currentColor", strokeDasharray: "4 3" })] : []),
    ],
  });
}

/** What stands beside the axes, and where they end. */
export interface Axes {
  readonly x: string;
  readonly y: string;
  readonly xDomain?: readonly [number, number] | undefined;
  readonly yDomain?: readonly [number, number] | undefined;
  /** Upright dashed lines. */
  readonly rules?: readonly number[] | undefined;
  /** Whether x is a whole number. */
  readonly whole?: boolean | undefined;
}

/** So wide that a narrow page shows it without shrinking its text. */
const small = { width: 340, height: 220, marginLeft: 40, marginTop: 24 };
const [fewPoints, pixelsPerTick] = [12, 48];

/** Lines, and bands around them where there are any. */
export function lineFigure(title: string, lines: readonly Line[], axes: Axes): string {
  const [least, most] = axes.yDomain ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const points = lines.flatMap(({ name, colour, dashed = false, points: own }) =>
    own.map(({ low, high, ...point }) => ({
      ...{ ...point, name, colour, dashed },
      low: Math.max(least, low),
      high: Math.min(most, high),
    })),
  );
  const styles = [
    { own: points.filter(({ dashed }) => !dashed), dash: {} },
    { own: points.filter(({ dashed }) => dashed), dash: { strokeDasharray: "5 3" } },
  ].filter(({ own }) => own.length > 0);
  const by = { x: "x", z: "name" } as const;
  return draw(title, {
    ...small,
    ...scales(axes),
    marks: [
      ruleY([0], { stroke: "currentColor", strokeOpacity: 0.4 }),
      ruleX(axes.rules ?? [], { stroke: "currentColor", strokeOpacity: 0.5, strokeDasharray: "2 3" }),
      areaY(
        points.filter(({ low, high }) => high > low),
        { ...by, y1: "low", y2: "high", fill: "colour", fillOpacity: 0.18 },
      ),
      ...styles.map(({ own, dash }) => lineY(own, { ...by, y: "y", stroke: "colour", strokeWidth: 1.75, ...dash })),
      dot(
        points.filter(({ name }) => lines.find((line) => line.name === name)!.points.length <= fewPoints),
        { x: "x", y: "y", fill: "colour", r: 2.5 },
      ),
    ],
  });
}

/** The distribution of a number per group, small. */
export function histogramFigure(title: string, bins: readonly Bin[], meaning: string): string {
  return draw(title, {
    ...small,
    ...scales({ x: meaning, y: "% of the group" }),
    marks: [
      rect(bins, { x1: "from", x2: "to", y1: 0, y2: "percent", fill: "colour", fillOpacity: 0.5, z: "group" }),
      ruleY([0], { stroke: "currentColor", strokeOpacity: 0.4 }),
    ],
  });
}

/** Dots whose places mean something only to each other. */
export function dotFigure(
  title: string,
  dots: readonly { readonly x: number; readonly y: number; readonly colour: string }[],
): string {
  const bare = { label: null, ticks: [] };
  return draw(title, {
    ...{ ...small, marginLeft: 8, marginRight: 8, marginTop: 8, marginBottom: 8 },
    ...{ x: bare, y: bare },
    marks: [frame({ strokeOpacity: 0.15 }), dot(dots, { x: "x", y: "y", fill: "colour", fillOpacity: 0.6, r: 2.5 })],
  });
}

function scales({ x, y, xDomain, yDomain, whole = false }: Axes): PlotOptions {
  return {
    x: {
      label: x,
      labelOffset: 38,
      ...(xDomain === undefined ? {} : { domain: [...xDomain] }),
      ...(whole ? { tickFormat: (value: number) => (Number.isInteger(value) ? String(value) : "") } : {}),
      tickSpacing: pixelsPerTick,
    },
    y: { label: y, grid: true, ...(yDomain === undefined ? {} : { domain: [...yDomain] }) },
  };
}
