import { formatDuration } from "./progress.ts";

/**
 * Describes a download: `a.tar.gz  12.3 of 170.1 MB  7 %  4.1 MB/s  ETA 0:38`. Speed and estimate are of this call, not of what an
 * earlier one had brought.
 *
 * @param now - milliseconds; tests pass their own clock.
 */
export function downloadMeter(
  now: () => number = Date.now,
): (file: string, done: number, total: number | undefined) => string {
  let [file, from, since] = ["", 0, 0];
  return (name, done, total) => {
    if (name !== file || done < from) [file, from, since] = [name, done, now()];
    const perMillisecond = (done - from) / Math.max(1, now() - since);
    const size = total === undefined ? megabytes(done) : `${megabytes(done).slice(0, -3)} of ${megabytes(total)}`;
    const parts = [name, size];
    if (total !== undefined) parts.push(`${Math.floor((100 * done) / Math.max(1, total))} %`);
    if (done > from) parts.push(`${megabytes(1000 * perMillisecond)}/s`);
    if (done > from && total !== undefined) parts.push(`ETA ${formatDuration((total - done) / perMillisecond)}`);
    return parts.join("  ");
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
