/** Exit codes, as `--help` documents them. */
export const exitCode = {
  ok: 0,
  /** A defect, a device that failed during the run, or a loss that is not finite. */
  failed: 1,
  /** A wrong option, data that is missing or damaged, a folder that cannot be written. Nothing was trained. */
  badUse: 2,
  /** `doctor`, `tune`: there is no GPU, only the CPU reference. */
  onlyCpu: 3,
  /** Results could not be written: a full disk, a folder that has gone. Standard error says what is kept and how to go on. */
  notWritten: 4,
  /** `predict`: some of the image files could not be read; the others are printed. */
  someUnreadable: 5,
  /** `experiment`: some cells failed, and their files say why; the others are done. */
  someFailed: 6,
  /** SIGINT, SIGTERM or SIGHUP; `train` saves its state where `--out` was given, `poison` what its attacks have learned. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

export const exitCodeHelp = `Exit codes
  0    done
  1    a defect, a device that failed during the run, or a loss that is not finite
  2    wrong option, missing or damaged data, a folder that cannot be written; nothing was trained
  3    doctor, tune: no GPU, only the CPU reference
  4    results could not be written: a full disk, a folder that has gone; train --resume DIR goes on from what was saved
  5    predict: some of the image files could not be read, and standard error names them; the others are printed
  6    experiment: some cells failed, and their files say why; the others are done
  130  interrupted (Ctrl-C, SIGTERM, SIGHUP); train --out saves the state, train --resume DIR goes on; poison keeps what its attacks have learned, data what has come: the same command goes on; others write nothing
`;
