/** Exit codes, as `--help` documents them. */
export const exitCode = {
  ok: 0,
  /** A defect, or the device failed during the run. */
  failed: 1,
  /** A wrong option, data that is missing or damaged, a folder that cannot be written. Nothing was trained. */
  badUse: 2,
  /** `doctor`, `tune`: there is no GPU, only the CPU reference. */
  onlyCpu: 3,
  /** SIGINT or SIGTERM; the state is saved where `--out` was given. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

export const exitCodeHelp = `Exit codes
  0    done
  1    a defect, or the device failed during the run
  2    wrong option, missing or damaged data, a folder that cannot be written; nothing was trained
  3    doctor, tune: no GPU, only the CPU reference
  130  interrupted (Ctrl-C); with --out the state is saved, train --resume DIR goes on
`;
