import type { Io } from "./io.ts";
import { firstLine, openProgressLine } from "./progress-line.ts";

/** One moment of a run, for the eye. */
export interface Moment {
  /** Such as `cbd: backdoored model`. */
  readonly label: string;
  /** Epochs done, this step's share included: above 0. */
  readonly epoch: number;
  readonly epochs: number;
  /** What `epoch` and `epochs` count, where that is not epochs. */
  readonly unit?: "percent" | undefined;
  /** Mean loss of the epoch so far. */
  readonly loss?: number | undefined;
  /** Percent. */
  readonly ca?: number;
  /** Percent; null without an attack. */
  readonly asr?: number | null;
}

/**
 * Where progress goes: on a terminal to one line that is written over and over, else to a line per epoch, and within a long
 * epoch to one every ten seconds.
 */
export interface Progress {
  /** How often a new loss is worth its reading, which waits for the device: ms. */
  readonly readEvery: number;
  /** Inside an epoch. */
  step(moment: Moment): void;
  /** At the end of an epoch. */
  epoch(moment: Moment): void;
  /** A line that stays. */
  note(line: string): void;
  /** Clears the rewritten line. */
  end(): void;
}

/** @param now - milliseconds; tests pass their own clock. */
export function openProgress(io: Io, now: () => number = Date.now): Progress {
  const line = openProgressLine(io, now);
  let label = "";
  let since = now();
  let from = 0;
  const describe = (moment: Moment): string => {
    if (moment.label !== label) {
      label = moment.label;
      since = now();
      from = Math.ceil(moment.epoch) - 1; // a resumed run starts later
    }
    return formatMoment(moment, etaOf(moment, from, now() - since));
  };
  return {
    readEvery: io.terminal ? 1_000 : firstLine,
    step: (moment) => line.offer(describe(moment)),
    epoch: (moment) => line.show(describe(moment)),
    note: line.note,
    end: line.end,
  };
}

const leastElapsed = 500; // ms; before, an estimate is of one step and says nothing

function etaOf(moment: Moment, from: number, elapsed: number): number | undefined {
  const done = moment.epoch - from;
  return done > 0 && elapsed >= leastElapsed ? ((moment.epochs - moment.epoch) / done) * elapsed : undefined;
}

function formatMoment({ label, epoch, epochs, unit, loss, ca, asr }: Moment, eta: number | undefined): string {
  const epochsDone = `epoch ${Number.isInteger(epoch) ? epoch : epoch.toFixed(1)}/${epochs}`;
  const parts = [label, unit === "percent" ? `${Math.floor(epoch)} %` : epochsDone];
  if (loss !== undefined) parts.push(`loss ${loss.toFixed(4)}`);
  if (ca !== undefined) parts.push(`CA ${ca.toFixed(1)} %`);
  if (asr !== undefined && asr !== null) parts.push(`ASR ${asr.toFixed(1)} %`);
  if (eta !== undefined) parts.push(`ETA ${formatDuration(eta)}`);
  return parts.join("  ");
}

/** `1:02:03` or `2:03`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
