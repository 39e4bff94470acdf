import type { CsvCell } from "./csv.ts";
import type { Html } from "./html.ts";

/** Numbers behind a part of a page. */
export interface Data {
  readonly header: readonly string[];
  readonly rows: readonly (readonly CsvCell[])[];
}

/** A part of a page, and the numbers that it draws: by the name of the file that they go to. */
export interface Section {
  readonly body: Html;
  readonly data: Readonly<Record<string, Data>>;
}

/** Columns that say which trainings a row is of. */
export const placeHeader = ["data", "model", "attack", "defence"] as const;

type Axis = (typeof placeHeader)[number];
type Place = Readonly<Record<Axis, string>>;

/** What {@link placeHeader} names. */
export function placeCells(place: Place): readonly string[] {
  return placeHeader.map((axis) => place[axis]);
}

/** Attack and defence, and of the other axes those along which the places differ: a page says no more than tells them apart. */
export function varyingAxes(places: readonly Place[]): readonly Axis[] {
  const differ = (axis: Axis): boolean => new Set(places.map((place) => place[axis])).size > 1;
  return placeHeader.filter((axis) => axis === "attack" || axis === "defence" || differ(axis));
}
