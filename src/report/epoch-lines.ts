import { spreadOf } from "../backdoor/defences/pruning/spread.ts";
import type { CellGroup, ReportEpoch } from "./report-cell.ts";

/** A place of a line, and the band around it. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
  /** One standard deviation below and above; equal to `y` for one value. */
  readonly low: number;
  readonly high: number;
}

/** A line of a figure. */
export interface Line {
  readonly name: string;
  readonly colour: string;
  readonly dashed?: boolean | undefined;
  readonly points: readonly LinePoint[];
}

/** How trainings that differ in the seed went, epoch by epoch, all phases one after the other. */
export interface EpochLines {
  /** CA and ASR, percent. */
  readonly rates: readonly Line[];
  /** Mean loss of the steps of each phase, nats. */
  readonly losses: readonly Line[];
  /** Names of the phases, and after which epoch each begins. */
  readonly phases: readonly { readonly name: string; readonly after: number }[];
}

const [accuracyColour, attackColour] = ["var(--other)", "var(--suspect)"];
const lossColours = ["var(--c0)", "var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)"];

/** Means over the seeds, and bands of one standard deviation of the sample (n − 1). */
export function epochLines({ cells }: CellGroup): EpochLines {
  const longest = cells.reduce((most, one) => (one.epochs.length > most.epochs.length ? one : most)).epochs;
  const phases = longest.flatMap(({ phase }, at) => {
    return at === 0 || longest[at - 1]!.phase !== phase ? [{ name: phase, after: at }] : [];
  });
  const points = (value: (epoch: ReportEpoch) => number | null, from: number, to: number): LinePoint[] =>
    Array.from({ length: to - from }, (_, i) => from + i).flatMap((at) => {
      const values = cells.flatMap(({ epochs }) => (epochs[at] === undefined ? [] : (value(epochs[at]!) ?? [])));
      const finite = values.filter(Number.isFinite);
      return finite.length === 0 ? [] : [pointOf(at + 1, finite)];
    });
  const line = (name: string, colour: string, own: readonly LinePoint[]): Line[] =>
    own.length === 0 ? [] : [{ name, colour, points: own }];
  return {
    rates: [
      ...line(
        "CA",
        accuracyColour,
        points(({ ca }) => ca, 0, longest.length),
      ),
      ...line(
        "ASR",
        attackColour,
        points(({ asr }) => asr, 0, longest.length),
      ),
    ],
    losses: phases.flatMap(({ name, after }, at) => {
      const own = points(({ means }) => means["loss"] ?? null, after, phases[at + 1]?.after ?? longest.length);
      return line(`loss of phase ${name}`, lossColours[at % lossColours.length]!, own);
    }),
    phases,
  };
}

/** Mean of some values at a place, and one standard deviation on both sides. */
export function pointOf(x: number, values: readonly number[]): LinePoint {
  const { mean, deviation } = spreadOf(values);
  return { x, y: mean, low: mean - deviation, high: mean + deviation };
}

const mostDrawn = 80;

/** As many points as the eye can tell apart, the first and the last among them. */
export function thinned(points: readonly LinePoint[]): readonly LinePoint[] {
  if (points.length <= mostDrawn) return points;
  return Array.from({ length: mostDrawn }, (_, i) => points[Math.round((i * (points.length - 1)) / (mostDrawn - 1))]!);
}
