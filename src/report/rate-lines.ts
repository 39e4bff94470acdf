import type { Line } from "./epoch-lines.ts";
import { pointOf } from "./epoch-lines.ts";
import type { ReportCell } from "./report-cell.ts";

/** How an attack and the defences do as the poisoning rate grows. */
export interface RateLines {
  readonly data: string;
  readonly model: string;
  /** The attack without its rate. */
  readonly family: string;
  /** One line per defence, x in percent of the training set or of what the attack counts it of. */
  readonly asr: readonly Line[];
  readonly ca: readonly Line[];
}

/** Colours of defences and the like: eight, then the same dashed. */
export function styleOf(at: number): Pick<Line, "colour" | "dashed"> {
  return { colour: `var(--c${at % 8})`, dashed: at % 16 >= 8 };
}

/** Attacks that were tried at two rates or more. */
export function rateLines(cells: readonly ReportCell[]): readonly RateLines[] {
  const keyOf = ({ place, attackRate }: ReportCell): string =>
    JSON.stringify([place.data, place.model, attackRate!.family]);
  const rated = cells.filter(({ attackRate }) => attackRate !== null);
  return [...new Set(rated.map(keyOf))].flatMap((key) => {
    const own = rated.filter((cell) => keyOf(cell) === key);
    const rates = [...new Set(own.map(({ attackRate }) => attackRate!.rate))].sort((a, b) => a - b);
    if (rates.length < 2) return [];
    const [data, model, family] = JSON.parse(key) as [string, string, string];
    const defences = [...new Set(own.map(({ place }) => place.defence))];
    const lines = (value: (cell: ReportCell) => number | null): Line[] =>
      defences.map((defence, at) => ({
        name: defence,
        ...styleOf(at),
        points: rates.flatMap((rate) => {
          const values = own
            .filter(({ place, attackRate }) => place.defence === defence && attackRate!.rate === rate)
            .flatMap((cell) => value(cell) ?? []);
          return values.length === 0 ? [] : [pointOf(100 * rate, values)];
        }),
      }));
    return [{ data, model, family, asr: lines(({ result }) => result.asr), ca: lines(({ result }) => result.ca) }];
  });
}
