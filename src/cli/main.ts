#!/usr/bin/env node
import process from "node:process";
import { reasonOf } from "../node/index.ts";
import { exitCode } from "./exit-code.ts";
import { processIo } from "./io.ts";
import { run } from "./run.ts";

const io = processIo();
process.exitCode = await run(process.argv.slice(2), io);
const failed = await io.flush();
if (failed !== undefined) {
  io.err(`deconfound: standard output cannot be written, ${reasonOf(failed)}\n`);
  process.exitCode = exitCode.notWritten;
}
