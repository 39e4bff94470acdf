import { ConfigError, DataError, DeconfoundError } from "../tensor/errors.ts";
import { cleanCommand } from "./clean.ts";
import type { Command } from "./command.ts";
import { parseOptions } from "./command.ts";
import { dataCommand } from "./data.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import type { ExitCode } from "./exit-code.ts";
import { exitCode, exitCodeHelp } from "./exit-code.ts";
import { experimentCommand } from "./experiment.ts";
import { helpFor } from "./help.ts";
import { Interrupted } from "./interrupted.ts";
import type { Io } from "./io.ts";
import { miCommand } from "./mi.ts";
import { miBenchCommand } from "./mi-bench.ts";
import { poisonCommand } from "./poison.ts";
import { predictCommand } from "./predict.ts";
import { reportCommand } from "./report.ts";
import { scanCommand } from "./scan.ts";
import { showCommand } from "./show.ts";
import { trainCommand } from "./train.ts";
import { tuneCommand } from "./tune.ts";
import { packageVersion } from "./versions.ts";
import { wrapHelp } from "./wrap-help.ts";

const commands: readonly Command[] = [
  scanCommand,
  trainCommand,
  demoCommand,
  predictCommand,
  experimentCommand,
  reportCommand,
  cleanCommand,
  dataCommand,
  poisonCommand,
  showCommand,
  miCommand,
  miBenchCommand,
  doctorCommand,
  tuneCommand,
];

/** Columns of a help page; longer lines are hard to read. */
const widest = 120;

function help(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join("\n");
  return `deconfound: a clean model out of a poisoned training set\n
Usage
  deconfound COMMAND [OPTIONS]
  deconfound COMMAND --help
  deconfound --help | --version\n
Commands\n${list}\n\n${exitCodeHelp}`;
}

/**
 * Runs one command line.
 *
 * @param words - the arguments after the program's name.
 * @returns the exit code; nothing is thrown.
 */
export async function run(words: readonly string[], io: Io): Promise<ExitCode> {
  const [first, ...rest] = words;
  const columns = Math.min(widest, io.columns);
  if (first === undefined || first === "--help" || first === "-h" || first === "help") {
    (first === undefined ? io.err : io.out)(wrapHelp(help(), columns));
    return first === undefined ? exitCode.badUse : exitCode.ok;
  }
  if (first === "--version") {
    io.out(`${packageVersion()}\n`);
    return exitCode.ok;
  }
  const command = commands.find(({ name }) => name === first);
  if (command === undefined) {
    io.err(`deconfound: there is no command ${first}; see deconfound --help\n`);
    return exitCode.badUse;
  }
  try {
    if (rest.includes("--help") || rest.includes("-h")) {
      io.out(`${helpFor(command, columns)}\n${wrapHelp(exitCodeHelp, columns)}`);
      return exitCode.ok;
    }
    const parsed = parseOptions(command, rest);
    return await command.run(parsed.values, io, parsed);
  } catch (error) {
    return report(error, `deconfound ${command.name}`, io);
  }
}

/** Wrong use and wrong data: one line. A device that fails: all that it says. Anything else is a defect: the stack. */
function report(error: unknown, prefix: string, io: Io): ExitCode {
  if (error instanceof Interrupted) {
    io.err(`${error.message}\n`);
    return error.code;
  }
  if (error instanceof ConfigError || error instanceof DataError) {
    io.err(`${prefix}: ${oneLine(error.message)}\n`);
    return exitCode.badUse;
  }
  if (error instanceof DeconfoundError) {
    io.err(`${prefix}: ${error.name}: ${error.message}\n`);
    return exitCode.failed;
  }
  io.err(`${prefix}: ${error instanceof Error ? error.stack : String(error)}\n`);
  return exitCode.failed;
}

/** A message with its mend on one line. Advice of several lines, such as commands to install a driver, keeps them. */
function oneLine(message: string): string {
  const lines = message.split("\n").map((line) => line.trim());
  return lines.length > 2 ? message : lines.join("; ");
}
